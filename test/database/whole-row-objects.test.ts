import type { Connection as MysqlSession } from "mysql2/promise";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connect } from "../../core/src/databases/connect.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { createMariadbDatabase, hasMariadb, isOnMysql, type MariadbDatabase } from "../support/mariadb.js";

// Objects of a database that take the whole row of a table. Each runs statements of old code before and after ADD COLUMN, in an open session
// and in a new one. What fails afterwards is reported, and nothing else is. A statement that checks values divides by zero if they are wrong.

type Case = readonly [name: string, outcome: "fails" | "fine", make: readonly string[], acts: readonly string[]];

const writes = [
  `UPDATE "User" SET name = 'c' WHERE id = 1`,
  `INSERT INTO "User" (id, name) VALUES (9, 'n')`,
  `DELETE FROM "User" WHERE id = 9`,
];
const [update = ""] = writes;
const history = `CREATE TABLE h (id int, name text)`;
const other = `CREATE TABLE o (id int, name text); INSERT INTO o VALUES (1, 'a')`;

function trigger(body: string, declare = "", when = "AFTER INSERT OR UPDATE OR DELETE", result = "COALESCE(NEW, OLD)") {
  return [
    `CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ ${declare} BEGIN ${body}; RETURN ${result}; END $$`,
    `CREATE TRIGGER tr ${when} ON "User" FOR EACH ROW EXECUTE FUNCTION tf()`,
  ];
}

const sql = (returns: string, body: string) => `CREATE FUNCTION f() RETURNS ${returns} LANGUAGE sql AS $$ ${body} $$`;
const plpgsql = (returns: string, body: string, declare = "") =>
  `CREATE FUNCTION f() RETURNS ${returns} LANGUAGE plpgsql AS $$ ${declare} BEGIN ${body}; END $$`;
const call = [`SELECT f()`];
const from = [`SELECT * FROM f()`];

