import { afterEach, describe, expect, it } from "vitest";
import { until, waitEvent } from "../support/sessions.js";
import {
  catalogueOf,
  openUserDatabase,
  outcome,
  type UnitDatabase,
  type UserTableOptions,
} from "../support/unit-database.js";
import { fileOf, filesOf, user } from "../support/units.js";

let database: UnitDatabase | undefined;

async function open(options: UserTableOptions = {}): Promise<UnitDatabase> {
  database = await openUserDatabase(options);
  return database;
}
afterEach(async () => {
  await database?.end();
  database = undefined;
});

const files = filesOf();

describe("assert-index", () => {
  const repair = `DROP INDEX CONCURRENTLY IF EXISTS "User_handle_key"; CREATE UNIQUE INDEX CONCURRENTLY "User_handle_key" ON "User"("handle");`;

  it("finds an invalid index, and its hint repairs it", async () => {
    const live = await open();
    await live.session.query(files.expand);
    await live.observer.query(`UPDATE "User" SET "handle" = 'same'`);
    expect(await outcome(live.session.query(files["create-index"]))).toMatchObject({ code: "23505" });
    const found = await outcome(live.session.query(files["assert-index"]));
    expect(found).toMatchObject({
      code: "55000",
      message: `The index "User_handle_key" on "User" is not valid: its build failed or is not finished.`,
      hint: `To build it again, one statement at a time, outside of a transaction: ${repair}`,
    });
    const duplicates = /stop the build: (SELECT .*;)$/.exec(found === "done" ? "" : (found.detail ?? ""))?.[1] ?? "";
    expect((await live.observer.query(duplicates)).rows).toEqual([{ handle: "same", count: "3" }]);
    await live.observer.query(`UPDATE "User" SET "handle" = "email"`);
    for (const statement of repair.split("; ")) await live.session.query(statement);
    expect(await outcome(live.session.query(files["assert-index"]))).toBe("done");
  });

  it.each([
    { name: "missing", make: "SELECT", code: "42704", message: /is missing/ },
    {
      name: "not unique",
      make: `CREATE INDEX "User_handle_key" ON "User"("handle")`,
      code: "42710",
      message: /another one: USING btree \(handle\), not UNIQUE/,
    },
    {
      name: "other column",
      make: `CREATE UNIQUE INDEX "User_handle_key" ON "User"("email")`,
      code: "42710",
      message: /another one/,
    },
    {
      name: "partial",
      make: `CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle") WHERE "id" > 1`,
      code: "42710",
      message: /another one/,
    },
  ])("refuses: $name", async ({ make, code, message }) => {
    const live = await open();
    await live.session.query(files.expand);
    await live.observer.query(make);
    expect(await outcome(live.session.query(files["assert-index"]))).toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it("accepts what create-index builds: several columns, keywords, capitals, another method", async () => {
    const live = await open();
    await live.observer.query(`ALTER TABLE "User" ADD "select" int, ADD "Mixed" int, ADD "plain" int`);
    for (const [method, columns] of [
      ["btree", ["select", "Mixed", "plain"]],
      ["hash", ["Mixed"]],
    ] as const) {
      const index = { name: `i ${method}`, isUnique: method === "btree", columns, method };
      await live.session.query(fileOf({ kind: "create-index", table: user, index }));
      expect(await outcome(live.session.query(fileOf({ kind: "assert-index", table: user, index })))).toBe("done");
    }
  });

  const forms: { name: string; isUnique?: boolean; definition: string; other: string }[] = [
    { name: "sort order", definition: `("tags" DESC, "email")`, other: `("tags", "email")` },
    { name: "NULLS", definition: `("email" ASC NULLS FIRST)`, other: `("email")` },
    {
      name: "gin with an operator class",
      definition: `USING GIN ("tags" jsonb_path_ops)`,
      other: `USING gin ("tags")`,
    },
    { name: "gist", definition: `USING GIST ("during")`, other: `USING spgist ("during")` },
    { name: "brin", definition: `USING BRIN ("id" int4_bloom_ops)`, other: `USING brin ("id")` },
    {
      name: "unique with a predicate",
      isUnique: true,
      definition: `("email") WHERE (level = 'a'::"Level" AND "id" IN (1, 2))`,
      other: `("email") WHERE (level = 'a'::"Level")`,
    },
    {
      name: "expression, INCLUDE and options",
      definition: `(lower("email")) INCLUDE ("id") WITH (fillfactor = 70)`,
      other: `(lower("email"))`,
    },
    { name: "collation", definition: `("email" COLLATE "C" text_pattern_ops)`, other: `("email" COLLATE "C")` },
  ];
  it.each(forms)("accepts what create-index builds from the ORM's own text, and nothing else: $name", async (form) => {
    const live = await open();
    await live.observer.query(`CREATE TYPE "Level" AS ENUM ('a')`);
    await live.observer.query(`ALTER TABLE "User" ADD "tags" jsonb, ADD "during" tsrange, ADD "level" "Level"`);
    const { isUnique = false, definition } = form;
    const index = { name: "i", isUnique, columns: ["tags"], method: "btree", definition };
    const assert = fileOf({ kind: "assert-index", table: user, index });
    await live.session.query(fileOf({ kind: "create-index", table: user, index }));
    const ours = await catalogueOf(live);
    for (let run = 0; run < 2; run++) expect(await outcome(live.session.query(assert))).toBe("done");
    await live.session.query(`BEGIN; ${assert} ${assert} COMMIT`);
    await live.observer.query(`DROP INDEX "i"; CREATE ${isUnique ? "UNIQUE " : ""}INDEX "i" ON "User" ${definition}`);
    expect(ours).toEqual(await catalogueOf(live));
    await live.observer.query(`DROP INDEX "i"; CREATE ${isUnique ? "UNIQUE " : ""}INDEX "i" ON "User" ${form.other}`);
    expect(await outcome(live.session.query(assert))).toMatchObject({ code: "42710" });
  });
});

describe("create-index of an undo", () => {
  const index = { name: "User_email_key", isUnique: true, columns: ["email"], method: "btree" };
  const file = fileOf({ kind: "create-index", ifMissing: true, table: user, index });

  it("builds the index that contract dropped, and runs again where it stands", async () => {
    const live = await open();
    await live.session.query(`DROP INDEX IF EXISTS "User_email_key"`);
    for (const _ of ["by hand, before the code goes back", "by the deployment"]) await live.session.query(file);
    expect(await outcome(live.session.query(fileOf({ kind: "assert-index", table: user, index })))).toBe("done");
  });

  it("leaves one that is not the old one to the assertion", async () => {
    const live = await open();
    await live.session.query(`DROP INDEX IF EXISTS "User_email_key"; CREATE INDEX "User_email_key" ON "User"("email")`);
    await live.session.query(file);
    expect(await outcome(live.session.query(fileOf({ kind: "assert-index", table: user, index })))).toMatchObject({
      code: "42710",
    });
  });
});

describe("drop-index", () => {
  const index = { name: "User_email_key", isUnique: true, columns: ["email"], method: "btree" };
  const file = fileOf({ kind: "drop-index", table: user, index });

  it("drops it while writes go on, and a second time does nothing", async () => {
    const live = await open();
    await live.observer.query(`CREATE UNIQUE INDEX "User_email_key" ON "User"("email")`);
    const before = await live.open();
    await before.query(`BEGIN; UPDATE "User" SET "name" = 'x' WHERE "id" = 1`);
    const running = outcome(live.session.query(file));
    await untilWaiting(live);
    // Nobody waits behind it.
    await live.observer.query(`SET lock_timeout = 1000; UPDATE "User" SET "name" = 'y' WHERE "id" = 2`);
    await before.query("COMMIT");
    expect(await running).toBe("done");
    expect(await outcome(live.session.query(file))).toBe("done");
    const { rows } = await live.observer.query(`SELECT FROM pg_class WHERE relname = 'User_email_key'`);
    expect(rows).toEqual([]);
  });

  it("cannot run in a transaction, so it says so instead of locking", async () => {
    const live = await open();
    await live.session.query("BEGIN");
    expect(await outcome(live.session.query(file))).toMatchObject({ code: "25001" });
  });
});

async function untilWaiting({ observer, session }: UnitDatabase): Promise<void> {
  await until(
    "DROP INDEX waits for the transaction",
    async () => (await waitEvent(observer, session.pid)) === "virtualxid",
  );
}
