import { describe, expect, it } from "vitest";
import { sqlReader } from "../../../core/src/databases/sql-reader.js";
import { foldHandWritten } from "../../../core/src/plan/fold-hand-written.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";
import { sourcesIn } from "../../support/plan-fixture.js";

const parser = await loadParser();
const reader = await sqlReader("postgresql");
const fold = (sql: string) => foldHandWritten(readMigration(sql, "by-hand.sql", parser), "by-hand.sql", reader);
const words = (sql: string) => sql.replace(/\s+/g, " ").trim();

describe("what people write by hand, as one declaration and a value", () => {
  it.each<{ name: string; sql: string; is: string; fill?: string; line?: number }>([
    {
      name: "add, UPDATE, SET NOT NULL",
      sql: `ALTER TABLE users ADD COLUMN handle text;
        UPDATE users SET handle = lower(email);
        ALTER TABLE users ALTER COLUMN handle SET NOT NULL;`,
      is: `ALTER TABLE users ADD COLUMN "handle" text NOT NULL;`,
      fill: "lower(email)",
      line: 2,
    },
    {
      name: "an optional column stays optional",
      sql: `ALTER TABLE users ADD COLUMN handle text; UPDATE users SET handle = lower(email) WHERE handle IS NULL;`,
      is: `ALTER TABLE users ADD COLUMN "handle" text;`,
      fill: "lower(email)",
    },
    {
      name: "a default that is only there until rows are filled",
      sql: `ALTER TABLE users ADD COLUMN handle text NOT NULL DEFAULT '';
        UPDATE users SET handle = lower(email) WHERE handle = '';
        ALTER TABLE users ALTER COLUMN handle DROP DEFAULT;`,
      is: `ALTER TABLE users ADD COLUMN "handle" text NOT NULL;`,
      fill: "lower(email)",
    },
    {
      name: "a default that is all that rows get",
      sql: `ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free'; ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;`,
      is: `ALTER TABLE users ADD COLUMN "plan" text NOT NULL;`,
      fill: "'free'",
    },
    {
      name: "a default for new rows",
      sql: `ALTER TABLE users ADD COLUMN plan varchar(9) COLLATE "C"; UPDATE users SET plan = 'old';
        ALTER TABLE users ALTER plan SET DEFAULT 'free', ALTER plan SET NOT NULL;`,
      is: `ALTER TABLE users ADD COLUMN "plan" varchar(9) COLLATE "C" DEFAULT 'free' NOT NULL;`,
      fill: "'old'",
    },
    {
      name: "several UPDATEs of some rows each",
      sql: `ALTER TABLE users ADD COLUMN tier text;
        UPDATE users SET tier = 'gold' WHERE spent > 100;
        UPDATE users SET tier = 'new' WHERE tier IS NULL;
        ALTER TABLE users ALTER tier SET NOT NULL;`,
      is: `ALTER TABLE users ADD COLUMN "tier" text NOT NULL;`,
      fill: "coalesce(CASE WHEN spent > 100 THEN 'gold'::text ELSE NULL END, 'new'::text)",
      line: 3,
    },
    {
      name: "commas, keywords and parentheses in the value",
      sql: `ALTER TABLE users ADD COLUMN handle text; UPDATE users SET handle = coalesce(nullif(a, ', set = where'), (SELECT 1)) /* where? */ WHERE "handle" IS NULL;`,
      is: `ALTER TABLE users ADD COLUMN "handle" text;`,
      fill: "coalesce(nullif(a, ', set = where'), (SELECT 1))",
    },
    {
      name: "two columns in one UPDATE",
      sql: `ALTER TABLE users ADD COLUMN a text, ADD COLUMN b int; UPDATE users SET a = upper(email), b = length(email); ALTER TABLE users ALTER a SET NOT NULL, ADD CHECK (b > 0);`,
      is: `ALTER TABLE users ADD COLUMN "a" text NOT NULL, ADD COLUMN "b" int; ALTER TABLE users ADD CHECK (b > 0);`,
      fill: "upper(email)",
    },
    {
      name: "a unique column in which NULL comes once",
      sql: `ALTER TABLE users ADD COLUMN handle text UNIQUE NULLS NOT DISTINCT; UPDATE users SET handle = email;`,
      is: `ALTER TABLE users ADD COLUMN "handle" text, ADD UNIQUE NULLS NOT DISTINCT ("handle");`,
      fill: "email",
    },
    {
      name: "a constraint inside of the declaration, named by PostgreSQL",
      sql: `ALTER TABLE users ADD COLUMN handle text UNIQUE; UPDATE users SET handle = email;`,
      is: `ALTER TABLE users ADD COLUMN "handle" text, ADD UNIQUE ("handle");`,
      fill: "email",
    },
    {
      name: "a constraint inside of the declaration, by its own name",
      sql: `ALTER TABLE users ADD COLUMN handle text CONSTRAINT "my uq" UNIQUE; UPDATE users SET handle = email;`,
      is: `ALTER TABLE users ADD COLUMN "handle" text, ADD CONSTRAINT "my uq" UNIQUE ("handle");`,
      fill: "email",
    },
    {
      name: "references and checks of a required column",
      sql: `ALTER TABLE users ADD COLUMN "teamId" int NOT NULL CONSTRAINT "my fk" REFERENCES team (id) ON DELETE CASCADE DEFERRABLE CHECK ("teamId" > 0) CONSTRAINT c CHECK (true);`,
      is: `ALTER TABLE users ADD COLUMN "teamId" int NOT NULL, ADD CONSTRAINT "my fk" FOREIGN KEY ("teamId") REFERENCES team (id) ON DELETE CASCADE DEFERRABLE, ADD CHECK ("teamId" > 0), ADD CONSTRAINT c CHECK (true);`,
    },
    {
      name: "references that every row is looked at for",
      sql: `ALTER TABLE users ADD a int DEFAULT 1 REFERENCES team;`,
      is: `ALTER TABLE users ADD COLUMN "a" int DEFAULT 1, ADD FOREIGN KEY ("a") REFERENCES team;`,
    },
    {
      name: "references of an optional column stay where they are",
      sql: `ALTER TABLE users ADD a int REFERENCES team, ADD b int CHECK (b > 0);`,
      is: `ALTER TABLE users ADD a int REFERENCES team, ADD b int CHECK (b > 0);`,
    },
    {
      name: "several columns at once",
      sql: `ALTER TABLE users ADD a text, ADD b text; UPDATE users SET (a, "b") = (upper(email), ROW(1, 2)::text) WHERE a IS NULL;`,
      is: `ALTER TABLE users ADD COLUMN "a" text, ADD COLUMN "b" text;`,
      fill: "upper(email)",
    },
    {
      name: "the table as it is written",
      sql: `ALTER TABLE IF EXISTS ONLY public."users" ADD COLUMN a text, ADD CHECK (length(a) > 2); UPDATE public.users SET a = email;`,
      is: `ALTER TABLE IF EXISTS ONLY public."users" ADD COLUMN "a" text, ADD CHECK (length(a) > 2);`,
      fill: "email",
    },
    {
      name: "a default that is cast",
      sql: `ALTER TABLE users ADD a jsonb NOT NULL DEFAULT '{}'::jsonb; UPDATE users SET a = to_jsonb(email) WHERE a = '{}'; ALTER TABLE users ALTER a DROP DEFAULT;`,
      is: `ALTER TABLE users ADD COLUMN "a" jsonb NOT NULL;`,
      fill: "to_jsonb(email)",
    },
    {
      name: "statements that neither read rows nor change them",
      sql: `ALTER TABLE users ADD a text; UPDATE users SET a = email; CREATE VIEW v AS SELECT a FROM users; GRANT SELECT ON users TO r; INSERT INTO log VALUES ('done'); ALTER TABLE users ADD CHECK (length(a) > 2);`,
      is: `ALTER TABLE users ADD COLUMN "a" text; CREATE VIEW v AS SELECT a FROM users; GRANT SELECT ON users TO r; INSERT INTO log VALUES ('done'); ALTER TABLE users ADD CHECK (length(a) > 2);`,
      fill: "email",
    },
    {
      name: "comments and what is not about new columns stay",
      sql: `-- one\nALTER TABLE users ADD COLUMN a text NOT NULL;\n-- two\nUPDATE users SET email = lower(email);`,
      is: `-- one ALTER TABLE users ADD COLUMN a text NOT NULL; -- two UPDATE users SET email = lower(email);`,
    },
    {
      name: "a serial: PostgreSQL makes it NOT NULL",
      sql: `ALTER TABLE users ADD COLUMN n serial, ADD m bigserial UNIQUE; ALTER TABLE users ALTER n SET NOT NULL;`,
      is: `ALTER TABLE users ADD COLUMN n serial NOT NULL, ADD m bigserial UNIQUE NOT NULL;`,
    },
    {
      name: "a serial that is made optional",
      sql: `ALTER TABLE users ADD COLUMN n serial; ALTER TABLE users ALTER n DROP NOT NULL;`,
      is: `ALTER TABLE users ADD COLUMN n serial; ALTER TABLE users ALTER n DROP NOT NULL;`,
    },
    {
      name: "a column of a new table",
      sql: `CREATE TABLE t (); ALTER TABLE t ADD COLUMN a text; UPDATE t SET a = 'x'; ALTER TABLE t ALTER a SET NOT NULL;`,
      is: `CREATE TABLE t (); ALTER TABLE t ADD COLUMN a text; UPDATE t SET a = 'x'; ALTER TABLE t ALTER a SET NOT NULL;`,
    },
    {
      name: "a value out of another table",
      sql: `ALTER TABLE users ADD COLUMN a text; UPDATE users SET a = t.x FROM t WHERE t.id = users.t_id;`,
      is: `ALTER TABLE users ADD COLUMN "a" text;`,
      fill: "(SELECT t.x FROM t WHERE t.id = users.t_id)",
    },
    {
      name: "where another table has a row, and what there was elsewhere",
      sql: `ALTER TABLE users ADD COLUMN a text DEFAULT 'x'; UPDATE users u SET a = t.x FROM t WHERE t.id = u.t_id;`,
      is: `ALTER TABLE users ADD COLUMN "a" text DEFAULT 'x';`,
      fill: `CASE WHEN EXISTS (SELECT FROM t WHERE t.id = "users".t_id) THEN (SELECT t.x FROM t WHERE t.id = "users".t_id) ELSE 'x'::text END`,
    },
    {
      name: "rows without a value, out of another table",
      sql: `ALTER TABLE users ADD COLUMN a text; UPDATE users SET a = 'y' WHERE id = 1; UPDATE users u SET a = t.x FROM t WHERE u.a IS NULL AND t.id = u.t_id;`,
      is: `ALTER TABLE users ADD COLUMN "a" text;`,
      fill: `coalesce(CASE WHEN id = 1 THEN 'y'::text ELSE NULL END, (SELECT t.x FROM t WHERE t.id = "users".t_id))`,
    },
    {
      name: "a name of its own for the table",
      sql: `ALTER TABLE users ADD COLUMN a text; UPDATE users u SET a = u.email WHERE u.x IS DISTINCT FROM 1 OR u.a IS NULL AND true;`,
      is: `ALTER TABLE users ADD COLUMN "a" text;`,
      fill: `CASE WHEN ("users".x IS DISTINCT FROM 1 OR "users".a IS NULL AND true) THEN "users".email ELSE NULL END`,
    },
    {
      name: "WITH, where its name stands",
      sql: `ALTER TABLE users ADD COLUMN a int; WITH c AS (SELECT t_id, count(*) AS n FROM t GROUP BY 1), d AS (SELECT * FROM c) UPDATE users SET a = d.n FROM d WHERE d.t_id = users.id;`,
      is: `ALTER TABLE users ADD COLUMN "a" int;`,
      fill: `(SELECT d.n FROM (SELECT * FROM (SELECT t_id, count(*) AS n FROM t GROUP BY 1) "c" ) "d" WHERE d.t_id = users.id)`,
    },
    {
      name: "the last of its names and types",
      sql: `ALTER TABLE users ADD COLUMN a text; ALTER TABLE users ALTER a TYPE varchar(9); UPDATE users SET a = email; ALTER TABLE users RENAME a TO b; ALTER TABLE users ALTER b SET NOT NULL;`,
      is: `ALTER TABLE users ADD COLUMN "b" varchar(9) NOT NULL;`,
      fill: "email",
    },
    {
      name: "another type by a cast, of which no value is made",
      sql: `ALTER TABLE users ADD COLUMN a text; ALTER TABLE users ALTER COLUMN a SET DATA TYPE numeric(9, 2) USING CAST(users.a::text AS numeric(9, 2)); UPDATE users SET a = total; ALTER TABLE users ALTER a SET NOT NULL;`,
      is: `ALTER TABLE users ADD COLUMN "a" numeric(9, 2) NOT NULL;`,
      fill: "total",
    },
    {
      name: "a column that becomes another, or has a form of its own",
      sql: `ALTER TABLE users ADD COLUMN a text; ALTER TABLE users ALTER a TYPE int USING length(a); ALTER TABLE users ADD b int REFERENCES t; ALTER TABLE users ADD c text; ALTER TABLE users DROP d; ALTER TABLE users RENAME c TO d;`,
      is: `ALTER TABLE users ADD COLUMN a text; ALTER TABLE users ALTER a TYPE int USING length(a); ALTER TABLE users ADD b int REFERENCES t; ALTER TABLE users ADD c text; ALTER TABLE users DROP d; ALTER TABLE users RENAME c TO d;`,
    },
    {
      name: "a default that comes too late for the rows that exist",
      sql: `ALTER TABLE users ADD COLUMN a text; ALTER TABLE users ALTER a SET DEFAULT 'x'; ALTER TABLE users ALTER a SET NOT NULL;`,
      is: `ALTER TABLE users ADD COLUMN a text; ALTER TABLE users ALTER a SET DEFAULT 'x'; ALTER TABLE users ALTER a SET NOT NULL;`,
    },
  ])("$name", ({ sql, is, fill, line }) => {
    const folded = fold(sql);
    expect(words(folded.migration.sql)).toBe(is);
    const [added] = folded.migration.operations.flatMap((each) => (each.kind === "addColumn" ? [each] : []));
    const found = added && folded.fill(added.table, added.column.name);
    expect(found?.sql).toBe(fill);
    if (line !== undefined) expect(found?.line).toBe(line);
  });

  it("leaves a column that is waved through as it is written", () => {
    const sql = `ALTER TABLE users ADD a text; UPDATE users SET a = 'x'; ALTER TABLE users ADD b text; UPDATE users SET b = 'y';`;
    const migration = readMigration(sql, "by-hand.sql", parser);
    const folded = foldHandWritten(migration, "by-hand.sql", reader, (_, column) =>
      column === "a" ? { ...sourcesIn({})(_, column), skip: "later" } : undefined,
    );
    expect(folded.filled.map(({ column }) => column)).toEqual(["b"]);
    expect(folded.migration.sql).toContain("UPDATE users SET a = 'x'");
  });

  it("keeps the lines of what follows", () => {
    const sql = `ALTER TABLE users ADD COLUMN a text;\n\nUPDATE users\n  SET a = 'x';\nALTER TABLE users\n  ALTER a SET NOT NULL,\n  ADD CHECK (a <> '');\nDROP TABLE old;\n`;
    const { migration } = fold(sql);
    expect(migration.operations.map(({ kind, line }) => [kind, line])).toEqual([
      ["addColumn", 1],
      ["addCheck", 6],
      ["dropTable", 8],
    ]);
  });
});

