import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { announceService } from "../../../core/src/cli/announce-service.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { Plan } from "../../../core/src/model/index.js";
import { planText } from "../../../core/src/plan/plan-file.js";
import { readAnnouncements } from "../../../core/src/target/ledger/announcements.js";
import { createDatabase } from "../../support/database.js";
import { createMariadbDatabase, hasMariadb } from "../../support/mariadb.js";
import { personIo } from "../../support/person-io.js";
import { planOf } from "../../support/plan-fixture.js";
import { run } from "../../support/run.js";

type Options = Readonly<Record<string, string | boolean>>;

const announceIn = (cwd: string, service: string, options: Options, { url }: { readonly url: string }) => {
  const { io } = personIo(undefined, { env: { PRODUCTION: url }, cwd });
  const workspace = () => Promise.reject(new Error("an ORM is needed"));
  return announceService({ name: "announce", arguments: [service], options, io, plugins: [], cwd, workspace });
};

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
  const announce = (service: string, options: Options) =>
    announceIn(join(root, "lockstep"), service, options, database);

  test("the last word of a build counts, and the first time is kept", async () => {
    const said = await announce("web", { target: "production", build: "7.1", fromCheckout: true });
    expect(said.text).toContain(`✔ web, build 7.1 (the files in ${root}), on production: switch of ${plan.id}`);
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
    await announce("web", { target: "production", build: "7.1", fromCheckout: true });
    writePlan("undone", []);
    await announce("worker", { target: "production", build: "8", fromCheckout: true });
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
    ["no build, where there is no commit", { target: "production" }, /no commit that identifies/],
  ] as const)("%s", async (_name, options, message) => {
    const build = message.source.includes("commit") ? {} : { build: "1" };
    await expect(announce("web", { ...build, fromCheckout: true, ...options })).rejects.toThrow(message);
  });
});

