import { describe, expect, it } from "vitest";
import { castType, type FillTarget, fillStatements } from "../../../core/src/backfill/statements.js";
import { fillOf } from "../../database/backfill/fixture.js";

const table = { name: "User" };

async function targetOf(...columns: string[]): Promise<FillTarget> {
  const fills = await Promise.all(columns.map((name) => fillOf("lower(email)", table, ["email"], name)));
  return {
    table: '"public"."User"',
    key: '"id"',
    keyType: "bigint",
    columns: columns.map((name, n) => ({ name, type: "text", fill: fills[n]! })),
    uniqueKeys: [],
  };
}
const flat = (sql: string) => sql.replaceAll(/\s+/g, " ");

describe("fillStatements", () => {
  it("fills one column in one statement", async () => {
    const statements = fillStatements(await targetOf("handle"), { kind: "range", isFirst: false }, false);
    expect(statements.map(flat)).toEqual([
      'WITH done AS (UPDATE "public"."User" SET "handle" = (lower("email") ) ' +
        'WHERE "id" > $2::bigint AND "id" <= $1::bigint AND "handle" IS NULL RETURNING ("handle" IS NULL) AS empty) ' +
        "SELECT count(*)::int AS filled, count(*) FILTER (WHERE empty)::int AS empty FROM done",
    ]);
  });

  it("fills rows that lack all columns first, then each column on its own", async () => {
    const statements = fillStatements(await targetOf("a", "b"), { kind: "range", isFirst: true }, false);
    expect(statements.map((sql) => /WHERE (.*) RETURNING/.exec(flat(sql))?.[1])).toEqual([
      '"id" <= $1::bigint AND "a" IS NULL AND "b" IS NULL',
      '"id" <= $1::bigint AND "a" IS NULL',
      '"id" <= $1::bigint AND "b" IS NULL',
    ]);
  });

  it("can leave locked rows", async () => {
    const [sql] = fillStatements(await targetOf("handle"), { kind: "keys" }, true);
    expect(flat(sql!)).toContain(
      'WHERE "id" IN (SELECT "id" FROM "public"."User" WHERE "id" = ANY ($1::bigint[]) AND "handle" IS NULL FOR NO KEY UPDATE SKIP LOCKED)',
    );
  });
});

describe("castType", () => {
  it.each([
    ["character varying(20)", "character varying"],
    ["character(6)", "bpchar"],
    ["bigint", "bigint"],
    ["numeric(30,0)", "numeric(30,0)"],
    ["timestamp(3) without time zone", "timestamp(3) without time zone"],
  ])("%s becomes %s", (type, cast) => {
    expect(castType(type)).toBe(cast);
  });
});
