import { afterEach, describe, expect, it } from "vitest";
import type { Fill } from "../../core/src/model/fill.js";
import { fillAll, openUserDatabase, outcome, type UnitDatabase } from "../support/unit-database.js";
import { filesOf, fillOf, handle, lowerEmail, user } from "../support/units.js";

let database: UnitDatabase | undefined;

/** A table after expand. `before` runs ahead of it. */
async function expanded(type: string, fill: Fill, before = "SELECT"): Promise<UnitDatabase> {
  database = await openUserDatabase({ rows: 1 });
  await database.session.query(before);
  await database.session.query(filesOf(user, [{ name: "handle", type, fill }]).expand);
  return database;
}
afterEach(async () => {
  await database?.end();
  database = undefined;
});

async function handleOf(live: UnitDatabase, id = 1): Promise<unknown> {
  const { rows } = await live.observer.query(`SELECT "handle"::text AS value FROM "User" WHERE "id" = $1`, [id]);
  return (rows[0] as { value: unknown } | undefined)?.value;
}

describe("backfill: an initial value", () => {
  it.each([
    {
      name: "an old insert that does not know the column",
      write: `INSERT INTO "User" ("id", "email") VALUES (9, 'A')`,
      id: 9,
      value: "a",
    },
    {
      name: "an explicit NULL, as ORMs write it",
      write: `INSERT INTO "User" ("id", "email", "handle") VALUES (9, 'A', NULL)`,
      id: 9,
      value: "a",
    },
    {
      name: "a value that the code chose",
      write: `INSERT INTO "User" ("id", "email", "handle") VALUES (9, 'A', 'mine')`,
      id: 9,
      value: "mine",
    },
    {
      name: "an update of a row not yet filled leaves it to the backfill",
      write: `UPDATE "User" SET "name" = 'x'`,
      id: 1,
      value: null,
    },
    {
      name: "so does an update that writes NULL where NULL is, as ORMs write whole rows",
      write: `UPDATE "User" SET "name" = 'x', "handle" = NULL`,
      id: 1,
      value: null,
    },
    {
      name: "an update gives a row not yet filled the value that the code chose",
      write: `UPDATE "User" SET "handle" = 'mine'`,
      id: 1,
      value: "mine",
    },
    {
      name: "an update of the source leaves a value",
      write: `UPDATE "User" SET "handle" = 'mine'; UPDATE "User" SET "email" = 'Z'`,
      id: 1,
      value: "mine",
    },
    {
      name: "a value taken away is filled again",
      write: `UPDATE "User" SET "handle" = 'mine'; UPDATE "User" SET "handle" = NULL`,
      id: 1,
      value: "user1@example.org",
    },
  ])("$name", async ({ write, id, value }) => {
    const live = await expanded("text", lowerEmail);
    await live.observer.query(write);
    expect(await handleOf(live, id)).toBe(value);
  });

  it("fires after the user's own triggers, so it sees what they write", async () => {
    const live = await expanded(
      "text",
      lowerEmail,
      `CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW."email" := 'Own'; RETURN NEW; END$$;
       CREATE TRIGGER "zy_own" BEFORE INSERT OR UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION own()`,
    );
    await live.observer.query(`INSERT INTO "User" ("id", "email") VALUES (9, 'A')`);
    expect(await handleOf(live, 9)).toBe("own");
  });

  it("finds what is not built in by the search path of the deployment, not of the writer", async () => {
    const fill = fillOf((row) => `slug(${row("email")})`, ["email"], { isBuiltinOnly: false });
    const live = await expanded(
      "text",
      fill,
      `CREATE SCHEMA tools; CREATE FUNCTION tools.slug(text) RETURNS text LANGUAGE sql AS $$SELECT 's:' || $1$$; SET search_path = public, tools`,
    );
    await live.observer.query(
      `SET search_path = pg_catalog; INSERT INTO public."User" ("id", "email") VALUES (9, 'A'); RESET search_path`,
    );
    expect(await handleOf(live, 9)).toBe("s:A");
  });
});

// Such rows may be in production only. The backfill finds them before its first batch; until then nobody may notice them.
describe.each(["backfill", "mirror"] as const)("%s: what only some old rows have breaks no write of them", (kind) => {
  const writes = [
    `UPDATE "User" SET "name" = 'x' WHERE "id" = 2`,
    `UPDATE "User" SET "email" = 'User2b@example.org' WHERE "id" = 2`,
    `UPDATE "User" SET "name" = 'y', "handle" = NULL WHERE "id" = 2`,
    `INSERT INTO "User" ("id", "email", "name") VALUES (2, 'new@example.org', 'z') ON CONFLICT ("id") DO UPDATE SET "name" = 'z'`,
  ];

  it("another row has the same value", async () => {
    const live = await expanded("text", { ...lowerEmail, kind });
    await live.session.query(filesOf()["create-index"]);
    await live.observer.query(`INSERT INTO "User" ("id", "email") VALUES (9, 'a')`);
    await live.observer.query(`SET session_replication_role = replica`);
    await live.observer.query(`INSERT INTO "User" ("id", "email") VALUES (2, 'A')`);
    await live.observer.query(`RESET session_replication_role`);
    for (const write of writes) await live.observer.query(write);
    expect(await handleOf(live, 2)).toBeNull();
  });

  it("the fill fails for a row", async () => {
    const fill = fillOf((row) => `substr(${row("email")}, 5, 1)::integer`, ["email"], { kind });
    const live = await expanded("integer", fill, `INSERT INTO "User" ("id", "email") VALUES (2, 'Ada'), (3, 'User3')`);
    for (const write of writes.map((sql) => sql.replace("new@example.org", "User4"))) await live.observer.query(write);
    expect(await handleOf(live, 2)).toBeNull();
    // What the code chooses is kept, and given back from then on.
    await live.observer.query(
      `UPDATE "User" SET "handle" = 7 WHERE "id" = 3; UPDATE "User" SET "handle" = NULL WHERE "id" = 3`,
    );
    expect(await handleOf(live, 3)).toBe("3");
  });
});

