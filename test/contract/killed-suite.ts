import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leaveHalfWritten, surviveKills } from "./kills.js";
import { type Column, type Orm, type OrmApp, type Snapshot, succeeded } from "./orm-app.js";
import { readUsers } from "./rows.js";
import { catalogue } from "./states.js";

const handle: Column = { name: "handle", isRequired: true, isUnique: true, fill: "lower(email)" };
const confirmed = ["--confirm", "writers-aware", "--confirm", "reads-steady"];

/** Every command that writes is killed (kill -9) at its changes of files, and typed again; each so many times. */
export function killedSuite({ name, create }: Orm, count: number): void {
  describe(name, () => {
    let app: OrmApp;
    let kills = 0;
    beforeAll(async () => {
      app = await create().open({ development: 3, production: 20 });
    });
    afterAll(() => app?.close());
    const state = async (url: string) => ({
      catalogue: await catalogue(app, url),
      users: await app.system.query(url, "SELECT * FROM users ORDER BY id"),
      applied: await appliedOn(app, url),
    });

    const survive = async (...args: string[]) => {
      const before = await state(app.production);
      kills += await surviveKills(app, { run: () => app.lockstep(...args), at: "changes of files", count });
      expect(await state(app.production)).toEqual(before);
    };
    /** Ends with a run that is not killed. */
    const surviveOnProduction = async (...args: string[]) => {
      const run = (url: string) => app.lockstepWith({ PRODUCTION_DATABASE_URL: url }, ...args);
      const database = { template: app.production, state };
      kills += await surviveKills(app, { run, at: "messages to the server", count, database });
      await succeeded(run(app.production));
    };

    test("rewrite", async () => {
      const before = app.snapshot();
      const file = app.writeMigration("nick", [
        `ALTER TABLE users ADD COLUMN nick VARCHAR(191)`,
        `UPDATE users SET nick = lower(name)`,
        app.system.setNotNull("users", "nick"),
      ]);
      app.declare({ columns: [{ name: "nick", isRequired: true }] });
      try {
        await survive("rewrite", file);
      } finally {
        app.restore(before);
      }
    });

    describe("the ORM's own command, as it is intercepted", () => {
      test.each(["changes of files", "messages to the server"] as const)("at %s", async (at) => {
        const before = app.snapshot();
        app.declare({ columns: [handle] });
        const run = (url: string) => app.generate("AddHandle", { url });
        try {
          kills += await surviveKills(app, { run, at, count, database: { template: app.development, state } });
        } finally {
          app.restore(before);
        }
      });
    });

    test("code", async () => {
      app.declare({ columns: [handle] });
      const code = app.read("src/users.ts");
      await succeeded(app.generate("AddHandle"));
      await succeeded(app.apply(app.development));
      const written = app.read("src/users.ts");
      const [create = ""] = /^export async function createUser.*?^}\n/ms.exec(code) ?? [];
      app.write("src/users.ts", `${written}\n${create.replace("createUser", "createGuest")}`);
      await app.commit("Expand, and another function");
      await survive("code");
      app.write("src/users.ts", written);
      await app.commit("Expand");
    });

    test("deploy, of expand", async () => {
      const users = await readUsers(app.production);
      await surviveOnProduction("deploy");
      expect(await readUsers(app.production)).toEqual(users);
    });

    test("backfill run", () => surviveOnProduction("backfill", "run", "--batch-rows", "5"));

    test("next, to switch", async () => {
      await survive("next");
    });

    test("next, killed half way: reading commands write nothing, and later edits are kept", async () => {
      const before = app.snapshot();
      await leaveHalfWritten(app, () => app.lockstep("next"));
      const half = app.snapshot();
      for (const reading of [["status"], ["plan"], ["doctor"], ["next", "--dry-run"], ["repair", "--dry-run"]]) {
        const { code, output } = await app.lockstep(...reading);
        expect(output, reading.join(" ")).toContain("lockstep repair");
        if (reading[0] === "next") expect(output, String(code)).toContain("LS3012");
      }
      expect(app.snapshot(), "reading commands wrote files").toEqual(half);
      const journal = app.read("lockstep/.journal.json");
      const touched = Object.keys(half).filter((file) => journal.includes(JSON.stringify(file)));
      const mine = touched.find((file) => file.startsWith("src/")) ?? touched[0] ?? "none";
      app.write(mine, `// mine\n${app.read(mine)}`);
      const changed = writtenFiles(app.snapshot());
      for (const command of ["repair", "next"]) {
        const { code, output } = await app.lockstep(command);
        expect(code).toBe(1);
        expect(output).toContain("LS3009");
        expect(output).toContain(mine);
      }
      expect(writtenFiles(app.snapshot())).toEqual(changed);
      app.restore(before);
    });

    test("undo, of switch", async () => {
      await succeeded(app.lockstep("next"));
      await app.commit("Switch");
      await survive("undo", "--yes");
    });

    test("next, to contract", async () => {
      await survive("next", ...confirmed);
    });

    test("abandon, from contract", async () => {
      await succeeded(app.lockstep("next", ...confirmed));
      await app.commit("Contract");
      await survive("abandon", "--yes");
    });

    // What was confirmed stays with the database where the ledger is one of its own.
    test("deploy, of contract", () => surviveOnProduction("deploy", ...confirmed));

    test("that was often enough", () => {
      expect(kills).toBeGreaterThanOrEqual(10 * count);
    });
  });
}

/** Leaves out the lock file of the killed process: the next command removes it. */
function writtenFiles(snapshot: Snapshot): Snapshot {
  return Object.fromEntries(Object.entries(snapshot).filter(([file]) => !file.startsWith("lockstep/.lock/")));
}

async function appliedOn({ ledger, system: { query } }: OrmApp, url: string) {
  // Prisma's, with what it has begun and not ended.
  const isPrisma = ledger === "_prisma_migrations";
  return isPrisma
    ? query(
        url,
        `SELECT migration_name, finished_at IS NULL AS failed FROM "${ledger}" WHERE rolled_back_at IS NULL ORDER BY 1`,
      )
    : query(url, `SELECT name FROM ${ledger} ORDER BY timestamp`);
}