const postgresql: readonly Case[] = [
  [
    "an audit function with more columns",
    "fails",
    [
      `CREATE TABLE h (id int, name text, at timestamptz, op text)`,
      ...trigger(`IF TG_OP <> 'INSERT' THEN INSERT INTO h SELECT OLD.*, now(), TG_OP; END IF`),
    ],
    writes,
  ],
  ["an audit function with (OLD).*", "fails", [history, ...trigger(`INSERT INTO h SELECT (OLD).*`)], writes],
  ["an audit function with VALUES", "fails", [history, ...trigger(`INSERT INTO h VALUES (OLD.*)`)], writes],
  ["an audit function with a list", "fails", [history, ...trigger(`INSERT INTO h (id, name) SELECT OLD.*`)], writes],
  [
    "an audit table that has room for the value",
    "fails",
    [`CREATE TABLE h (id int, name text, op text, note text)`, ...trigger(`INSERT INTO h SELECT OLD.*, TG_OP`)],
    [`${update}; SELECT 1 / min((op IS NOT DISTINCT FROM 'UPDATE')::int) FROM h`],
  ],
  [
    "an audit function that names columns",
    "fine",
    [history, ...trigger(`INSERT INTO h VALUES (OLD.id, OLD.name)`)],
    writes,
  ],
  ["a row as JSON", "fine", [`CREATE TABLE h (r jsonb)`, ...trigger(`INSERT INTO h SELECT to_jsonb(OLD.*)`)], writes],
  [
    "a row in a column of its type",
    "fine",
    [`CREATE TABLE h (r "User")`, ...trigger(`INSERT INTO h VALUES (OLD)`)],
    writes,
  ],
  [
    "EXECUTE with a row",
    "fails",
    [history, ...trigger(`EXECUTE format('INSERT INTO %I SELECT ($1).*', 'h') USING OLD`)],
    [update],
  ],
  [
    "EXECUTE with a name made of parts",
    "fails",
    [
      `CREATE TABLE "User_h" (id int, name text)`,
      ...trigger(`EXECUTE 'INSERT INTO ' || quote_ident(TG_TABLE_NAME || '_h') || ' SELECT $1.*' USING OLD`),
    ],
    [update],
  ],
  [
    "a comparison of both rows",
    "fine",
    trigger(`IF ROW(OLD.*) IS DISTINCT FROM ROW(NEW.*) THEN NULL; END IF`),
    [update],
  ],
  [
    "a comparison with a row of another table",
    "fails",
    [other, ...trigger(`IF EXISTS (SELECT FROM o WHERE ROW(o.*) IS DISTINCT FROM ROW(NEW.*)) THEN NULL; END IF`)],
    [update],
  ],
  [
    "a comparison with fixed values",
    "fails",
    trigger(`IF NEW = ROW(1, 'z'::text) THEN NULL; END IF`, "", "AFTER UPDATE"),
    [`UPDATE "User" SET id = 1, name = 'z' WHERE id = 1`],
  ],
  [
    "a test that every column has a value",
    "fails",
    trigger(`IF NOT (NEW IS NOT NULL) THEN RAISE 'incomplete'; END IF`, "", "BEFORE UPDATE", "NEW"),
    [update],
  ],
  [
    "a trigger's condition that every column has a value",
    "fails",
    trigger(`NEW.name := 'checked'`, "", "BEFORE UPDATE", `NEW`).map((each) =>
      each.replace("FOR EACH ROW", "FOR EACH ROW WHEN (NEW IS NOT NULL)"),
    ),
    [`${update}; SELECT 1 / (name = 'checked')::int FROM "User" WHERE id = 1`],
  ],
  ["a record", "fine", trigger(`SELECT * INTO r FROM "User" WHERE id = 1`, `DECLARE r record;`), writes],
  ["a row variable", "fine", trigger(`SELECT * INTO r FROM "User" WHERE id = 1`, `DECLARE r "User"%ROWTYPE;`), writes],
  [
    "variables, the row last",
    "fine",
    trigger(`SELECT * INTO a, b FROM "User" WHERE id = 1`, `DECLARE a int; b text;`),
    writes,
  ],
  [
    "variables after the row",
    "fails",
    trigger(
      `SELECT *, 'end' INTO a, b, c FROM "User" WHERE id = 1; IF c IS NULL OR c <> 'end' THEN RAISE 'shifted'; END IF`,
      `DECLARE a int; b text; c text;`,
    ),
    [update],
  ],
  [
    "fixed values as NEW",
    "fails",
    trigger(`NEW := ROW(NEW.id, upper(NEW.name))`, "", "BEFORE UPDATE", "NEW"),
    [update],
  ],
  ["fixed columns into NEW", "fails", trigger(`SELECT NEW.id, 'x' INTO NEW`, "", "BEFORE UPDATE", "NEW"), [update]],
  [
    "a function of NEW",
    "fine",
    trigger(`NEW := jsonb_populate_record(NEW, '{"name": "x"}')`, "", "BEFORE UPDATE", "NEW"),
    [update],
  ],
  [
    "a row of fixed values, with its type",
    "fails",
    trigger(`r := ROW(NEW.id, 'x')::"User"`, `DECLARE r "User";`, "AFTER UPDATE"),
    [update],
  ],
  [
    "a function that the trigger calls",
    "fails",
    [
      history,
      `CREATE FUNCTION log(u "User") RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO h SELECT u.*; END $$`,
      ...trigger(`PERFORM log(OLD)`, "", "AFTER UPDATE"),
    ],
    [update],
  ],
  [
    "a transition table",
    "fails",
    [
      history,
      `CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO h SELECT * FROM gone; RETURN NULL; END $$`,
      `CREATE TRIGGER tr AFTER UPDATE ON "User" REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tf()`,
    ],
    [update],
  ],
  [
    "a trigger that routes rows to a child",
    "fine",
    [
      `CREATE TABLE child () INHERITS ("User")`,
      ...trigger(`INSERT INTO child VALUES (NEW.*)`, "", "BEFORE INSERT", "NULL"),
    ],
    [`INSERT INTO "User" (id, name) VALUES (9, 'n')`],
  ],
  ["a rule", "fine", [history, `CREATE RULE r AS ON UPDATE TO "User" DO ALSO INSERT INTO h SELECT OLD.*`], [update]],
  ["a view", "fine", [other, `CREATE VIEW v AS SELECT * FROM "User" UNION SELECT * FROM o`], [`SELECT * FROM v`]],
  [
    "a materialized view",
    "fine",
    [`CREATE MATERIALIZED VIEW v AS SELECT * FROM "User"`],
    [`REFRESH MATERIALIZED VIEW v`, `SELECT * FROM v`],
  ],
  [
    "UNION of two tables",
    "fails",
    [other, sql("bigint", `SELECT count(*) FROM (SELECT * FROM "User" UNION SELECT * FROM o) x`)],
    call,
  ],
  [
    "EXCEPT of the same table",
    "fine",
    [sql("bigint", `SELECT count(*) FROM (SELECT * FROM "User" EXCEPT SELECT * FROM "User") x`)],
    call,
  ],
  [
    "a recursive query",
    "fails",
    [
      sql(
        "bigint",
        `WITH RECURSIVE c AS (SELECT * FROM "User" UNION SELECT c.id, c.name FROM c) SELECT count(*) FROM c`,
      ),
    ],
    call,
  ],
  [
    "IN with all columns",
    "fails",
    [other, sql("bigint", `SELECT count(*) FROM o WHERE (id, name) IN (SELECT * FROM "User")`)],
    call,
  ],
  ["EXISTS with all columns", "fine", [sql("boolean", `SELECT EXISTS (SELECT * FROM "User")`)], call],
  [
    "UPDATE of a list from a row",
    "fails",
    [other, sql("void", `UPDATE o SET (id, name) = (SELECT u.* FROM "User" u WHERE u.id = o.id)`)],
    call,
  ],
  [
    "an archive",
    "fails",
    [history, sql("void", `WITH d AS (DELETE FROM "User" WHERE id = 2 RETURNING *) INSERT INTO h SELECT * FROM d`)],
    call,
  ],
  [
    "an archive of another table",
    "fine",
    [history, other, sql("void", `INSERT INTO h SELECT o.* FROM o JOIN "User" u ON u.id = o.id`)],
    call,
  ],
  [
    "MERGE",
    "fails",
    [history, sql("void", `MERGE INTO h USING "User" s ON h.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.*)`)],
    call,
  ],
  [
    "an archive that is made from the table",
    "fine",
    [
      plpgsql(
        "void",
        `DROP TABLE IF EXISTS x; CREATE TABLE x AS SELECT * FROM "User"; INSERT INTO x SELECT * FROM "User"`,
      ),
    ],
    call,
  ],
  [
    "INSERT by position",
    "fine",
    [plpgsql("void", `INSERT INTO "User" VALUES ((SELECT max(id) + 1 FROM "User"), 'x')`)],
    call,
  ],
  [
    "a restore",
    "fine",
    [`CREATE TABLE o (id int, name text)`, sql("void", `INSERT INTO "User" SELECT * FROM o`)],
    call,
  ],
  [
    "COPY",
    "fails",
    [plpgsql("void", `COPY "User" FROM PROGRAM 'printf "77\\tx\\n"'; DELETE FROM "User" WHERE id = 77`)],
    call,
  ],
  ["the table's rows as a result", "fine", [sql(`SETOF "User"`, `SELECT * FROM "User"`)], [`SELECT id, name FROM f()`]],
  ["the table's rows from fixed columns", "fails", [sql(`SETOF "User"`, `SELECT id, name FROM "User"`)], from],
  [
    "RETURN QUERY of fixed columns",
    "fails",
    [plpgsql(`SETOF "User"`, `RETURN QUERY SELECT id, name FROM "User"`)],
    from,
  ],
  [
    "RETURN NEXT of fixed columns",
    "fails",
    [plpgsql(`SETOF "User"`, `FOR r IN SELECT id, name FROM "User" LOOP RETURN NEXT r; END LOOP`, `DECLARE r record;`)],
    from,
  ],
  ["BEGIN ATOMIC", "fails", [`CREATE FUNCTION f() RETURNS SETOF "User" BEGIN ATOMIC SELECT * FROM "User"; END`], from],
  ["RETURNS TABLE in SQL", "fails", [sql(`TABLE (a int, b text)`, `SELECT * FROM "User"`)], from],
  ["RETURNS TABLE in PL/pgSQL", "fails", [plpgsql(`TABLE (a int, b text)`, `RETURN QUERY SELECT * FROM "User"`)], from],
  [
    "RETURNS TABLE with EXECUTE",
    "fails",
    [plpgsql(`TABLE (a int, b text)`, `RETURN QUERY EXECUTE 'SELECT * FROM "User"'`)],
    from,
  ],
  [
    "RETURNS TABLE that names columns",
    "fine",
    [plpgsql(`TABLE (a int, b text)`, `RETURN QUERY SELECT id, name FROM "User"`)],
    from,
  ],
  [
    "a caller with a column definition",
    "fails",
    [sql(`SETOF record`, `SELECT * FROM "User"`)],
    [`SELECT * FROM f() AS t (a int, b text)`],
  ],
  [
    "a caller that archives the result of a function",
    "fails",
    [
      history,
      sql(`SETOF "User"`, `SELECT * FROM "User"`),
      `CREATE FUNCTION g() RETURNS void LANGUAGE sql AS $$ INSERT INTO h SELECT * FROM f() $$`,
    ],
    [`SELECT g()`],
  ],
  [
    "a body that the parser rejects",
    "fails",
    [
      history,
      `CREATE TYPE mood AS ENUM ('good')`,
      ...trigger(`SELECT 'good', 1 INTO m, n; INSERT INTO h SELECT OLD.*`, `DECLARE m mood; n int;`, "AFTER UPDATE"),
    ],
    [update],
  ],
];

