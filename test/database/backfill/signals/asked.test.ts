/** Signals that need no server of their own. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackfillEvent } from "../../../../core/src/backfill/events.js";
import type { BackfillInput, BackfillResult } from "../../../../core/src/backfill/runner.js";
import { connect } from "../../../../core/src/databases/connect.js";
import type { Connection } from "../../../../core/src/dialect/connection.js";
import type { BackfillSpec } from "../../../../core/src/model/index.js";
import { createDatabase } from "../../../support/database.js";
import { createMariadbDatabase, hasMariadb } from "../../../support/mariadb.js";
import * as mysql from "../../mysql/fixture.js";
import * as postgresql from "../fixture.js";
import { errorOf } from "../fixture.js";

const numbered = Array.from({ length: 100 }, (_, at) => [String(at + 1), `U${at + 1}@X.org`] as [string, string]);
const systems = [
  {
    name: "PostgreSQL",
    createDatabase,
    fixture: postgresql,
    before: `DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE; DROP TABLE IF EXISTS brake; CREATE TABLE brake (n bigint)`,
    slow: "SELECT pg_sleep(20)",
  },
  {
    name: "MariaDB",
    createDatabase: createMariadbDatabase,
    fixture: mysql,
    before: "DROP TABLE IF EXISTS `User`; DROP TABLE IF EXISTS brake; CREATE TABLE brake (n bigint)",
    slow: "SELECT sleep(20) FROM information_schema.SCHEMATA",
  },
] as const;

describe.each(systems.filter(({ name }) => name !== "MariaDB" || hasMariadb))(
  "on $name",
  ({ createDatabase, fixture, before, slow }) => {
    let database: { readonly url: string; drop(): Promise<void> };
    let db: Connection;
    let spec: BackfillSpec;
    let health: Server;
    let address: string;
    let status = 200;
    const file = join(tmpdir(), `lockstep-flag-${process.pid}`);
    beforeAll(async () => {
      database = await createDatabase("signals");
      db = await connect(database.url, { applicationName: "test" });
      health = createServer((_, response) => response.writeHead(status).end("busy")).listen(0, "127.0.0.1");
      await new Promise((resolve) => health.once("listening", resolve));
      address = `http://127.0.0.1:${(health.address() as { port: number }).port}/health?key=secret`;
    });
    afterAll(async () => {
      rmSync(file, { force: true });
      health?.close();
      await db?.close();
      await database?.drop();
    });
    beforeEach(async () => {
      status = 200;
      rmSync(file, { force: true });
      await db.query(before);
      await db.query("INSERT INTO brake VALUES (0)");
      if (fixture === mysql)
        await db.query("DELETE FROM lockstep.backfills WHERE table_schema = DATABASE()").catch(() => undefined);
      spec = await fixture.makeTable(db, { rows: numbered });
    });

    const fill = (input: Partial<BackfillInput>) =>
      fixture.fillTable(database.url, spec, {
        batch: { startRows: 10, minRows: 10, maxRows: 10 },
        ...input,
      }) as Promise<BackfillResult & { readonly events: readonly BackfillEvent[] }>;

    /** Runs it while it is held, then lets it go; what it said when it was held first. */
    async function heldBy(input: Partial<BackfillInput>, letGo: () => unknown): Promise<string> {
      let waits = 0;
      const { events, ...result } = await fill({
        ...input,
        onEvent(event) {
          if (event.kind === "waiting" && ++waits === 2) letGo();
        },
      });
      expect(result).toMatchObject({ status: "done", filled: numbered.length });
      const signals = new Set(events.flatMap((event) => (event.kind === "waiting" ? [event.signal] : [])));
      expect(signals.size).toBe(1);
      expect(events.filter(({ kind }) => kind === "released")).toHaveLength(1);
      const first = events.find((event) => event.kind === "waiting")!;
      return `${first.signal}: ${first.reason}`;
    }

    it("waits while a query says so", async () => {
      await db.query("UPDATE brake SET n = 7");
      const options = { throttleQuery: "SELECT n FROM brake" };
      expect(await heldBy({ options }, () => db.query("UPDATE brake SET n = 0"))).toBe(
        "query: the query of --throttle-query returned 7",
      );
    });

    it.each([
      ["fails", "SELECT nothing FROM brake"],
      ["takes longer than five seconds", slow],
      ["writes", "DELETE FROM brake"],
    ])("refuses a query that %s", async (_, throttleQuery) => {
      const error = await errorOf(fill({ options: { throttleQuery } }));
      expect(error).toMatchObject({ code: "LS8002", message: expect.stringContaining("--throttle-query failed") });
    });

    it("waits while a query fails later on", async () => {
      const options = { throttleQuery: "SELECT n FROM brake" };
      let isBroken = false;
      const { events } = await fill({
        options: { ...options, pauseMs: "150" },
        onEvent(event) {
          if (event.kind === "progress" && !isBroken) {
            isBroken = true;
            void db.query("ALTER TABLE brake RENAME TO broken");
          }
          if (event.kind === "waiting" && /failed/.test(event.reason))
            void db.query("ALTER TABLE broken RENAME TO brake").catch(() => undefined);
        },
      });
      expect(events).toContainEqual(
        expect.objectContaining({ kind: "waiting", reason: "the query of --throttle-query failed (42P01)" }),
      );
    });

    it("waits while an address does not answer 2xx, and shows nothing behind its path", async () => {
      status = 503;
      const said = await heldBy({ options: { throttleHttp: address } }, () => {
        status = 204;
      });
      expect(said).toMatch(/^http: http:\/\/127\.0\.0\.1:\d+\/health answers 503$/);
    });

    it("waits while a file exists", async () => {
      writeFileSync(file, "");
      expect(await heldBy({ options: { throttleFile: file } }, () => rmSync(file))).toBe(
        `flag-file: the file ${file} exists`,
      );
      expect(existsSync(file)).toBe(false);
    });

    it("waits until its window opens, and says when", async () => {
      let now = "2026-10-25T00:45:00Z";
      const said = await heldBy({ options: { window: "02:00-02:30 Europe/Berlin" }, now: () => new Date(now) }, () => {
        now = "2026-10-25T01:00:00Z";
      });
      expect(said).toBe("window: outside of --window; it opens Sun 25 Oct 02:00 Europe/Berlin");
    });

    it("waits while too many sessions are at work", async () => {
      const others = await Promise.all([1, 2, 3, 4].map(() => connect(database.url, { applicationName: "test" })));
      const busy = others.map((other) => other.query(slow).catch(() => undefined));
      const said = await heldBy({ options: { maxActiveSessions: "3" } }, () => others.map((other) => other.cancel()));
      expect(said).toMatch(/^sessions: \d+ sessions are active, limit 3$/);
      await Promise.all(busy);
      await Promise.all(others.map((other) => other.close()));
    });

    it("keeps each batch, the first included, below half a second's worth of its rate", async () => {
      const { events } = await fill({
        options: { maxRowsPerSecond: "60", batchRows: "50" },
        batch: { startRows: 50, minRows: 40, maxRows: 50 },
      });
      const sizes = events.flatMap((event) => (event.kind === "progress" ? [event.batchRows] : []));
      expect(Math.max(...sizes)).toBe(30);
    });
  },
);
