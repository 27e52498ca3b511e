import { afterEach, describe, expect, it } from "vitest";
import { openUserDatabase, outcome, type UnitDatabase, type UserTableOptions } from "../support/unit-database.js";
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
});