/** Each statement of MariaDB's is one query. */
const mysqlHistory = "CREATE TABLE h (id int, name varchar(20))";
const mysqlOther = "CREATE TABLE o (id int, name varchar(20))";
const mysqlTrigger = (body: string) => `CREATE TRIGGER tr AFTER UPDATE ON User FOR EACH ROW BEGIN ${body}; END`;
const procedure = (body: string, declare = "") => `CREATE PROCEDURE p() BEGIN ${declare} ${body}; END`;
const mysqlUpdate = ["UPDATE User SET name = CONCAT(name, 'c') WHERE id = 1"];
const mysqlCall = ["CALL p()"];
const vars = "DECLARE a int; DECLARE b varchar(20);";

const mariadb: readonly Case[] = [
  [
    "a trigger that archives",
    "fails",
    [mysqlHistory, mysqlTrigger("INSERT INTO h SELECT * FROM User WHERE id = OLD.id")],
    mysqlUpdate,
  ],
  [
    "a trigger with more columns",
    "fails",
    [
      "CREATE TABLE h (op varchar(9), id int, name varchar(20))",
      mysqlTrigger("INSERT INTO h SELECT 'U', d.* FROM User AS d WHERE d.id = NEW.id"),
    ],
    mysqlUpdate,
  ],
  [
    "a trigger with a list",
    "fails",
    [
      mysqlHistory,
      mysqlTrigger("IF NEW.id > 0 THEN INSERT INTO h (id, name) SELECT * FROM User WHERE id = OLD.id; END IF"),
    ],
    mysqlUpdate,
  ],
  [
    "a trigger that names columns",
    "fine",
    [mysqlHistory, mysqlTrigger("INSERT INTO h VALUES (OLD.id, OLD.name)")],
    mysqlUpdate,
  ],
  [
    "a trigger that calls a procedure",
    "fails",
    [mysqlHistory, procedure("INSERT INTO h SELECT * FROM User"), mysqlTrigger("CALL p()")],
    mysqlUpdate,
  ],
  [
    "a trigger of another table",
    "fails",
    [mysqlOther, "CREATE TRIGGER tr AFTER INSERT ON o FOR EACH ROW INSERT INTO User VALUES (NEW.id + 50, NEW.name)"],
    ["INSERT INTO o VALUES (1, 'x')", "DELETE FROM User WHERE id = 51"],
  ],
  ["INSERT by position", "fails", [procedure("INSERT IGNORE INTO User VALUES (1, 'x')")], mysqlCall],
  ["REPLACE by position", "fails", [procedure("REPLACE INTO User VALUES (1, 'x')")], mysqlCall],
  ["INSERT with a list", "fine", [procedure("INSERT IGNORE INTO User (id, name) VALUES (1, 'x')")], mysqlCall],
  ["INSERT … SET", "fine", [procedure("REPLACE INTO User SET id = 1, name = 'x'")], mysqlCall],
  ["a restore", "fails", [mysqlOther, procedure("INSERT INTO User SELECT * FROM o")], mysqlCall],
  ["UNION of two tables", "fails", [mysqlOther, procedure("SELECT * FROM User UNION ALL SELECT * FROM o")], mysqlCall],
  ["UNION of the same table", "fine", [procedure("SELECT * FROM User UNION ALL SELECT * FROM User")], mysqlCall],
  [
    "IN with all columns",
    "fails",
    [mysqlOther, procedure("SELECT COUNT(*) INTO @x FROM o WHERE (id, name) IN (SELECT * FROM User)")],
    mysqlCall,
  ],
  ["EXISTS with all columns", "fine", [procedure("SELECT EXISTS (SELECT * FROM User) INTO @x")], mysqlCall],
  ["variables", "fails", [procedure("SELECT * INTO a, b FROM User LIMIT 1", vars)], mysqlCall],
  ["variables of a session", "fails", [procedure("SELECT * FROM User LIMIT 1 INTO @a, @b")], mysqlCall],
  [
    "FETCH",
    "fails",
    [procedure("OPEN c; FETCH c INTO a, b; CLOSE c", `${vars} DECLARE c CURSOR FOR SELECT * FROM User;`)],
    mysqlCall,
  ],
  [
    "a function",
    "fails",
    [
      `CREATE FUNCTION f() RETURNS int READS SQL DATA BEGIN ${vars} SELECT * INTO a, b FROM User LIMIT 1; RETURN a; END`,
    ],
    ["SELECT f()"],
  ],
  [
    "names of a WITH query",
    "fails",
    [procedure("WITH c (a, b) AS (SELECT * FROM User) SELECT COUNT(*) INTO @x FROM c")],
    mysqlCall,
  ],
  [
    "a statement in a variable",
    "fails",
    [
      mysqlHistory,
      procedure("SET @s = CONCAT('INSERT INTO ', 'h', ' SELECT * FROM User'); PREPARE st FROM @s; EXECUTE st"),
    ],
    mysqlCall,
  ],
  ["a subquery", "fails", [mysqlHistory, procedure("INSERT INTO h SELECT * FROM (SELECT * FROM User) d")], mysqlCall],
  [
    "a subquery that names columns",
    "fine",
    [mysqlHistory, procedure("INSERT INTO h SELECT * FROM (SELECT id, name FROM User) d")],
    mysqlCall,
  ],
  [
    "an archive of another table",
    "fine",
    [mysqlHistory, mysqlOther, procedure("INSERT INTO h SELECT o.* FROM User u JOIN o ON o.id = u.id")],
    mysqlCall,
  ],
  ["a view", "fine", [mysqlOther, "CREATE VIEW v AS SELECT * FROM User UNION SELECT * FROM o"], ["SELECT * FROM v"]],
  ["rows as a result", "fine", [procedure("SELECT * FROM User")], mysqlCall],
];