describe("mirror: follows its source until the code chooses another value", () => {
  const mirrored: Fill = { ...lowerEmail, kind: "mirror" };

  it.each([
    { name: "an insert", write: "SELECT", value: "a" },
    { name: "the source changes", write: `UPDATE "User" SET "email" = 'B' WHERE "id" = 9`, value: "b" },
    { name: "another column changes", write: `UPDATE "User" SET "name" = 'x' WHERE "id" = 9`, value: "a" },
    {
      name: "the code writes both",
      write: `UPDATE "User" SET "email" = 'B', "handle" = 'mine' WHERE "id" = 9`,
      value: "mine",
    },
    {
      name: "the source changes after the code chose",
      write: `UPDATE "User" SET "handle" = 'mine' WHERE "id" = 9; UPDATE "User" SET "email" = 'B' WHERE "id" = 9`,
      value: "mine",
    },
    { name: "NULL is filled", write: `UPDATE "User" SET "handle" = NULL WHERE "id" = 9`, value: "a" },
    {
      name: "the source changes while the value is taken away",
      write: `UPDATE "User" SET "email" = 'B', "handle" = NULL WHERE "id" = 9`,
      value: "b",
    },
  ])("$name", async ({ write, value }) => {
    const live = await expanded("text", mirrored);
    await live.observer.query(`INSERT INTO "User" ("id", "email") VALUES (9, 'A')`);
    await live.observer.query(write);
    expect(await handleOf(live, 9)).toBe(value);
  });

  it("a row not yet filled does not follow until the backfill has filled it", async () => {
    const live = await expanded("text", mirrored);
    await live.observer.query(`UPDATE "User" SET "email" = 'B'`);
    expect(await handleOf(live)).toBeNull();
    await fillAll(live);
    expect(await handleOf(live)).toBe("b");
    await live.observer.query(`UPDATE "User" SET "email" = 'C'`);
    expect(await handleOf(live)).toBe("c");
  });

  // What is stored is the expression cast to the column's type: compared as it is, it would seem to be somebody's
  // choice.
  it.each([
    { type: "integer", source: "numeric", from: "1.4", to: "2.6", value: "3" },
    { type: "numeric(10,2)", source: "numeric", from: "1.234", to: "5.678", value: "5.68" },
    {
      type: "timestamp(3) without time zone",
      source: "timestamp",
      from: "2026-01-01 00:00:00.123456",
      to: "2026-02-02 00:00:00.654321",
      value: "2026-02-02 00:00:00.654",
    },
    { type: "character(4)", source: "text", from: "a", to: "b", value: "b" },
    { type: "json", source: "json", from: `{"a": 1}`, to: `{"a": 2}`, value: `{"a": 2}` },
    { type: "xml", source: "xml", from: "<a/>", to: "<b/>", value: "<b/>" },
    { type: "point", source: "point", from: "(1,2)", to: "(3,4)", value: "(3,4)" },
    { type: "box", source: "box", from: "(2,2),(0,0)", to: "(5,5),(3,3)", value: "(5,5),(3,3)" },
    { type: "text[]", source: "text[]", from: "{a}", to: "{b}", value: "{b}" },
  ])("$source into $type", async ({ type, source, from, to, value }) => {
    const fill = fillOf((row) => row("source"), ["source"], { kind: "mirror" });
    const live = await expanded(type, fill, `ALTER TABLE "User" ADD "source" ${source}`);
    await live.observer.query(`INSERT INTO "User" ("id", "email", "source") VALUES (9, 'A', $1)`, [from]);
    await live.observer.query(`UPDATE "User" SET "source" = $1 WHERE "id" = 9`, [to]);
    expect(((await handleOf(live, 9)) as string).trim()).toBe(value);
    await live.observer.query(`UPDATE "User" SET "name" = 'x' WHERE "id" = 9`);
    expect(((await handleOf(live, 9)) as string).trim()).toBe(value);
  });
});

describe("a default of the model", () => {
  it("is there for inserts and for the rows that exist, from the start", async () => {
    database = await openUserDatabase({ rows: 1 });
    const columns = [{ ...handle, defaultSql: "'default'" }];
    await database.session.query(filesOf(user, columns).expand);
    expect(await handleOf(database)).toBe("default");
    await database.observer.query(`INSERT INTO "User" ("id", "email") VALUES (9, 'A')`);
    expect(await handleOf(database, 9)).toBe("default");
    expect(await outcome(database.session.query(filesOf(user, columns).prove))).toBe("done");
    expect(await handleOf(database)).toBe("default");
  });
});
