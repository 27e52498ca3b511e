import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { rehearsing } from "../../../core/src/postgresql/rehearsal/index.js";
import { restoreDump } from "../../../core/src/rehearsal/run/base-schema.js";
import { openStage, type Stage } from "../../../core/src/rehearsal/server/open-stage.js";

// A dump is a stranger's: it runs no program, reads and writes no file, and changes nothing beside its database.

const folder = mkdtempSync(join(tmpdir(), "lockstep-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ask = async <T>(url: string, run: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = await connect(url, { applicationName: "lockstep rehearse" });
  return run(connection).finally(() => connection.close());
};

// The server runs as another account where tests run as root.
const marker = join(tmpdir(), `lockstep-pwned-${process.pid}`);
const isMarked = () => existsSync(marker);
afterAll(() => rmSync(marker, { force: true }));

const table = "CREATE TABLE public.t (line text);\n";
const again = "DROP TABLE IF EXISTS public.t;\n";
/** By what it does. LS6503: what it needs is not there, and was not made. */
const hostile: Readonly<Record<string, readonly [sql: string, code: "LS8020" | "LS6503"]>> = {
  "reads what a program prints": [`COPY public.t FROM PROGRAM 'touch ${marker}';`, "LS8020"],
  "writes to a program": [`COPY public.t TO PROGRAM 'cat > ${marker}';`, "LS8020"],
  "as rows, before rows": [`COPY public.t FROM PROGRAM 'touch ${marker}'; COPY public.t FROM stdin;\na\n\\.`, "LS8020"],
  "in a block": [`DO $$ BEGIN EXECUTE 'COPY public.t FROM PROGRAM ''touch ${marker}'''; END $$;`, "LS8020"],
  "as whoever began the session": [
    `RESET ROLE;\nRESET SESSION AUTHORIZATION;\nCOPY public.t FROM PROGRAM 'touch ${marker}';`,
    "LS8020",
  ],
  "with a right that it gives itself": [
    `GRANT pg_execute_server_program TO CURRENT_USER;\nCOPY public.t FROM PROGRAM 'touch ${marker}';`,
    "LS8020",
  ],
  "as a superuser that it makes": [
    `CREATE ROLE evil_${process.pid} SUPERUSER;\nSET ROLE evil_${process.pid};\nCOPY public.t FROM PROGRAM 'touch ${marker}';`,
    "LS8020",
  ],
  "reads a file": ["COPY public.t FROM '/etc/passwd';", "LS8020"],
  "reads a file into a value": ["INSERT INTO public.t SELECT pg_read_file('/etc/passwd');", "LS8020"],
  "reads a file as a large object": ["SELECT lo_import('/etc/passwd');", "LS8020"],
  "writes a file": [`COPY (SELECT 1) TO '${marker}';`, "LS8020"],
  "writes a large object": [`SELECT lo_export(lo_from_bytea(0, 'x'), '${marker}');`, "LS8020"],
  "reads a file as a table": [
    `CREATE EXTENSION file_fdw;\nCREATE SERVER f FOREIGN DATA WRAPPER file_fdw;\nCREATE FOREIGN TABLE public.f (a text) SERVER f OPTIONS (filename '/etc/passwd');\nINSERT INTO public.t SELECT a FROM public.f;`,
    "LS6503",
  ],
  "a function of a library": [
    "CREATE FUNCTION public.run(cstring) RETURNS int LANGUAGE c STRICT AS 'libc.so.6', 'system';",
    "LS8020",
  ],
  "loads a library": ["LOAD '/tmp/evil.so';", "LS8020"],
  "sets the server up": [`ALTER SYSTEM SET archive_command = 'touch ${marker}';`, "LS8020"],
  "makes a folder of the server's": ["CREATE TABLESPACE evil LOCATION '/tmp';", "LS8020"],
  "another server by its own power": [
    "CREATE EXTENSION dblink;\nSELECT public.dblink_exec('dbname=postgres', 'SELECT 1');",
    "LS6503",
  ],
  "a command of psql: a program": [`\\! touch ${marker}`, "LS8020"],
  "a command of psql: rows of a program": [`\\copy public.t from program 'touch ${marker}'`, "LS8020"],
  "a command of psql: a file": ["\\i /etc/passwd", "LS8020"],
  "a command of psql: a file to write": [`\\o ${marker}`, "LS8020"],
};

describe.each([
  ["a server of its own", undefined],
  ["a server that is named, by its superuser", "LOCKSTEP_TEST_PG"],
])("on %s", (_, name) => {
  let stage: Stage;
  let url: string;
  beforeAll(async () => {
    stage = await openStage({ root: process.cwd(), dialect: "postgresql", url: name && process.env[name] });
    url = await stage.create();
  });
  afterAll(() => stage?.close());

  it.each(Object.entries(hostile))("a dump does nothing of that: %s", async (what, [sql, code]) => {
    const file = join(folder, "dump.sql");
    writeFileSync(file, `-- A dump\n${again}${table}${sql}\n`);
    try {
      await ask(url, async (connection) => {
        await connection.query(`${again}${table}`);
        const refused = await restoreDump(connection, rehearsing, file, stage.admin(url)).catch((error) => error);
        expect(isMarked(), what).toBe(false);
        expect(refused).toMatchObject({ code, message: expect.stringMatching(/line [4-7]\b/) });
        const { rows } = await connection.query("SELECT count(*)::int AS n FROM public.t");
        expect(rows).toEqual([{ n: 0 }]);
      });
    } finally {
      rmSync(marker, { force: true });
    }
  });

  it("objects of a dump that stand in for the server's are not used by whoever administers it", async () => {
    const file = join(folder, "dump.sql");
    const trap = `EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'touch ${marker}')`;
    writeFileSync(
      file,
      `${table}
CREATE FUNCTION public.trap() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user) THEN ${trap}; END IF; RETURN true; END $$;
CREATE FUNCTION public.trap(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT public.trap()';
CREATE FUNCTION public.trap(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT public.trap()';
CREATE OPERATOR public.!~ (FUNCTION = public.trap, LEFTARG = name, RIGHTARG = name);
CREATE OPERATOR public.<> (FUNCTION = public.trap, LEFTARG = name, RIGHTARG = text);
CREATE FUNCTION public.trap(name, text) RETURNS boolean LANGUAGE sql AS 'SELECT public.trap()';
CREATE FUNCTION public.on_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.trap(); RETURN NEW; END $$;
CREATE TRIGGER trap BEFORE INSERT OR UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.on_row();
CREATE TABLE public.i (a text);
CREATE FUNCTION public.trapped(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM public.trap(); RETURN $1; END $$;
INSERT INTO public.i VALUES ('a');
CREATE INDEX ON public.i (public.trapped(a));
`.replace(/(CREATE OPERATOR public.<>.*\n)(CREATE FUNCTION .*\n)/, "$2$1"),
    );
    const base = await stage.create();
    try {
      await ask(base, (connection) => restoreDump(connection, rehearsing, file, stage.admin(base)));
      await ask(base, rehearsing.analyse);
      const copy = await stage.create(base);
      await ask(stage.admin(copy), async (admin) => {
        expect(await rehearsing.prepareWatch(admin)).toBe(true);
      });
      await ask(copy, async (observer) => {
        await rehearsing.takeSeen(observer);
        await rehearsing.glance(observer, observer.pid);
        await rehearsing.sizes(observer, [{ name: "t" }]);
        await observer.query("INSERT INTO public.t VALUES ('a')");
      });
      expect(isMarked()).toBe(false);
    } finally {
      rmSync(marker, { force: true });
    }
  });
});
