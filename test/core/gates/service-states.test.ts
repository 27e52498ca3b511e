import { describe, expect, test } from "vitest";
import { serviceStates, servicesWithout } from "../../../core/src/gates/service-states.js";
import type { Announced } from "../../../core/src/target/ledger/announcements.js";

const plan = "20261120_add_handle";
const moment = (minutes: number) => new Date(Date.UTC(2026, 10, 20, 10, minutes)).toISOString();
const now = 60;

/** `old`: without the plan. Minutes of 10 o'clock; it is 11. */
type Knows = "old" | "expand" | "switch" | "left";
const known = (knows: Knows) =>
  knows === "old" ? {} : { [plan]: { phase: knows === "left" ? "expand" : knows, left: knows === "left" ? 2 : 0 } };
const word = (build: string, knows: Knows, at: number, since = at): Announced => ({
  service: "web",
  build,
  instance: "",
  plans: known(knows),
  since: moment(since),
  at: moment(at),
  silentMs: (now - at) * 60_000,
});
/** Heard of last at `at`. */
const instance = (build: string, knows: Knows, since: number, at: number): Announced => ({
  ...word(build, knows, at, since),
  instance: `${build} ${since}`,
});

describe("what is announced of a service", () => {
  test.each<[string, Announced[], string | number, string?]>([
    ["nothing", [], "silent"],
    ["a build without the plan", [word("a", "old", 1)], "old"],
    ["one that has it, after one without", [word("a", "old", 1), word("b", "expand", 5)], 5],
    ["the same build once more: aware since the first time", [word("b", "expand", 30, 5)], 5],
    ["a phase before the one that is needed", [word("b", "expand", 5)], "old", "switch"],
    ["a later phase", [word("b", "switch", 5)], 5],
    ["a plan that was undone", [{ ...word("b", "expand", 5), plans: { [plan]: { phase: "undone", left: 0 } } }], "old"],
    ["places that leave the column out", [word("b", "left", 5)], "left"],
    ["rolled back", [word("b", "expand", 5), word("a", "old", 9, 1)], "old"],
    ["rolled back, and forth again", [word("a", "old", 9, 1), word("b", "expand", 20, 5)], 20],
    ["an older instance is alive", [word("b", "expand", 5), instance("a", "old", 1, now)], "alive"],
    ["an older instance was alive until 8", [word("b", "expand", 5), instance("a", "old", 1, 8)], 8],
    ["older instances, and nothing else", [instance("a", "old", 1, now)], "old"],
    [
      "newer and older instances after an older deployment",
      [word("a", "old", 1), instance("a", "old", 1, now), instance("b", "expand", 6, now)],
      "alive",
    ],
    ["an older instance was started later", [word("b", "expand", 5), instance("a", "old", 9, now)], "alive"],
    ["an instance that is aware is alive", [word("b", "expand", 5), instance("b", "expand", 4, now)], 4],
    [
      "instances alone, and the build before was heard of",
      [instance("a", "old", 1, 8), instance("b", "expand", 6, now)],
      8,
    ],
    ["instances alone, and nobody knows what ran before", [instance("b", "expand", 6, now)], "unseen"],
    [
      "instances after a deployment that had no heartbeat",
      [word("a", "old", 1), instance("b", "expand", 6, now)],
      "unseen",
    ],
    [
      "instances after a deployment that had one",
      [word("a", "old", 1), instance("a", "old", 1, 8), instance("b", "expand", 6, now)],
      8,
    ],
    [
      "an older build is deployed while newer instances live",
      [instance("b", "expand", 3, now), word("a", "old", 9)],
      "old",
    ],
    ["instances that are gone say nothing", [instance("b", "expand", 6, 50)], "silent"],
    ["another service", [{ ...word("b", "expand", 5), service: "worker" }], "silent"],
  ])("%s", (_, announced, expected, phase = "expand") => {
    const sorted = announced.toSorted((a, b) => (a.at < b.at ? -1 : 1));
    const [state] = serviceStates(["web"], sorted, plan, phase);
    expect(state).toMatchObject(typeof expected === "string" ? { lack: expected } : { awareSince: moment(expected) });
    expect(state?.lack === undefined).toBe(state?.awareSince !== undefined);
  });

  const undone = (each: Announced): Announced => ({ ...each, plans: { [plan]: { phase: "undone", left: 0 } } });
  test.each<[string, Announced[], string | undefined]>([
    ["nothing", [], "silent"],
    ["a build that uses the columns", [word("b", "expand", 5)], "old"],
    ["one made after the plan was taken back", [word("b", "expand", 5), undone(word("c", "old", 9))], undefined],
    ["rolled back to one from before the plan", [word("b", "expand", 5), word("a", "old", 9, 1)], undefined],
    ["one from before the plan, before the columns came", [word("a", "old", 1)], "old"],
    [
      "an instance that uses the columns is alive",
      [undone(word("c", "old", 9)), instance("b", "expand", 4, now)],
      "alive",
    ],
    [
      "instances from before the plan are alive, and nothing else",
      [word("a", "old", 1), instance("a", "old", 2, now)],
      "unseen",
    ],
  ])("of columns that are about to go: %s", (_, announced, lack) => {
    const sorted = announced.toSorted((a, b) => (a.at < b.at ? -1 : 1));
    expect(servicesWithout(["web"], sorted, plan, moment(3))[0]?.lack).toBe(lack);
  });

  test.each<[string, Announced[], readonly object[] | undefined]>([
    [
      "alone",
      [instance("a", "old", 1, 7), instance("a", "old", 2, 8), instance("b", "expand", 6, now)],
      [{ build: "a", instances: 2, at: moment(8) }],
    ],
    [
      "after a deployment announced that it had ended",
      [word("b", "expand", 5), instance("a", "old", 1, 8), instance("a", "old", 1, 4)],
      [{ build: "a", instances: 1, at: moment(8) }],
    ],
    [
      "before a deployment announced that it had ended",
      [instance("a", "old", 1, 4), word("b", "expand", 5)],
      undefined,
    ],
    ["of a build with the phase", [word("b", "expand", 5), instance("b", "switch", 4, 8)], undefined],
  ])("asks about an older build that fell silent: %s", (_, announced, expected) => {
    const sorted = announced.toSorted((a, b) => (a.at < b.at ? -1 : 1));
    expect(serviceStates(["web"], sorted, plan, "expand")[0]?.silent).toEqual(expected);
  });
});
