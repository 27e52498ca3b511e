import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../core/src/databases/connect.js";
import type { Connection } from "../../core/src/dialect/connection.js";
import type { Taken } from "../../core/src/dialect/system-catalog.js";
import { createDatabase } from "../support/database.js";
import { createMariadbDatabase, hasMariadb, isOnMysql } from "../support/mariadb.js";

// What hangs on a column, and what a server does to it when the column goes: a table of object kinds. What a server is said to take along
// or to refuse, it does.

type Case = readonly [name: string, make: readonly string[], dependents: readonly string[], taken?: Partial<Taken>];

const postgresql: readonly Case[] = [
  [
    "nothing but the column itself",
    [`ALTER TABLE "T" ALTER a SET DEFAULT 1`, `ALTER TABLE "T" ALTER a SET NOT NULL`],
    [],
  ],
  ["a plain index", [`CREATE INDEX i ON "T" (a)`], [`goes: index i on "T"`]],
  ["a composite unique index", [`CREATE UNIQUE INDEX "I u" ON "T" (b, a)`], [`goes: unique index "I u" on "T"`]],
  ["a partial index", [`CREATE INDEX i ON "T" (b) WHERE a > 0`], [`goes: index i on "T"`]],
  ["an index over an expression", [`CREATE INDEX i ON "T" ((a + b))`], [`goes: index i on "T"`]],
  ["a covering index", [`CREATE INDEX i ON "T" (b) INCLUDE (a)`], [`goes: index i on "T"`]],
  ["a unique constraint", [`ALTER TABLE "T" ADD CONSTRAINT u UNIQUE (a, b)`], [`goes: unique constraint u on "T"`]],
  ["a check", [`ALTER TABLE "T" ADD CONSTRAINT c CHECK (a > b)`], [`goes: check constraint c on "T"`]],
  ["an exclusion", [`ALTER TABLE "T" ADD CONSTRAINT x EXCLUDE (a WITH =)`], [`goes: exclusion constraint x on "T"`]],
  [
    "a foreign key",
    [`CREATE TABLE o (id int PRIMARY KEY)`, `ALTER TABLE "T" ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o`],
    [`goes: foreign key f on "T"`],
  ],
  [
    "a foreign key of another table",
    [`ALTER TABLE "T" ADD CONSTRAINT u UNIQUE (a)`, `CREATE TABLE o (a int CONSTRAINT f REFERENCES "T" (a))`],
    ["refuses: foreign key f on o", `goes: unique constraint u on "T"`],
  ],
  ["a view", [`CREATE VIEW v AS SELECT a FROM "T"`], ["refuses: view v"]],
  ["a materialized view", [`CREATE MATERIALIZED VIEW m AS SELECT a FROM "T"`], ["refuses: materialized view m"]],
  ["a rule", [`CREATE RULE r AS ON UPDATE TO "T" WHERE OLD.a > 5 DO INSTEAD NOTHING`], [`refuses: rule r of "T"`]],
  ["a trigger of the column", [trigger(`UPDATE OF a`)], [`refuses: trigger g on "T"`]],
  [
    "a trigger with a condition",
    [trigger(`UPDATE`, `WHEN (OLD.a IS DISTINCT FROM NEW.a)`)],
    [`refuses: trigger g on "T"`],
  ],
  ["a policy", [`CREATE POLICY p ON "T" USING (a > 0)`], [`refuses: policy p on "T"`]],
  ["a column list of a publication", [`CREATE PUBLICATION p FOR TABLE "T" (id, a)`], [`refuses: publication p on "T"`]],
  [
    "a row filter of a publication",
    [`CREATE PUBLICATION p FOR TABLE "T" WHERE (id > 0 AND a > 0) WITH (publish = 'insert')`],
    [`refuses: publication p on "T"`],
  ],
  ["statistics", [`CREATE STATISTICS s ON a, b FROM "T"`], [`goes: statistics s on "T"`]],
  [
    "a generated column",
    [`ALTER TABLE "T" ADD d int GENERATED ALWAYS AS (a * 2) STORED`],
    [`refuses: generated column d on "T"`],
  ],
  [
    "a function with a body of SQL",
    [`CREATE FUNCTION fn() RETURNS int BEGIN ATOMIC SELECT max(a) FROM "T"; END`],
    ["refuses: function fn()"],
  ],
  [
    "an index of a child",
    [`CREATE TABLE child () INHERITS ("T")`, `CREATE INDEX i ON child (a)`],
    ["goes: index i on child"],
  ],
  [
    "NOT NULL: a primary key",
    [`ALTER TABLE "T" DROP CONSTRAINT "T_pkey", ADD PRIMARY KEY (id, a)`],
    [`refuses: primary key "T_pkey" on "T"`],
    { kind: "not-null" },
  ],
  [
    "NOT NULL: a replica identity",
    [
      `ALTER TABLE "T" ALTER a SET NOT NULL`,
      `CREATE UNIQUE INDEX i ON "T" (a)`,
      `ALTER TABLE "T" REPLICA IDENTITY USING INDEX i`,
    ],
    [`refuses: replica identity i on "T"`],
    { kind: "not-null" },
  ],
  [
    "an index: the foreign key to it",
    [`CREATE UNIQUE INDEX i ON "T" (a)`, `CREATE TABLE o (a int CONSTRAINT f REFERENCES "T" (a))`],
    ["refuses: foreign key f on o"],
    { kind: "index", name: "i" },
  ],
  [
    "a table: what is its own",
    [
      `CREATE TABLE o (id int PRIMARY KEY)`,
      `ALTER TABLE "T" ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o, ADD CONSTRAINT s FOREIGN KEY (b) REFERENCES "T", ADD e serial`,
      trigger(`UPDATE`),
      `CREATE POLICY p ON "T" USING (a > 0)`,
      `CREATE PUBLICATION p FOR TABLE "T"`,
    ],
    [],
    { kind: "table" },
  ],
  [
    "a table: what others have of it",
    [
      `CREATE VIEW v AS SELECT a FROM "T"`,
      `CREATE MATERIALIZED VIEW m AS SELECT a FROM v`,
      `CREATE TABLE o (id int CONSTRAINT f REFERENCES "T", t "T"[])`,
      `CREATE TABLE child () INHERITS ("T")`,
      `CREATE FUNCTION fn(t "T") RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE FUNCTION gn() RETURNS int LANGUAGE sql AS 'SELECT max(a) FROM "T"'`,
    ],
    [
      "refuses: column t on o",
      "refuses: foreign key f on o",
      `refuses: function fn("T")`,
      "refuses: table child",
      "refuses: view v",
      "names: function gn()",
    ],
    { kind: "table" },
  ],
  [
    "a table: its partitions",
    [
      `DROP TABLE "T"; CREATE TABLE "T" (id int PRIMARY KEY, a int) PARTITION BY RANGE (id)`,
      `CREATE TABLE p PARTITION OF "T" DEFAULT`,
      `CREATE VIEW v AS SELECT a FROM p`,
    ],
    ["refuses: view v"],
    { kind: "table" },
  ],
  ["an index: nothing", [`CREATE UNIQUE INDEX i ON "T" (a)`], [], { kind: "index", name: "i" }],
];

