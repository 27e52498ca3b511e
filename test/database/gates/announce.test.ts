import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { announceService } from "../../../core/src/cli/announce-service.js";
import { connect } from "../../../core/src/connect.js";
import type { Connection } from "../../../core/src/dialects/connection.js";
import { readAnnouncements } from "../../../core/src/ledger/announcements.js";
import type { Plan } from "../../../core/src/model/index.js";
import { planText } from "../../../core/src/plan/plan-file.js";
import { createDatabase } from "../../support/database.js";
import { createMariadbDatabase, hasMariadb } from "../../support/mariadb.js";
import { personIo } from "../../support/person-io.js";
import { planOf } from "../../support/plan-fixture.js";

// In a folder with the config and a plan and nothing else: no ORM, no git.

const mysqlSql = "ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NOT NULL;";
const columns = { handle: { fill: { kind: "backfill", sql: "lower(email)" } } } as const;

const onMariadb = [
  "MariaDB",
  () => createMariadbDatabase("announce"),
  () => planOf({ columns, sql: mysqlSql, dialect: "mariadb" }),
] as const;

describe.each([
  ["PostgreSQL", () => createDatabase("announce"), () => planOf({ columns })] as const,
  ...(hasMariadb ? [onMariadb] : []),
])("%s", (system, create, makePlan) => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-announce-"));
  let database: { readonly url: string; drop(): Promise<void> };
  let db: Connection;
  let plan: Plan;
  beforeAll(async () => {
    database = await create();
    db = await connect(database.url, { applicationName: "test" });
    plan = await makePlan();
    const targets = { production: { urlFrom: "PRODUCTION" }, staging: { urlFrom: "STAGING" } };
    writeFileSync(join(root, "lockstep.config.json"), JSON.stringify({ services: ["web", "worker"], targets }));
    mkdirSync(join(root, "lockstep", plan.id), { recursive: true });
    writePlan("switch", []);
  }, 60_000);
  afterAll(async () => {
    rmSync(root, { recursive: true, force: true });
    if (system === "MariaDB") await db?.query("DELETE FROM lockstep.announcements WHERE table_schema = DATABASE()");
    await db?.close();
    await database?.drop();
  });
  const writePlan = (released: "switch" | "undone", places: readonly object[]) =>
    writeFileSync(
      join(root, "lockstep", plan.id, "plan.json"),
      planText({ ...plan, state: { ...plan.state, released, places: places as Plan["state"]["places"] } }),
    );
  const announce = (service: string, options: Readonly<Record<string, string>>) => {
    const { io } = personIo(undefined, { env: { PRODUCTION: database.url }, cwd: root });
    const workspace = () => Promise.reject(new Error("an ORM is needed"));
    const cwd = join(root, "lockstep");
    return announceService({ arguments: [service], options, io, plugins: [], cwd, workspace });
  };

  test("the last word of a build counts, and the first time is kept", async () => {
    const said = await announce("web", { target: "production", build: "7.1" });
    expect(said.text).toContain(`✔ web, build 7.1, on production: switch of ${plan.id}`);
    const place = {
      file: "src/a.ts",
      line: 3,
      what: "create",
      reason: "",
      model: "User",
      field: "handle",
      site: "",
    };
    writePlan("switch", [
      { ...place, kind: "required" },
      { ...place, kind: "required", declined: "a test" },
    ]);
    await announce("web", { target: "production", build: "7.1" });
    writePlan("undone", []);
    await announce("worker", { target: "production", build: "8" });
    const [web, worker] = await readAnnouncements(db);
    expect(web).toMatchObject({ service: "web", build: "7.1", plans: { [plan.id]: { phase: "switch", left: 1 } } });
    expect(web!.at > web!.since).toBe(true);
    expect(web!.silentMs).toBeLessThan(60_000);
    expect(worker).toMatchObject({ service: "worker", plans: { [plan.id]: { phase: "undone", left: 0 } } });
  });

  test("what is written for a heartbeat is the statement of this system", async () => {
    await announce("web", { write: join(root, "build.json"), build: "7.2" });
    const { service, build, statement } = JSON.parse(readFileSync(join(root, "build.json"), "utf8"));
    expect([service, build]).toEqual(["web", "7.2"]);
    await db.query(statement.replace("{instance}", "i1"));
    expect((await readAnnouncements(db)).at(-1)).toMatchObject({ build: "7.2", instance: "i1" });
  });

  test.each([
    ["no target, of two", {}, /2 targets/],
    ["a target without a URL", { target: "staging" }, /STAGING/],
    ["no build, where there is no commit", { target: "production" }, /no commit here/],
  ] as const)("%s", async (_name, options, message) => {
    const build = message.source.includes("commit") ? {} : { build: "1" };
    await expect(announce("web", { ...build, ...options })).rejects.toThrow(message);
  });
});
