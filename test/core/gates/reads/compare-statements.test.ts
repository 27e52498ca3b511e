import { constantFrom, assert as holds, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReadStatement, StatementStatistics } from "../../../../core/src/dialect/statements.js";
import { compareStatements, withoutColumn } from "../../../../core/src/gates/reads/compare-statements.js";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString();
/** Words between spaces. Names are those in double quotes. */
const statement = (text: string, calls: number, meanMs: number, more: Partial<ReadStatement> = {}): ReadStatement => ({
  id: text,
  words: text.split(" "),
  calls,
  totalMs: calls * meanMs,
  rows: calls,
  ...more,
});
const taken = (minute: number, statements: readonly ReadStatement[], since = at(0)): StatementStatistics => ({
  at: at(minute),
  since,
  lost: 0,
  statements,
});
const old = 'SELECT "id" , "email" FROM "User" WHERE "email" = ?';
const read = old.replace('"email" FROM', '"email" , "handle" FROM');
const compare = (
  baseline: readonly ReadStatement[],
  now: readonly ReadStatement[],
  more: { readonly earlier?: StatementStatistics; readonly last?: StatementStatistics; readonly since?: string } = {},
) =>
  compareStatements({
    earlier: more.earlier,
    last: more.last,
    baseline: taken(10, baseline),
    now: taken(60, now, more.since),
    column: "handle",
  });

describe("what got slower", () => {
  it.each([
    ["as quick as before", [1, 1], false],
    ["a half more, and a millisecond", [2, 3], true],
    ["a half more, and less than a millisecond", [1, 1.9], false],
    ["much, and less than a half", [100, 140], false],
    ["quicker", [5, 1], false],
  ] as const)("%s: %s", (_, [before, after], isSlower) => {
    const found = compare([statement(old, 1000, before)], [statement(read, 200, after)]);
    expect(found.compared).toMatchObject([{ id: read, calls: 200 }]);
    expect(found.slower.length === 1).toBe(isSlower);
  });

  it("counts what came after the baseline", () => {
    // 1000 calls of 1 ms, then 200 of 11 ms.
    const now = statement(old, 1200, 3200 / 1200);
    expect(compare([statement(old, 1000, 1)], [now]).slower).toMatchObject([{ beforeMs: 1, afterMs: 11, calls: 200 }]);
  });

  it("compares with what came between two baselines", () => {
    const earlier = taken(5, [statement(old, 1000, 10)]);
    const baseline = [statement(old, 2000, 5.5)];
    expect(compare(baseline, [statement(read, 200, 5)], { earlier }).slower).toMatchObject([{ beforeMs: 1 }]);
    // Unless too little came, or the statistics were reset between.
    expect(compare([statement(old, 1010, 10)], [statement(read, 200, 5)], { earlier }).slower).toEqual([]);
  });

  it.each([
    ["all counters were set back", [], at(50), 0],
    ["those of the statement", [statement(read, 30, 1)], at(0), 30],
    ["measured anew", [statement(read, 150, 1)], at(50), undefined],
    ["not set back", [statement(read, 450, 12)], at(0), undefined],
    ["found before this release", [], at(50), undefined, 5],
  ] as const)("keeps what was found before counters were set back: %s", (_, now, since, calls, minute: number = 40) => {
    const last = taken(minute, [statement(read, 400, 14)]);
    const found = compare([statement(old, 1000, 1)], now, { since, last });
    const former = found.slower.flatMap((each) => (each.former === undefined ? [] : [each.former.calls]));
    expect(former).toEqual(calls === undefined ? [] : [calls]);
  });

  it.each([
    ["the server was told to forget all", at(30)],
    ["it has forgotten the statement", at(0)],
  ])("takes counters that began anew as they are: %s", (_, since) => {
    const found = compare([statement(old, 1000, 1)], [statement(old, 300, 4)], { since });
    expect(found).toMatchObject({
      isReset: since > at(10),
      restarted: since > at(10) ? 0 : 1,
      slower: [{ beforeMs: 1, afterMs: 4, calls: 300 }],
    });
  });

  it("says what it did not compare", () => {
    const lookUp = 'SELECT "id" FROM "User" WHERE lower("handle") = ?'.replace("lower(", "lower ( ").replace(")", " )");
    const found = compare(
      [statement(old, 1000, 1), statement("SELECT a", 50, 1)],
      [statement(read, 20, 9), statement(lookUp, 150, 4), statement("SELECT b", 150, 2), statement("SELECT a", 500, 1)],
    );
    expect(found).toMatchObject({
      compared: [],
      seldom: 2,
      unpaired: [{ id: lookUp, afterMs: 4 }],
      others: [{ id: "SELECT b" }],
      columnCalls: 170,
    });
  });
});