function trigger(event: string, when = ""): string {
  return `CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER g BEFORE ${event} ON "T" FOR EACH ROW ${when} EXECUTE FUNCTION tf()`;
}

/** A trigger that fires with every write, and what it runs. */
function runs(body: string, more = "", as = "FOR EACH ROW", language = "plpgsql"): string {
  return `${more}; CREATE FUNCTION tf() RETURNS trigger LANGUAGE ${language} AS $f$ ${body} $f$;
    CREATE TRIGGER g BEFORE INSERT OR UPDATE ON "T" ${as} EXECUTE FUNCTION tf()`
    .replace("BEFORE", as.includes("REF") ? "AFTER" : "BEFORE")
    .replace(as.includes("REF") ? " OR UPDATE" : /$^/, "");
}
const breaks = [`breaks: function tf() of trigger g on "T"`];
const mayBreak = [`names: function tf() of trigger g on "T"`];

/** Texts of functions, of which PostgreSQL records nothing. What breaks is proved by a write. */
const bodies: readonly Case[] = [
  ["a field of the new row", [runs(`BEGIN IF NEW."a" = 1 THEN NEW.b := 1; END IF; RETURN NEW; END`)], breaks],
  [
    "a field of the old row",
    [runs(`BEGIN IF TG_OP = 'UPDATE' AND old . a = 1 THEN RETURN NULL; END IF; RETURN NEW; END`)],
    breaks,
  ],
  ["a field of the row in parentheses", [runs(`BEGIN NEW.b := (NEW).a; RETURN NEW; END`)], breaks],
  ["an assignment", [runs(`BEGIN NEW.a := 1; RETURN NEW; END`)], breaks],
  [
    "a column of a statement over the table",
    [runs(`BEGIN NEW.b := (SELECT max("T".a) FROM "T"); RETURN NEW; END`)],
    breaks,
  ],
  [
    "a field of the row in a called function",
    [
      runs(
        `BEGIN PERFORM "Inner"(1, NEW); RETURN NEW; END`,
        `CREATE FUNCTION "Inner"(n int, t "T") RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN t.a + 1; END'`,
      ),
    ],
    [`breaks: function "Inner"(integer,"T") of trigger g on "T"`],
  ],
  [
    "an argument of a function of the server",
    [
      `ALTER TABLE "T" ADD v tsvector, ALTER a TYPE text`,
      `CREATE TRIGGER g BEFORE INSERT OR UPDATE ON "T" FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(v, 'pg_catalog.english', a)`,
    ],
    [`breaks: trigger g on "T"`],
  ],
  ["a field of another variable", [runs(`DECLARE r record; BEGIN r := NEW; NEW.b := r.a; RETURN NEW; END`)], mayBreak],
  ["a column without its table", [runs(`BEGIN UPDATE "T" SET a = 1 WHERE id < NEW.id; RETURN NEW; END`)], mayBreak],
  ["a key of a document", [runs(`BEGIN NEW.b := (to_jsonb(NEW)->>'a')::int; RETURN NEW; END`)], mayBreak],
  ["a statement in a text", [runs(`BEGIN EXECUTE 'SELECT ($1).a' USING NEW; RETURN NEW; END`)], mayBreak],
  ["an argument of a trigger", [runs(`BEGIN RETURN NEW; END`).replace(/tf\(\)$/, "tf('a')")], mayBreak],
  [
    "a table that is one of several",
    [runs(`BEGIN IF TG_TABLE_NAME = 'T' THEN NEW.b := NEW.a; END IF; RETURN NEW; END`)],
    mayBreak,
  ],
  [
    "an error that it handles",
    [runs(`BEGIN NEW.b := NEW.a; RETURN NEW; EXCEPTION WHEN OTHERS THEN RETURN NEW; END`)],
    mayBreak,
  ],
  [
    "the rows of a statement",
    [runs(`BEGIN PERFORM a FROM n; RETURN NULL; END`, "", "REFERENCING NEW TABLE AS n")],
    mayBreak,
  ],
  [
    "a function that the application calls",
    [`CREATE FUNCTION fn() RETURNS int LANGUAGE sql AS 'SELECT max(a) FROM "T"'`],
    ["names: function fn()"],
  ],
  [
    "a function of the row that the application calls",
    [`CREATE FUNCTION fn(t "T") RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN t.a; END'`],
    [`names: function fn("T")`],
  ],
  ["a comment and a text", [runs(`BEGIN /* NEW.a */ RAISE DEBUG 'NEW.a'; -- NEW.a\n RETURN NEW; END`)], []],
  [
    "a column of another table",
    [`CREATE TABLE o (id int, a int)`, runs(`BEGIN INSERT INTO o (id, a) VALUES (NEW.id, 1); RETURN NEW; END`)],
    [],
  ],
  ["a longer name", [runs(`BEGIN NEW.b := NEW.id; RETURN NEW; END`, `ALTER TABLE "T" ADD a1 int`), runsLonger()], []],
  [
    "a function of that name",
    [runs(`BEGIN PERFORM a(); RETURN NEW; END`, `CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT 1'`)],
    [],
  ],
];

