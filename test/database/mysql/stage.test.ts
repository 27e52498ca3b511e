import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import { openStage } from "../../../core/src/rehearsal/server/open-stage.js";
import { findServer, isOnMysql, serverId, serverName } from "../../support/mariadb.js";

/** An account without SUPER makes triggers there: MySQL has a binary log unless it is told otherwise. */
async function namedServer(name: string | undefined): Promise<string | undefined> {
  const url = name && process.env[name];
  if (url !== undefined && isOnMysql) await ask(url, "SET GLOBAL log_bin_trust_function_creators = 1");
  return url;
}

const request = { root: process.cwd(), dialect: serverId } as const;

const ask = async (url: string, sql: string) => {
  const connection = await connect(url, { applicationName: "test" });
  return (await connection.query(sql).finally(() => connection.close())).rows;
};

describe(`a stage of ${serverName}`, () => {
  let version: string;
  beforeAll(() => {
    version = findServer()!.version;
  });

  it.each([
    ["a server of its own", undefined],
    ["a server that is named", "LOCKSTEP_TEST_MARIADB"],
  ])("on %s makes databases, and leaves nothing", async (_, name) => {
    const stage = await openStage({ ...request, version, url: await namedServer(name), settings: { sql_mode: "" } });
    const first = await stage.create();
    const second = await stage.create();
    try {
      expect(stage.server === undefined).toBe(name !== undefined);
      await ask(first, "CREATE TABLE t (id int)");
      expect(await ask(second, "SHOW TABLES")).toEqual([]);
      if (name === undefined) expect(await ask(first, "SELECT @@GLOBAL.sql_mode AS mode")).toEqual([{ mode: "" }]);
      await stage.drop(second);
      await expect(ask(second, "SELECT 1")).rejects.toMatchObject({ code: "LS8004" });
    } finally {
      await stage.close();
    }
    await expect(ask(first, "SELECT 1")).rejects.toMatchObject({ code: "LS8004" });
    if (name === undefined) return;
    const account = new URL(first).username;
    expect(account).toMatch(/^lockstep_stage_/);
    expect(await ask(process.env[name] ?? "", `SELECT User FROM mysql.user WHERE User = '${account}'`)).toEqual([]);
  });

  it("an account that may use nothing but its databases is used as it is", async () => {
    const server = process.env.LOCKSTEP_TEST_MARIADB ?? "";
    const account = `stage_only_${process.pid}`;
    await ask(server, `CREATE USER ${account}@'%', ${account}@localhost`);
    await ask(
      server,
      `GRANT ALL ON \`lockstep\\_stage\\_%\`.* TO ${account}@'%'; GRANT ALL ON \`lockstep\\_stage\\_%\`.* TO ${account}@localhost`,
    );
    try {
      const stage = await openStage({
        ...request,
        url: Object.assign(new URL(server), { username: account, password: "", pathname: "/information_schema" }).href,
      });
      const url = await stage.create();
      expect(new URL(url).username).toBe(account);
      await ask(url, "CREATE TABLE t (id int)");
      await stage.close();
    } finally {
      await ask(server, `DROP USER ${account}@'%', ${account}@localhost`);
    }
  });

  it("another series of the same first number serves, and what is not there is said", async () => {
    const [first] = version.split(".");
    const stage = await openStage({ ...request, version: `${first}.0.1` });
    await stage.close();
    await expect(openStage({ ...request, version: "5.5.68" })).rejects.toMatchObject({
      code: "LS6501",
      message: expect.stringContaining(`This machine has no ${serverName} 5`),
      hint: expect.stringContaining(`LOCKSTEP_${serverName.toUpperCase()}`),
    });
  });

  it.each(["SIGINT", "SIGKILL"] as const)("ends with its process and takes its folder along: %s", async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), "lockstep-stage-"));
    const script = join(folder, "open.mjs");
    const built = pathToFileURL(join(import.meta.dirname, "../../../core/dist/rehearsal/server/open-stage.js")).href;
    writeFileSync(
      script,
      `import { openStage } from ${JSON.stringify(built)};
       const stage = await openStage({ root: ".", dialect: "${serverId}" });
       const url = await stage.create();
       console.log(url);
       setInterval(() => undefined, 1000);`,
    );
    const child = spawn(process.execPath, [script], {
      cwd: dirname(built.slice(7)),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const url = await new Promise<string>((resolve) =>
      child.stdout.once("data", (data) => resolve(String(data).trim())),
    );
    const [found] = (await ask(url, "SELECT @@datadir AS folder, @@pid_file AS pid")) as { folder: string }[];
    child.kill(signal);
    await ended;
    await expect.poll(() => existsSync(dirname(found!.folder)), { timeout: 20_000 }).toBe(false);
    await expect(ask(url, "SELECT 1")).rejects.toMatchObject({ code: "LS8004" });
    rmSync(folder, { recursive: true });
  });
});