/** MySQL has none of these. */
const mariadbAlone: readonly Case[] = [
  [
    "a copy within the table, on open sessions",
    "fails",
    [procedure("INSERT INTO User SELECT * FROM User WHERE id < 0")],
    mysqlCall,
  ],
  [
    "a row variable, on open sessions",
    "fails",
    [procedure("SELECT * INTO r FROM User LIMIT 1", "DECLARE r ROW TYPE OF User;")],
    mysqlCall,
  ],
  [
    "a row variable of another table",
    "fails",
    [mysqlOther, procedure("SELECT * INTO r FROM User LIMIT 1", "DECLARE r ROW TYPE OF o;")],
    mysqlCall,
  ],
  [
    "a row variable of a cursor",
    "fine",
    [
      procedure(
        "BEGIN DECLARE r ROW TYPE OF c; OPEN c; FETCH c INTO r; CLOSE c; END",
        "DECLARE c CURSOR FOR SELECT * FROM User;",
      ),
    ],
    mysqlCall,
  ],
  ["a loop over rows", "fine", [procedure("FOR r IN (SELECT * FROM User) DO SET @x = r.name; END FOR")], mysqlCall],
  [
    "EXECUTE IMMEDIATE",
    "fails",
    [mysqlHistory, procedure("EXECUTE IMMEDIATE 'INSERT INTO h SELECT * FROM User'")],
    mysqlCall,
  ],
  ["EXCEPT", "fails", [mysqlOther, procedure("SELECT * FROM User EXCEPT SELECT * FROM o")], mysqlCall],
];

