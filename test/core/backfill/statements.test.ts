import { describe, expect, it } from "vitest";
import type { FillTarget } from "../../../core/src/dialect/batches.js";
import { castType } from "../../../core/src/postgresql/batches/keys.js";
import { batchEnd, fillStatements } from "../../../core/src/postgresql/batches/statements.js";
import { fillOf } from "../../database/backfill/fixture.js";

const table = { name: "User" };

async function targetOf(...columns: string[]): Promise<FillTarget> {
  const fills = await Promise.all(columns.map((name) => fillOf("lower(email)", table, ["email"], name)));
  return {
    table: { schema: "public", name: "User" },
    key: [{ column: "id", type: "bigint" }],
    isKeyUnique: true,
    columns: columns.map((name, n) => ({ name, type: "text", fill: fills[n]! })),
    uniqueKeys: [],
    kept: [],
    types: {},
  };
}
const flat = (sql: string) => sql.replaceAll(/\s+/g, " ");

describe("fillStatements", () => {
  it("fills one column in one statement", async () => {
    const statements = fillStatements(await targetOf("handle"), { kind: "range", after: ["1"], upTo: ["9"] }, false);
    expect(statements.map(({ sql }) => flat(sql))).toEqual([
      'WITH done AS (UPDATE "public"."User" t SET "handle" = (lower("email") ) ' +
        'WHERE (t."id") > ($2::bigint) AND (t."id") <= ($1::bigint) AND num_nulls("handle") > 0 RETURNING ("handle" IS NULL) AS empty) ' +
        "SELECT count(*)::int AS filled, count(*) FILTER (WHERE empty)::int AS empty FROM done",
    ]);
  });

  it("fills rows that lack all columns first, then each column on its own", async () => {
    const statements = fillStatements(await targetOf("a", "b"), { kind: "range", after: null, upTo: ["9"] }, false);
    expect(statements.map(({ sql }) => /WHERE (.*) RETURNING/.exec(flat(sql))?.[1])).toEqual([
      '(t."id") <= ($1::bigint) AND num_nulls("a") > 0 AND num_nulls("b") > 0',
      '(t."id") <= ($1::bigint) AND num_nulls("a") > 0',
      '(t."id") <= ($1::bigint) AND num_nulls("b") > 0',
    ]);
  });

  it("can leave locked rows", async () => {
    const [query] = fillStatements(await targetOf("handle"), { kind: "keys", keys: [["1"]] }, true);
    expect(flat(query!.sql)).toContain(
      'WHERE (t."id") IN (SELECT t."id" FROM "public"."User" t WHERE ' +
        '(t."id") IN (SELECT given.k0::bigint FROM unnest($1::text[]) given(k0)) AND num_nulls("handle") > 0 FOR NO KEY UPDATE SKIP LOCKED)',
    );
  });

  it("follows a key of several columns by row comparison", async () => {
    const key = [
      { column: "tenant", type: "character(4)" },
      { column: "at", type: "date" },
    ];
    const target = { ...(await targetOf("handle")), key };
    const end = batchEnd(target, 5, { after: ["a", "2026-01-01"] });
    expect(end.values).toEqual([5, "a", "2026-01-01"]);
    expect(flat(end.sql)).toBe(
      'SELECT ARRAY[t."tenant"::text, t."at"::text] AS upper FROM (SELECT t."tenant", t."at" FROM "public"."User" t ' +
        'WHERE (t."tenant", t."at") > ($2::bpchar, $3::date) ORDER BY t."tenant" ASC, t."at" ASC OFFSET $1::bigint - 1 LIMIT 1) t',
    );
    const [range] = fillStatements(target, { kind: "range", after: ["a", "1"], upTo: ["b", "2"] }, false);
    expect(range!.values).toEqual(["b", "2", "a", "1"]);
    expect(flat(range!.sql)).toContain(
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