describe("which statement a read of the column came from", () => {
  it.each([
    ['SELECT "id" , "handle" FROM "User"', 'SELECT "id" FROM "User"'],
    ['SELECT "handle" , "id" FROM "User"', 'SELECT "id" FROM "User"'],
    [
      'SELECT "User" . "id" , "User" . "handle" , "User" . "x" FROM "User"',
      'SELECT "User" . "id" , "User" . "x" FROM "User"',
    ],
    [
      'SELECT "u" . "id" AS "u_id" , "u" . "handle" AS "u_handle" FROM "User"',
      'SELECT "u" . "id" AS "u_id" FROM "User"',
    ],
    ['SELECT "id" FROM "User" WHERE "handle" = ?', 'SELECT "id" FROM "User" WHERE "email" = ?'],
    ['SELECT "u" . "handle" AS "u_handle" FROM "User"', 'SELECT "u" . "name" AS "u_name" FROM "User"'],
  ])("%s ← %s", (after, before) => {
    expect(compare([statement(before, 500, 1)], [statement(after, 500, 1)]).compared).toHaveLength(1);
  });

  it.each([
    ['SELECT "id" FROM "User" WHERE "handle" = ?', 'SELECT "id" FROM "User"'],
    ['SELECT "handle" FROM "User" WHERE "handle" = ?', 'SELECT "name" FROM "User" WHERE "email" = ?'],
    ['SELECT "id" , "handle" FROM "User"', 'SELECT "id" FROM "Team"'],
  ])("%s is not %s", (after, before) => {
    expect(compare([statement(before, 500, 1)], [statement(after, 500, 1)])).toMatchObject({
      compared: [],
      unpaired: [{ id: after }],
    });
  });

  it("is not the same read of a release that was taken back", () => {
    const found = compare([statement(old, 1000, 1), statement(read, 1000, 9)], [statement(read, 1200, 9)]);
    expect(found.slower).toMatchObject([{ beforeMs: 1, calls: 200 }]);
  });
});

it.each([
  [["Index Scan User User_pkey"], ["Seq Scan User"], true],
  [["Limit", " Index Scan User a"], ["Limit", " Index Scan User b"], false],
  [["Seq Scan User"], ["Gather", " Seq Scan User"], false],
])("a plan that changed: %j → %j is worse: %s", (before, after, isWorse) => {
  const found = compare([statement(old, 500, 1, { shape: before })], [statement(read, 500, 1, { shape: after })]);
  expect(found).toMatchObject({ plans: 1, replanned: [{ before, after, isWorse }] });
});

it("never names a read that takes as long as before, whatever came before it", () => {
  holds(
    property(
      integer({ min: 100, max: 1e6 }),
      integer({ min: 0, max: 1e6 }),
      integer({ min: 0, max: 1e5 }),
      (calls, more, us) => {
        const [before, after] = [statement(old, calls, us / 1000), statement(old, calls + more, us / 1000)];
        const found = compare([before], [after]);
        expect(found.slower).toEqual([]);
        expect(found.compared.length + found.seldom).toBe(more === 0 ? 0 : 1);
      },
    ),
  );
});

it("takes the column out of a list wherever it stands, and nothing else", () => {
  holds(
    property(
      integer({ min: 0, max: 5 }),
      integer({ min: 0, max: 5 }),
      constantFrom("", '"u" . '),
      (length, place, table) => {
        const names = Array.from({ length: length + 1 }, (_, at) => `${table}"c${at}"`);
        const list = (each: readonly string[]) =>
          `SELECT ${each.join(" , ")} FROM "User" "u" WHERE "c0" = ?`.split(" ");
        const withColumn = names.toSpliced(Math.min(place, names.length), 0, `${table}"handle"`);
        expect(withoutColumn(list(withColumn), "handle")).toEqual(list(names));
      },
    ),
  );
});