// Three commits of a project in a subfolder: without the plan, with expand, with switch, which is checked out.
describe("what a build contains", () => {
  const top = realpathSync(mkdtempSync(join(tmpdir(), "lockstep-announce-git-")));
  const root = join(top, "origin/apps/shop");
  const commits: string[] = [];
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let db: Connection;
  let plan: Plan;
  const git = async (cwd: string, ...args: string[]) => {
    const said = await run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd });
    if (said.code !== 0) throw new Error(said.output);
    return said.stdout.trim();
  };
  const commit = async (message: string) => {
    await git(root, "add", "-A");
    await git(root, "commit", "--quiet", "-m", message);
    commits.push(await git(root, "rev-parse", "HEAD"));
  };
  const file = (folder = root) => join(folder, "lockstep", plan.id, "plan.json");
  const write = (released: "expand" | "switch" | "contract", folder = root) =>
    writeFileSync(file(folder), planText({ ...plan, state: { ...plan.state, released } }));
  beforeAll(async () => {
    database = await createDatabase("announce_git");
    db = await connect(database.url, { applicationName: "test" });
    plan = await planOf({ columns });
    mkdirSync(root, { recursive: true });
    await git(top, "init", "--quiet", "-b", "main", "origin");
    const config = { services: ["web"], targets: { production: { urlFrom: "PRODUCTION" } } };
    writeFileSync(join(root, "lockstep.config.json"), JSON.stringify(config));
    await commit("Before");
    await git(root, "tag", "v1.0.0");
    mkdirSync(join(root, "lockstep", plan.id), { recursive: true });
    write("expand");
    await commit("Expand");
    await git(root, "tag", "--annotate", "v1.1.0-rc1", "-m", "Expand");
    write("switch");
    await commit("Switch");
    await git(root, "branch", "20261120", "HEAD");
  }, 60_000);
  afterAll(async () => {
    rmSync(top, { recursive: true, force: true });
    await db?.close();
    await database?.drop();
  });
  /** The phase of the plan that was announced; undefined: the build is without it. */
  const announced = async (options: Options, folder = root) => {
    await db.query("DROP SCHEMA IF EXISTS lockstep CASCADE");
    await announceIn(folder, "web", options, database);
    const [said, ...others] = await readAnnouncements(db);
    expect(others).toEqual([]);
    if (said === undefined) throw new Error("nothing was announced");
    return said.plans[plan.id]?.phase;
  };
  const refused = async (options: Options, message: RegExp, folder = root) => {
    await expect(announced(options, folder)).rejects.toMatchObject({
      code: "LS7031",
      message: expect.stringMatching(message),
    });
    expect(await readAnnouncements(db)).toEqual([]);
  };

  test.each<[string, () => string | undefined, string | undefined]>([
    ["nothing: the commit that is checked out", () => undefined, "switch"],
    ["it by its hash", () => commits[2], "switch"],
    ["an older commit", () => commits[0], undefined],
    ["the beginning of its hash", () => commits[1]?.slice(0, 7), "expand"],
    ["a tag", () => "v1.0.0", undefined],
    ["an annotated tag", () => "v1.1.0-rc1", "expand"],
    ["what git describe prints", () => `v1.1.0-rc1-0-g${commits[1]?.slice(0, 9)}`, "expand"],
    ["the tag of an image, with the commit", () => `ghcr.io/acme/web:sha-${commits[1]?.slice(0, 7)}`, "expand"],
    ["a build number, with the commit", () => `123+${commits[0]}`, undefined],
  ])("is read from the commit that --build names: %s", async (_, build, expected) => {
    const named = build();
    expect(await announced(named === undefined ? {} : { build: named })).toBe(expected);
    // Who says that it is of the checkout is right where nothing else tells.
    expect(await announced({ ...(named && { build: named }), fromCheckout: true })).toBe(expected);
  });

  test.each([
    ["a build number", "build-123"],
    ["digits alone, and a branch of that name", "20261120"],
    ["a tag that was not fetched", "v1.2.3-rc1"],
    ["the digest of an image", `ghcr.io/acme/web@sha256:${"0a".repeat(32)}`],
    ["a branch, which moves", "main"],
    ["what git would read as a file of a tag", "v1.0.0:apps/shop/lockstep.config.json"],
  ])("is unknown for a name that is no commit, unless it is stated: %s", async (_, build) => {
    await refused({ build }, /does not identify a commit that git has here/);
    expect(await announced({ build, fromCheckout: true })).toBe("switch");
    // What a build is given is of the checkout that it is made in.
    const written = join(top, "build.json");
    await announceIn(root, "web", { build, write: written }, database);
    expect(JSON.parse(readFileSync(written, "utf8")).statement).toContain('"switch"');
  });

  test("a commit that git does not have is never the one that is checked out", async () => {
    const unknown = "0123456789".repeat(4);
    for (const build of [unknown, `web-${unknown}`])
      for (const more of [{}, { fromCheckout: true }, { write: join(top, "build.json") }])
        await refused({ build, ...more }, /git has no commit 0123456789/);
    await git(top, "clone", "--quiet", "--depth", "1", `file://${join(top, "origin")}`, "shallow");
    const shallow = join(top, "shallow/apps/shop");
    await refused({ build: commits[0]! }, new RegExp(`git has no commit ${commits[0]?.slice(0, 12)}`), shallow);
    expect(await announced({ build: commits[2]! }, shallow)).toBe("switch");
    // The commit is here, its files were left on the server, which is gone.
    await git(top, "clone", "--quiet", "--bare", "origin", "served");
    await git(join(top, "served"), "config", "uploadpack.allowFilter", "true");
    await git(top, "clone", "--quiet", "--filter=blob:none", `file://${join(top, "served")}`, "partial");
    rmSync(join(top, "served"), { recursive: true });
    await refused({ build: commits[1]! }, /git cannot read the plans of commit/, join(top, "partial/apps/shop"));
  });

  test.each([
    ["is edited", () => write("contract")],
    ["is deleted", () => rmSync(file())],
    [
      "is new",
      () => {
        mkdirSync(join(root, "lockstep/20270101000000_other"));
        cpSync(file(), join(root, "lockstep/20270101000000_other/plan.json"));
      },
    ],
    [
      "is ignored",
      () => {
        writeFileSync(join(root, ".gitignore"), "lockstep/20270101000000_other\n");
        mkdirSync(join(root, "lockstep/20270101000000_other"));
        cpSync(file(), join(root, "lockstep/20270101000000_other/plan.json"));
      },
    ],
  ])("is unknown of the checkout while a plan in it %s, and known of other commits", async (_, change) => {
    change();
    try {
      for (const options of [{}, { build: commits[2]! }, { build: "123", fromCheckout: true }])
        await refused(options, /lockstep\/\d+_\w+\/plan\.json differs from the commit/);
      expect(await announced({ build: commits[1]! })).toBe("expand");
    } finally {
      await git(root, "checkout", "--quiet", ".");
      await git(root, "clean", "--quiet", "-fdx");
    }
  });

  test("in a folder without git nothing tells, unless it is stated", async () => {
    const folder = join(top, "image");
    cpSync(root, folder, { recursive: true });
    for (const build of ["build-123", commits[2]!]) await refused({ build }, /git finds no commit here/, folder);
    expect(await announced({ build: commits[2]!, fromCheckout: true }, folder)).toBe("switch");
  });

  test("a plan that is damaged in the commit is named with it", async () => {
    writeFileSync(file(), "{}");
    await commit("Damage");
    const message = expect.stringContaining(`${commits[3]?.slice(0, 12)}:lockstep/${plan.id}/plan.json`);
    await expect(announced({})).rejects.toMatchObject({ code: "LS3007", message });
  });
});