describe("what cannot be folded", () => {
  const add = "ALTER TABLE users ADD COLUMN a text;\n";
  it.each([
    ["LS2015", "a name that a subquery has, too", `${add}UPDATE users u SET a = (SELECT u.x FROM t u);`, 2],
    ["LS2015", "something given back", `${add}UPDATE users SET a = email RETURNING id;`, 2],
    [
      "LS2015",
      "several columns at once, one of them from before",
      `${add}UPDATE users SET (a, email) = ('x', 'y');`,
      2,
    ],
    ["LS2015", "several columns of a query", `${add}UPDATE users SET (a) = (SELECT 1);`, 2],
    ["LS2015", "a column from before", `${add}UPDATE users SET a = email, email = lower(email);`, 2],
    [
      "LS2015",
      "a column that stays as it is written",
      `ALTER TABLE users ADD a text, ADD b int GENERATED ALWAYS AS (1) STORED;\nUPDATE users SET a = 'x', b = 1;`,
      2,
    ],
    ["LS2016", "a statement that reads it", `${add}UPDATE users SET a = email;\nINSERT INTO t SELECT a FROM users;`, 3],
    [
      "LS2016",
      "a change of what it is made of",
      `${add}UPDATE users SET a = email;\nUPDATE users SET email = upper(email);`,
      3,
    ],
    [
      "LS2016",
      "a value from before the UPDATE",
      `${add}INSERT INTO users (a) VALUES ('x');\nUPDATE users SET a = email;`,
      2,
    ],
    [
      "LS2016",
      "a row from after the UPDATE",
      `${add}UPDATE users SET a = email;\nINSERT INTO users (email) VALUES ('x');`,
      3,
    ],
    [
      "LS2016",
      "a view of what is there",
      `${add}UPDATE users SET a = email;\nCREATE MATERIALIZED VIEW v AS SELECT 1 FROM users;`,
      3,
    ],
    ["LS2016", "a table of what is there", `${add}UPDATE users SET a = email;\nCREATE TABLE s AS TABLE users;`, 3],
    [
      "LS2016",
      "triggers that were kept from firing",
      `${add}ALTER TABLE users DISABLE TRIGGER ALL;\nUPDATE users SET a = email;`,
      2,
    ],
    [
      "LS2016",
      "another column made of it",
      `${add}UPDATE users SET a = email;\nALTER TABLE users ALTER email TYPE text USING a;`,
      3,
    ],
    [
      "LS2016",
      "another name for what it is made of",
      `${add}UPDATE users SET a = email;\nALTER TABLE users RENAME email TO mail;`,
      3,
    ],
    ["LS2016", "a block that may", `${add}UPDATE users SET a = email;\nDO $$ BEGIN PERFORM a FROM users; END $$;`, 3],
  ])("%s: %s", (code, _, sql, line) => {
    expect(() => fold(sql)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(`by-hand.sql:${line}: `) }),
    );
  });
});
