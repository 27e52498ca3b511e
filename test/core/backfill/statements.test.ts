import { describe, expect, it } from "vitest";
import { castType } from "../../../core/src/backfill/keys.js";
import { batchEnd, type FillTarget, fillStatements } from "../../../core/src/backfill/statements.js";
import { fillOf } from "../../database/backfill/fixture.js";

const table = { name: "User" };

async function targetOf(...columns: string[]): Promise<FillTarget> {
  const fills = await Promise.all(columns.map((name) => fillOf("lower(email)", table, ["email"], name)));
  return {
    table: '"public"."User"',
    key: [{ column: "id", type: "bigint" }],
    isKeyUnique: true,
    isExact: true,
    columns: columns.map((name, n) => ({ name, type: "text", fill: fills[n]! })),
    uniqueKeys: [],
  };
}
const flat = (sql: string) => sql.replaceAll(/\s+/g, " ");

describe("fillStatements", () => {
  it("fills one column in one statement", async () => {
    const statements = fillStatements(await targetOf("handle"), { kind: "range", isFirst: false }, false);
    expect(statements.map(flat)).toEqual([
      'WITH done AS (UPDATE "public"."User" t SET "handle" = (lower("email") ) ' +
        'WHERE (t."id") > ($2::bigint) AND (t."id") <= ($1::bigint) AND "handle" IS NULL RETURNING ("handle" IS NULL) AS empty) ' +
        "SELECT count(*)::int AS filled, count(*) FILTER (WHERE empty)::int AS empty FROM done",
    ]);
  });

  it("fills rows that lack all columns first, then each column on its own", async () => {
    const statements = fillStatements(await targetOf("a", "b"), { kind: "range", isFirst: true }, false);
    expect(statements.map((sql) => /WHERE (.*) RETURNING/.exec(flat(sql))?.[1])).toEqual([
      '(t."id") <= ($1::bigint) AND "a" IS NULL AND "b" IS NULL',
      '(t."id") <= ($1::bigint) AND "a" IS NULL',
      '(t."id") <= ($1::bigint) AND "b" IS NULL',
    ]);
  });

  it("can leave locked rows", async () => {
    const [sql] = fillStatements(await targetOf("handle"), { kind: "keys" }, true);
    expect(flat(sql!)).toContain(
      'WHERE (t."id") IN (SELECT t."id" FROM "public"."User" t WHERE ' +
        '(t."id") IN (SELECT given.k0::bigint FROM unnest($1::text[]) given(k0)) AND "handle" IS NULL FOR NO KEY UPDATE SKIP LOCKED)',
    );
  });

  it("follows a key of several columns by row comparison", async () => {
    const key = [
      { column: "tenant", type: "character(4)" },
      { column: "at", type: "date" },
    ];
    const target = { ...(await targetOf("handle")), key };
    expect(flat(batchEnd(target, { isFirst: false, isBounded: false }))).toBe(
      'SELECT ARRAY[t."tenant"::text, t."at"::text] AS upper FROM "public"."User" t ' +
        'WHERE (t."tenant", t."at") > ($2::bpchar, $3::date) ORDER BY t."tenant" ASC, t."at" ASC OFFSET $1::bigint - 1 LIMIT 1',
    );
    const [range] = fillStatements(target, { kind: "range", isFirst: false }, false);
    expect(flat(range!)).toContain(
      '(t."tenant", t."at") > ($3::bpchar, $4::date) AND (t."tenant", t."at") <= ($1::bpchar, $2::date)',
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
