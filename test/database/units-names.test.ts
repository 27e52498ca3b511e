import { afterEach, describe, expect, it } from "vitest";
import { quoteIdentifier, quoteTable } from "../../core/src/postgresql/quote.js";
import { awkwardNames } from "../support/awkward-names.js";
import { readCatalogue } from "../support/catalogue.js";
import { catalogueOf, openUserDatabase, type UnitDatabase, type UserTableOptions } from "../support/unit-database.js";
import { chain, filesOf, fillOf, handle, handleIndex, lowerEmail, user } from "../support/units.js";

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

describe("ways to run the files", () => {
  it("several files as one simple query", async () => {
    const live = await open();
    await live.session.query(files.expand + files.prove + files.enforce);
    expect((await live.observer.query(`INSERT INTO "User" VALUES (9, 'a', 'b', 'c') RETURNING "handle"`)).rows).toEqual(
      [{ handle: "c" }],
    );
  });

  it("all in one transaction that changed something else before", async () => {
    const live = await open();
    await live.session.query("BEGIN; CREATE TABLE other (); SET LOCAL lock_timeout = '1234ms'");
    for (const kind of ["expand", "prove", "enforce", "undo-contract", "undo-expand"] as const) {
      await live.session.query(files[kind]);
      expect((await live.session.query("SHOW lock_timeout")).rows, kind).toEqual([{ lock_timeout: "1234ms" }]);
    }
    await live.session.query("COMMIT");
    expect((await catalogueOf(live)).tables.find((table) => table.name.includes("User"))?.columns).toHaveLength(3);
  });

  it("through the extended protocol, as an owner who is no superuser, with standard_conforming_strings off", async () => {
    const live = await open();
    const owner = `owner_${live.session.pid}`;
    await live.observer.query(
      `CREATE ROLE ${owner} LOGIN; ALTER TABLE "User" OWNER TO ${owner}; GRANT CREATE ON SCHEMA public TO ${owner}`,
    );
    await live.session.query(
      `SET SESSION AUTHORIZATION ${owner}; SET standard_conforming_strings = off; SET escape_string_warning = off`,
    );
    const units = filesOf(user, [{ ...handle, name: "back\\slash" }], { ...handleIndex, columns: ["back\\slash"] });
    for (const kind of [...chain, "undo-contract", "undo-expand"] as const) {
      await live.session.client.query({ name: kind, text: units[kind] });
    }
    await live.session.query("RESET SESSION AUTHORIZATION");
    await live.observer.query(`DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
  });
});

describe.each([undefined, 'Sch"e.ma\\'])("awkward names, schema %j", (schema) => {
  it.each(awkwardNames)("$why", async ({ table, column }) => {
    const name = schema === undefined ? { name: table } : { schema, name: table };
    const live = await open();
    const [quoted, column_] = [quoteTable(name), quoteIdentifier(column)];
    if (schema !== undefined) await live.observer.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
    await live.observer.query(`CREATE TABLE ${quoted} ("email" text); INSERT INTO ${quoted} VALUES ('A'), ('B')`);
    const schemas = [schema ?? "public"];
    const before = await readCatalogue(live.observer, { schemas });
    // The new column is read by the second one, so an awkward name stands in a fill, too.
    const second = {
      name: "second",
      type: "text",
      fill: fillOf((row) => `coalesce(${row("email")}, 'x')`, ["email", column], { kind: "mirror" }),
    };
    const units = filesOf(name, [{ name: column, type: "text", fill: lowerEmail }, second], {
      name: column,
      isUnique: true,
      columns: [column],
      method: "btree",
    });
    for (const kind of chain) await live.session.query(units[kind]);
    await live.observer.query(`INSERT INTO ${quoted} VALUES ('C', 'c', 's')`);
    expect((await live.observer.query(`SELECT ${column_} AS value FROM ${quoted} ORDER BY 1`)).rows).toEqual([
      { value: "a" },
      { value: "b" },
      { value: "c" },
    ]);
    await live.session.query(units["undo-contract"]);
    await live.session.query(units["undo-expand"]);
    expect(await readCatalogue(live.observer, { schemas })).toEqual(before);
  });
});