function runsLonger(): string {
  return `CREATE OR REPLACE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.a1 := 1; RETURN NEW; END'`;
}

const mysql: readonly Case[] = [
  ["nothing but the column itself", ["ALTER TABLE `T` ALTER a SET DEFAULT 1"], []],
  ["a plain index", ["CREATE INDEX i ON `T` (a)"], ["goes: index `i` on `T`"]],
  ["a composite unique index", ["CREATE UNIQUE INDEX i ON `T` (b, a)"], ["goes: unique index `i` on `T`"]],
  [
    "a check of the column alone",
    ["ALTER TABLE `T` ADD CONSTRAINT c CHECK (a > 0)"],
    ["goes: check constraint `c` on `T`"],
  ],
  [
    "a check of two columns",
    ["ALTER TABLE `T` ADD CONSTRAINT c CHECK (a > b)"],
    ["refuses: check constraint `c` on `T`"],
  ],
  [
    "a foreign key",
    ["CREATE TABLE o (id int PRIMARY KEY)", "ALTER TABLE `T` ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o (id)"],
    ["goes: foreign key `f` on `db`.`T`"],
  ],
  [
    "a foreign key of another table",
    ["CREATE UNIQUE INDEX i ON `T` (a)", "CREATE TABLE o (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES `T` (a))"],
    ["refuses: foreign key `f` on `db`.`o`", "goes: unique index `i` on `T`"],
  ],
  [
    "a generated column",
    ["ALTER TABLE `T` ADD d int GENERATED ALWAYS AS (a * 2) STORED"],
    ["refuses: generated column `d` on `T`"],
  ],
  ["a view", ["CREATE VIEW v AS SELECT a FROM `T`"], ["names: view `v`"]],
  [
    "a trigger of the table",
    ["CREATE TRIGGER g BEFORE INSERT ON `T` FOR EACH ROW SET NEW.b = NEW.a"],
    ["breaks: trigger `g` on `T`"],
  ],
  [
    "a trigger that names another column",
    ["CREATE TRIGGER g BEFORE INSERT ON `T` FOR EACH ROW SET NEW.b = length('a')"],
    [],
  ],
  [
    "a trigger of another table",
    [
      "CREATE TABLE o (id int)",
      "CREATE TRIGGER g BEFORE INSERT ON o FOR EACH ROW SET NEW.id = (SELECT max(a) FROM `T`)",
    ],
    ["names: trigger `g` on `o`"],
  ],
  ["a procedure", ["CREATE PROCEDURE p() SELECT a FROM `T`"], ["names: procedure `p`"]],
  [
    "a procedure that a trigger calls",
    [
      "CREATE PROCEDURE p() UPDATE o SET id = (SELECT max(A) FROM t)",
      "CREATE TABLE o (id int)",
      "CREATE TRIGGER g AFTER INSERT ON `T` FOR EACH ROW CALL p()",
    ],
    ["names: procedure `p` of trigger `g` on `T`"],
  ],
  [
    "a field in another case",
    ["CREATE TRIGGER g BEFORE INSERT ON `T` FOR EACH ROW SET NEW.b = new . `A`"],
    ["breaks: trigger `g` on `T`"],
  ],
  [
    "a comment and a text",
    ["CREATE TRIGGER g BEFORE INSERT ON `T` FOR EACH ROW SET NEW.b = /* NEW.a */ length('NEW.a')"],
    [],
  ],
  [
    "a table: what others have of it",
    [
      "CREATE VIEW v AS SELECT a FROM `T`",
      "CREATE PROCEDURE p() SELECT a FROM `T`",
      "CREATE TRIGGER g BEFORE INSERT ON `T` FOR EACH ROW SET NEW.b = NEW.a",
      "CREATE TABLE o (id int, CONSTRAINT f FOREIGN KEY (id) REFERENCES `T` (id))",
      "ALTER TABLE `T` ADD CONSTRAINT s FOREIGN KEY (b) REFERENCES `T` (id)",
    ],
    ["refuses: foreign key `f` on `db`.`o`", "names: procedure `p`", "names: view `v`"],
    { kind: "table" },
  ],
  [
    "NOT NULL: a primary key",
    ["ALTER TABLE `T` DROP PRIMARY KEY, ADD PRIMARY KEY (id, a)"],
    ["refuses: primary key on `T`"],
    { kind: "not-null" },
  ],
  [
    "NOT NULL: a primary key with a counter",
    ["ALTER TABLE `T` MODIFY id int AUTO_INCREMENT, DROP PRIMARY KEY, ADD PRIMARY KEY (id, a)"],
    ["refuses: primary key on `T`"],
    { kind: "not-null" },
  ],
  [
    "an index: the foreign key to it",
    ["CREATE UNIQUE INDEX i ON `T` (a)", "CREATE TABLE o (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES `T` (a))"],
    ["refuses: foreign key `f` on `db`.`o`"],
    { kind: "index", name: "i" },
  ],
  [
    "an index: another serves the foreign key",
    [
      "CREATE UNIQUE INDEX i ON `T` (a)",
      "CREATE UNIQUE INDEX j ON `T` (a)",
      "CREATE TABLE o (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES `T` (a))",
    ],
    [],
    { kind: "index", name: "i" },
  ],
  [
    "an index: another begins with the columns of the foreign key",
    [
      "CREATE UNIQUE INDEX i ON `T` (a)",
      "CREATE INDEX j ON `T` (a, b)",
      "CREATE TABLE o (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES `T` (a))",
    ],
    // MySQL: restrict_fk_on_non_standard_key
    isOnMysql ? ["refuses: foreign key `f` on `db`.`o`"] : [],
    { kind: "index", name: "i" },
  ],
  [
    "an index: another has the columns in another order",
    [
      "CREATE UNIQUE INDEX i ON `T` (a, b)",
      "CREATE UNIQUE INDEX j ON `T` (b, a)",
      "CREATE TABLE o (a int, b int, CONSTRAINT f FOREIGN KEY (a, b) REFERENCES `T` (a, b))",
    ],
    ["refuses: foreign key `f` on `db`.`o`"],
    { kind: "index", name: "i" },
  ],
  [
    "an index: another has a part of the value",
    [
      "ALTER TABLE `T` MODIFY a varchar(20)",
      "CREATE UNIQUE INDEX i ON `T` (a)",
      "CREATE UNIQUE INDEX j ON `T` (a(5))",
      "CREATE TABLE o (a varchar(20), CONSTRAINT f FOREIGN KEY (a) REFERENCES `T` (a))",
    ],
    ["refuses: foreign key `f` on `db`.`o`"],
    { kind: "index", name: "i" },
  ],
];

