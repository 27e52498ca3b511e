import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { rehearsing } from "../../../core/src/mysql/rehearsal/index.js";
import { restoreDump } from "../../../core/src/rehearsal/run/base-schema.js";
import { openStage, type Stage } from "../../../core/src/rehearsal/server/open-stage.js";
import { findServer, isOnMysql, serverId } from "../../support/mariadb.js";

// A dump is a stranger's: it reads and writes no file, loads no library, and changes nothing beside its database.

const folder = mkdtempSync(join(tmpdir(), "lockstep-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ask = async <T>(url: string, run: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = await connect(url, { applicationName: "lockstep rehearse" });
  return run(connection).finally(() => connection.close());
};

const marker = join(tmpdir(), `lockstep-pwned-mysql-${process.pid}`);
const other = `hostile_other_${process.pid}`;
const body = `SELECT 'x' INTO OUTFILE '${marker}'`;
/** By what it does. LS6503: no statement of the server. Undefined: it is left out, or brings nothing. */
const hostile: Readonly<Record<string, readonly [sql: string, code?: "LS8020" | "LS6503"]>> = {
  "writes a file": [`${body};`, "LS8020"],
  "writes the bytes of a file": [`SELECT 'x' INTO DUMPFILE '${marker}';`, "LS8020"],
  "reads a file": ["LOAD DATA INFILE '/etc/passwd' INTO TABLE t;", "LS8020"],
  "reads a file of whoever restores it": ["LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t;", "LS8020"],
  "reads a file into a value": ["INSERT INTO t SELECT LOAD_FILE('/etc/passwd');"],
  "a function of a library": ["CREATE FUNCTION sys_exec RETURNS INTEGER SONAME 'udf.so';", "LS8020"],
  "loads a plugin": ["INSTALL PLUGIN evil SONAME 'evil.so';", "LS8020"],
  "sets the server up": [`SET GLOBAL general_log_file = '${marker}';`, "LS8020"],
  "gives itself rights": ["INSERT INTO mysql.db (Host, Db, User) VALUES ('%', '%', 'evil');", "LS8020"],
  "makes an account": [`CREATE USER evil_${process.pid};\nGRANT ALL ON *.* TO evil_${process.pid};`],
  "makes another database": [`CREATE DATABASE /*!32312 IF NOT EXISTS*/ \`${other}\`;`],
  "another database, and one more": ["USE shop;\nUSE mysql;\nDELETE FROM db;", "LS6503"],
  "runs as the account that it names": [
    `DELIMITER ;;\nCREATE DEFINER=\`root\`@\`localhost\` PROCEDURE p() SQL SECURITY DEFINER BEGIN ${body}; END;;\nDELIMITER ;\nCALL p();`,
    "LS8020",
  ],
  "a trigger of the account that it names": [
    "DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN DELETE FROM mysql.proxies_priv; END */;;\nDELIMITER ;\nINSERT INTO t VALUES ('a');",
    "LS8020",
  ],
  "a command of mysql: a program": [`\\! touch ${marker};`, "LS6503"],
  "a command of mysql: a program by its name": [`system touch ${marker};`, "LS6503"],
  "a command of mysql: a file": ["source /etc/passwd;", "LS6503"],
};

describe.each([
  ["a server of its own", undefined],
  ["a server that is named, by its root", "LOCKSTEP_TEST_MARIADB"],
])("on %s", (_, name) => {
  let stage: Stage;
  let url: string;
  beforeAll(async () => {
    const named = name && process.env[name];
    if (named !== undefined && isOnMysql)
      await ask(named, (admin) => admin.query("SET GLOBAL log_bin_trust_function_creators = 1"));
    stage = await openStage({
      root: process.cwd(),
      dialect: serverId,
      version: findServer()!.version,
      url: named,
    });
    url = await stage.create();
  });
  afterAll(() => stage?.close());

  it.each(Object.entries(hostile))("a dump does nothing of that: %s", async (what, [sql, code]) => {
    const file = join(folder, "dump.sql");
    writeFileSync(file, `-- A dump\nDROP TABLE IF EXISTS t;\nCREATE TABLE t (line TEXT);\n${sql}\n`);
    try {
      await ask(url, async (connection) => {
        const restored = await restoreDump(connection, rehearsing, file, stage.admin(url)).catch((error) => error);
        expect(existsSync(marker), what).toBe(false);
        if (code === undefined) expect(restored, what).toBeInstanceOf(Array);
        else expect(restored).toMatchObject({ code, message: expect.stringMatching(/line [4-9]\b/) });
        expect((await connection.query("SELECT line FROM t WHERE line IS NOT NULL")).rows).toEqual([]);
      });
      const { rows } = await ask(stage.admin(url), (admin) =>
        admin.query(
          `SELECT (SELECT COUNT(*) FROM mysql.user WHERE User LIKE 'evil%') + (SELECT COUNT(*) FROM mysql.db WHERE User LIKE 'evil%') +
                  (SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '${other}') + 0e0 AS n`,
        ),
      );
      expect(rows).toEqual([{ n: 0 }]);
    } finally {
      rmSync(marker, { force: true });
    }
  });
});
