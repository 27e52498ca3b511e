import { expect, it } from "vitest";
import type { Anomaly, LookState } from "../../../core/src/operate/watch/watch-target.js";
import { colorsFor } from "../../../core/src/review/colors.js";
import { anomalySentence, beganText, quietText } from "../../../core/src/review/watch.js";

const colors = colorsFor(false);
const measured: Extract<Anomaly, { kind: "measure" }> = {
  kind: "measure",
  target: "production",
  measure: "statement-time",
  unit: "ms",
  subject: 'SELECT id FROM "User" WHERE email = ?',
  since: "2026-11-20T10:23:45.123Z",
  at: "2026-11-20T10:24:15.000Z",
  baseline: 0.0391,
  limit: 0.5,
  value: 8.7123,
};

it.each<[Anomaly, string]>([
  [
    { ...measured, events: 184 },
    '‘SELECT id FROM "User" WHERE email = ?’ takes 8.71 ms since 10:23:45 UTC, before 0.04 ms (184 calls)',
  ],
  [
    { ...measured, measure: "failed-transactions", unit: "share", baseline: 0.001, value: 0.25, events: 1 },
    "transactions rolled back: 25 % since 10:23:45 UTC, before 0.1 % (1 transaction)",
  ],
  [
    { ...measured, measure: "replica-bytes", unit: "bytes", subject: "standby1", baseline: 0, value: 2 ** 26 },
    "the replica standby1 lags by 64 MB since 10:23:45 UTC, before 0 B",
  ],
  [
    {
      ...measured,
      measure: "missing-values",
      unit: "rows",
      subject: '"User"."handle"',
      baseline: 0,
      value: 2,
      detail: "for example id=7",
    },
    'new rows without a value in "User"."handle": 2 since 10:23:45 UTC, before 0: for example id=7',
  ],
  [
    {
      kind: "lost",
      target: "production",
      since: measured.since,
      at: measured.at,
      looks: 4,
      detail: "db:5432/shop cannot be reached",
    },
    "cannot be measured since 10:23:45 UTC, 4 attempts: db:5432/shop cannot be reached",
  ],
])("$measure $kind", (anomaly, sentence) => {
  expect(anomalySentence(anomaly)).toBe(sentence);
});

const states: readonly LookState[] = [
  { look: "statements", isLooking: true, blind: [], needless: [] },
  { look: "http", isLooking: false, blind: [], needless: ["no URL is named"] },
  { look: "lock-waits", isLooking: false, blind: ["GRANT pg_monitor TO app", "GRANT pg_monitor TO app"], needless: [] },
  { look: "missing-values", isLooking: true, blind: ["one column is not there yet"], needless: [] },
];

it("says at the beginning what is not watched, and why", () => {
  expect(beganText("production", states, colors).replace(/ +/g, " ")).toBe(
    [
      "production",
      " ✔ statements watched",
      " · http no URL is named",
      " ! lock-waits not watched: GRANT pg_monitor TO app",
      " ! missing-values in part not watched: one column is not there yet",
    ].join("\n"),
  );
});

it("says at the end what was not seen, and never that all is well where nothing was compared", () => {
  const outcome = { target: "production", looks: 120, passedMs: 1_800_000, anomalies: [], states, compared: 9 };
  expect(quietText(outcome, colors)).toBe(
    "✔ production: no anomaly in 30 min 00 s, 120 probes of 9 measures; not watched: lock-waits, missing-values",
  );
  expect(quietText({ ...outcome, compared: 0 }, colors)).toMatch(/^! production: nothing could be compared/);
});
