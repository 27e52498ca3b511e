import { expect, it } from "vitest";
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import { resolveRunSettings } from "../../../core/src/backfill/input.js";
import { Pacing } from "../../../core/src/backfill/pacing.js";
import type { BackfillSession } from "../../../core/src/backfill/session.js";
import latency from "../../../core/src/backfill/signals/latency.js";
import { type Answer, defineSignal, type LastBatch, type Signal } from "../../../core/src/backfill/signals/signal.js";

/** Nothing that is asked here asks a database. */
const session = { work: { columns: [] as string[] } } as unknown as BackfillSession;

function pacingOf(signals: readonly unknown[], options: Readonly<Record<string, string>> = {}) {
  let ms = 0;
  const clock = {
    now: () => ms,
    async sleep(by: number) {
      ms += by;
    },
  };
  const said: string[] = [];
  const onEvent = (event: BackfillEvent) => {
    if (event.kind === "waiting" || event.kind === "released") said.push(`${ms} ${event.kind} ${event.signal}`);
    if (event.kind === "blind") said.push(`${ms} ${event.kind} ${event.signal}: ${event.reason}`);
  };
  const spec = { table: { name: "User" }, key: [], columns: [], uniqueKeys: [] };
  const settings = { url: "", plan: "", spec, clock, random: () => 0, signals: signals as Signal[], options, onEvent };
  return { pacing: new Pacing(resolveRunSettings(settings)), clock, said };
}

const last = (commitMs: number, endedMs: number): LastBatch => ({
  rows: 1,
  ms: commitMs,
  commitMs,
  waitedMs: 0,
  endedMs,
});

it("rests after a slow COMMIT, once and for a minute at most", async () => {
  const { pacing, clock } = pacingOf([latency], { maxCommit: "500ms" });
  await pacing.beforeBatch(session, last(500, 0));
  expect(clock.now()).toBe(0);
  expect(await pacing.beforeBatch(session, last(600, 0))).toEqual({ isEased: true });
  expect(clock.now()).toBe(3000);
  await pacing.beforeBatch(session, last(600, 0));
  expect(clock.now()).toBe(3000);
  await pacing.beforeBatch(session, last(100_000, 3000));
  expect(clock.now()).toBe(63_000);
});

it.each([
  ["42883", true],
  ["0A000", true],
  ["57P01", false],
])("an error %s of a signal: the run goes on is %s", async (code, goesOn) => {
  const signal = defineSignal({
    id: "one",
    summary: "",
    rank: 1,
    options: {},
    everyMs: 0,
    isPressure: false,
    start: () => () => {
      throw Object.assign(new Error("no such function"), { code, severity: "ERROR" });
    },
  });
  const { pacing, said } = pacingOf([signal]);
  const asked = pacing.beforeBatch(session, undefined);
  if (!goesOn) return expect(asked).rejects.toThrow("no such function");
  await asked;
  expect(said).toEqual(["0 blind one: the server does not provide it: no such function"]);
});

it("asks every signal again after a wait: meanwhile another may have found a reason", async () => {
  const holding = (id: string, rank: 0 | 1, from: number, to: number) =>
    defineSignal({
      id,
      summary: "",
      rank,
      options: {},
      everyMs: 0,
      isPressure: false,
      start:
        () =>
        ({ clock }): Answer | undefined =>
          clock.now() >= from && clock.now() < to ? { kind: "hold", reason: id, pauseMs: 500 } : undefined,
    });
  const { pacing, said } = pacingOf([holding("one", 0, 1000, 2000), holding("two", 1, 0, 1500)]);
  await pacing.beforeBatch(session, undefined);
  expect(said).toEqual([
    "0 waiting two",
    "500 waiting two",
    "1000 released two",
    "1000 waiting one",
    "1500 waiting one",
    "2000 released one",
  ]);
});