/** Whether old code works, in its order: before the change, in the open session after it, in a new one. */
async function tried(
  acts: readonly string[],
  sessions: { readonly old: Session; readonly change: () => Promise<unknown>; open(): Promise<Session> },
) {
  const run = async (session: Session) => {
    for (const act of acts) {
      const failure = await session.query(act).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (failure !== undefined) return failure;
    }
    return undefined;
  };
  expect(await run(sessions.old)).toBeUndefined();
  await sessions.change();
  const failures = [await run(sessions.old), await run(await sessions.open())];
  return failures.find((each) => each !== undefined);
}

interface Session {
  query(sql: string): Promise<unknown>;
}

/** What Lockstep reports of the database. */
async function reported(url: string) {
  const connection = await connect(url, { applicationName: "whole rows" });
  try {
    const users = await connection.dialect.live.systemCatalog.users(connection, [{ name: "User" }]);
    return users.flatMap(({ uses }) => uses.map(({ kind }) => kind));
  } finally {
    await connection.close();
  }
}

function compare(outcome: Case[1], failure: string | undefined, found: readonly string[]) {
  expect({ failure: failure !== undefined, isReported: found.length > 0 }, failure ?? found.join()).toEqual({
    failure: outcome === "fails",
    isReported: outcome === "fails",
  });
}