const systems = [
  { system: "PostgreSQL", cases: [...postgresql, ...bodies], create: () => createDatabase("dependents"), quote: '"' },
  ...(hasMariadb
    ? [{ system: "MariaDB", cases: mysql, create: () => createMariadbDatabase("dependents"), quote: "`" }]
    : []),
];

describe.each(systems)("$system", ({ system, cases, create, quote }) => {
  const isPostgres = system === "PostgreSQL";
  let database: { readonly url: string; drop(): Promise<void> };
  let db: Connection;
  beforeAll(async () => {
    database = await create();
    db = await connect(database.url, { applicationName: "test" });
  });
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });

  const forms = cases.map(([name, make, expected, taken = {}]) => ({ name, make, expected, taken }));
  test.each(forms)("$name", async ({ make, expected, taken }) => {
    await reset();
    for (const sql of make) await db.query(sql);
    const asked: Taken = { kind: "column", table: { name: "T" }, name: "a", ...taken };
    const found = await db.dialect.live.systemCatalog.dependents(db, asked);
    const own = isPostgres ? "" : `\`${new URL(database.url).pathname.slice(1)}\``;
    expect(found.map(({ effect, what }) => `${effect}: ${what.replace(own === "" ? /$^/ : own, "`db`")}`)).toEqual(
      expected,
    );
    const drop = {
      table: `DROP TABLE ${quote}T${quote}`,
      column: `ALTER TABLE ${quote}T${quote} DROP COLUMN a`,
      "not-null": isPostgres ? `ALTER TABLE "T" ALTER a DROP NOT NULL` : "ALTER TABLE `T` MODIFY a int NULL",
      index: isPostgres ? `DROP INDEX ${asked.name}` : `ALTER TABLE \`T\` DROP INDEX ${asked.name}`,
    }[asked.kind];
    const refuses = found.filter(({ effect }) => effect === "refuses");
    if (refuses.length > 0) expect(await isRefused(drop)).toBe(true);
    if (refuses.some(({ remove = "…" }) => remove.includes("…"))) return;
    for (const { remove = "" } of refuses.toReversed())
      await db.query(remove.replace("VIEW v", isPostgres ? "VIEW v CASCADE" : "VIEW v"));
    // What the way back itself drops first there.
    if (!isPostgres)
      for (const { effect, what, remove = "" } of found)
        if (effect === "goes" && /^(?:foreign key|unique index|index)/.test(what)) await db.query(remove);
    expect(await isRefused(drop)).toBe(false);
    const breaking = found.filter(({ effect }) => effect === "breaks");
    const write = `INSERT INTO ${quote}T${quote} (id, b) VALUES (1, 1)`;
    const change = `UPDATE ${quote}T${quote} SET b = 2`;
    if (asked.kind !== "column" || found.some(({ effect }) => effect === "names")) return;
    expect((await isRefused(write)) || (await isRefused(change))).toBe(breaking.length > 0);
    for (const { remove = "" } of breaking) await db.query(remove);
    if (breaking.length > 0) expect([await isRefused(write), await isRefused(change)]).toEqual([false, false]);
  });

  /** MariaDB takes MODIFY … NULL of a key without a word, and leaves it required. */
  async function isRefused(sql: string): Promise<boolean> {
    try {
      await db.query(sql);
    } catch {
      return true;
    }
    if (isPostgres || !sql.endsWith("NULL")) return false;
    const { rows } = await db.query("SHOW COLUMNS FROM `T` WHERE Field = 'a' AND `Null` = 'NO'");
    return rows.length > 0;
  }

  async function reset(): Promise<void> {
    if (isPostgres) {
      await db.query(`DROP PUBLICATION IF EXISTS p; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
        CREATE TABLE "T" (id int PRIMARY KEY, a int, b int)`);
      return;
    }
    await db.query("SET FOREIGN_KEY_CHECKS = 0");
    for (const what of ["VIEW IF EXISTS v", "PROCEDURE IF EXISTS p", "TABLE IF EXISTS o", "TABLE IF EXISTS `T`"])
      await db.query(`DROP ${what}`);
    await db.query("SET FOREIGN_KEY_CHECKS = 1");
    await db.query("CREATE TABLE `T` (id int PRIMARY KEY, a int, b int)");
  }
});
