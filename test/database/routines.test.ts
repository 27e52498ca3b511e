import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../core/src/databases/connect.js";
import type { Connection } from "../../core/src/dialect/connection.js";
import { createDatabase } from "../support/database.js";
import { createMariadbDatabase, hasMariadb } from "../support/mariadb.js";

// Which objects with a text of their own use a table, and which of its triggers run them.

const postgresql = [
  `CREATE SCHEMA audit`,
  `CREATE TABLE "Member" (id int PRIMARY KEY, name text, legacy text) PARTITION BY RANGE (id)`,
  `CREATE TABLE "Member1" PARTITION OF "Member" DEFAULT`,
  `CREATE TABLE other (id int, name text, title tsvector)`,
  `CREATE FUNCTION audit.inner_most(n int) RETURNS int LANGUAGE sql AS 'SELECT n'`,
  `CREATE FUNCTION audit."Inner"(m "Member") RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN audit.inner_most(m.id); END'`,
  `CREATE FUNCTION audit.log_member() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM audit."Inner"(NEW); RETURN NEW; END'`,
  `CREATE TRIGGER "Log" AFTER UPDATE OF name, id OR DELETE ON "Member" FOR EACH ROW EXECUTE FUNCTION audit.log_member()`,
  `CREATE TRIGGER each AFTER TRUNCATE ON "Member" FOR EACH STATEMENT EXECUTE FUNCTION audit.log_member()`,
  `CREATE TRIGGER zz_lockstep_x AFTER UPDATE ON "Member" FOR EACH ROW EXECUTE FUNCTION audit.log_member()`,
  `CREATE TRIGGER of_other BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(title, 'pg_catalog.english', name)`,
  `CREATE FUNCTION many() RETURNS SETOF "Member" LANGUAGE plpgsql AS 'BEGIN RETURN QUERY EXECUTE ''SELECT 1''; END'`,
  `CREATE PROCEDURE tidy() LANGUAGE sql AS 'DELETE FROM "Member"'`,
  `CREATE FUNCTION "Members"() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  `CREATE FUNCTION lockstep_fill_x() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT 1 FROM "Member"); END'`,
  `CREATE VIEW names AS SELECT name FROM "Member"`,
  `CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM "Member"`,
];

const mariadb = [
  "CREATE TABLE `Member` (id int PRIMARY KEY, name text, legacy text)",
  "CREATE TABLE other (id int, name text)",
  "CREATE FUNCTION inner_most(n int) RETURNS int DETERMINISTIC RETURN n",
  "CREATE PROCEDURE log_member(n int) SET @a = inner_most(n)",
  "CREATE TRIGGER log AFTER UPDATE ON `Member` FOR EACH ROW CALL log_member(NEW.id)",
  "CREATE TRIGGER of_other BEFORE INSERT ON other FOR EACH ROW SET NEW.id = (SELECT max(id) FROM `Member`)",
  "CREATE TRIGGER unlike BEFORE UPDATE ON other FOR EACH ROW SET NEW.id = 1",
  "CREATE PROCEDURE tidy() DELETE FROM `Member`",
  "CREATE PROCEDURE members() SELECT 1",
  "CREATE EVENT each_day ON SCHEDULE EVERY 1 DAY DO DELETE FROM `Member`",
  "CREATE VIEW names AS SELECT name FROM `Member`",
];

const systems = [
  {
    system: "PostgreSQL",
    make: postgresql,
    create: () => createDatabase("routines"),
    expected: [
      'function audit."Inner"("Member"), argument, by "Log" on "Member", each on "Member"',
      'function audit.inner_most(integer), by "Log" on "Member", each on "Member"',
      'function audit.log_member(), by "Log" on "Member", each on "Member"',
      "other: trigger of_other on other, by of_other on other",
      "function many(), result",
      "materialized view counted",
      "procedure tidy()",
      "view names",
    ],
  },
  ...(hasMariadb
    ? [
        {
          system: "MariaDB",
          make: mariadb,
          create: () => createMariadbDatabase("routines"),
          expected: [
            "trigger `log` on `Member`, by `log` on `Member`",
            "function `inner_most`, by `log` on `Member`",
            "procedure `log_member`, by `log` on `Member`",
            "other: trigger `of_other` on `other`, by `of_other` on `other`",
            "other: trigger `unlike` on `other`, by `unlike` on `other`",
            "event `each_day`",
            "procedure `tidy`",
            "trigger `of_other` on `other`",
            "view `names`",
          ],
        },
      ]
    : []),
];

describe.each(systems)("$system", ({ make, create, expected }) => {
  let database: { readonly url: string; drop(): Promise<void> };
  let db: Connection;
  beforeAll(async () => {
    database = await create();
    db = await connect(database.url, { applicationName: "test" });
    for (const sql of make) await db.query(sql);
  });
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });

  it("lists what runs with a write, and what only names the table", async () => {
    const tables = [{ name: "gone" }, { name: "Member" }, { name: "other" }];
    const found = await db.dialect.live.systemCatalog.routines(db, tables);
    const text = ({ table, what, row, triggers }: (typeof found)[number]) => {
      const by = triggers.map((each) => each.what.replace("trigger ", "")).join(", ");
      return [
        table.name === "other" ? `other: ${what}` : what,
        ...(row === undefined ? [] : [row]),
        ...(by === "" ? [] : [`by ${by}`]),
      ].join(", ");
    };
    expect(found.map(text)).toEqual(expected);
    const named = found.flatMap(({ triggers, remove }) => (triggers.length > 0 ? [] : [remove]));
    const triggers = found.flatMap((each) => each.triggers.map(({ remove }) => remove));
    for (const remove of new Set([...named, ...triggers])) await db.query(remove);
    const left = await db.dialect.live.systemCatalog.routines(db, tables);
    expect(left.filter((each) => each.triggers.length > 0 || named.includes(each.remove))).toEqual([]);
  });
});