describe("on PostgreSQL", () => {
  let database: TestDatabase;
  const open: pg.Client[] = [];
  const session = async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    open.push(client);
    return client;
  };
  beforeAll(async () => {
    database = await createDatabase("whole_rows");
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    const admin = await session();
    await admin.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE "User" (id int PRIMARY KEY, name text); INSERT INTO "User" VALUES (1, 'a'), (2, 'b')`);
    return async () => {
      for (const client of open.splice(0)) await client.end();
    };
  });

  test.each(postgresql)("%s %s", async (_, outcome, make, acts) => {
    const [old, admin] = [await session(), await session()];
    for (const each of make) await admin.query(each);
    const found = await reported(database.url);
    const change = () => admin.query(`ALTER TABLE "User" ADD COLUMN nick text; DELETE FROM "User" WHERE id > 8`);
    compare(outcome, await tried(acts, { old, change, open: session }), found);
  });
});

describe.runIf(hasMariadb)(`on ${isOnMysql ? "MySQL" : "MariaDB"}`, () => {
  let database: MariadbDatabase;
  let admin: MysqlSession;
  beforeAll(async () => {
    database = await createMariadbDatabase("whole_rows");
    admin = await database.open();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    const { name } = database;
    for (const each of [
      `DROP DATABASE \`${name}\``,
      `CREATE DATABASE \`${name}\``,
      `USE \`${name}\``,
      "CREATE TABLE User (id int PRIMARY KEY, name varchar(20))",
      "INSERT INTO User VALUES (1, 'a'), (2, 'b')",
    ])
      await admin.query(each);
  });

  test.each([...mariadb, ...(isOnMysql ? [] : mariadbAlone)])("%s %s", async (_, outcome, make, acts) => {
    for (const each of make) await admin.query(each);
    const old = await database.open();
    const found = await reported(database.url);
    const change = () => admin.query("ALTER TABLE User ADD COLUMN nick varchar(20)");
    compare(outcome, await tried(acts, { old, change, open: () => database.open() }), found);
  });
});
