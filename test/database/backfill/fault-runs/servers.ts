/** Servers that faults may break. */
import { spawnSync } from "node:child_process";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../../../core/src/databases/connect.js";
import { unprivilegedAccount } from "../../../../core/src/rehearsal/server/account.js";
import { startMysql } from "../../../../core/src/rehearsal/server/mysql-server.js";
import { findServer } from "../../../support/mariadb.js";
import { start } from "../../../support/postgres.js";
import { type BreakableServer, pause } from "./world.js";

/** What was acknowledged survives the end of the server's processes. */
const durable = { synchronous_commit: "on", full_page_writes: "on" };

export async function startPostgres(): Promise<BreakableServer> {
  const server = await start({ settings: durable });
  return {
    url: (database) => server.url(database),
    crash: () => server.restart("crash"),
    restart: () => server.restart("fast"),
    stop: () => server.stop(),
  };
}

/** Room for a table, and for some of the values that it gets. */
const smallKb = 1200;

/**
 * A server without room: a tablespace in a small tmpfs. Where that may not be mounted a limit on the length of files stands for it (ulimit),
 * which needs no right; the server tells it from a full disk, for it has another SQLSTATE.
 */
export async function startFullPostgres(): Promise<BreakableServer> {
  const disk = await mkdtemp(join(tmpdir(), "lockstep-disk-"));
  const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${smallKb}k,mode=777`, "tmpfs", disk]).status === 0;
  const server = await start({ settings: durable, ...(isMounted ? {} : { maxFileKb: smallKb }) });
  const space = join(disk, "space");
  if (isMounted) {
    const account = unprivilegedAccount();
    await mkdir(space, { mode: 0o700 });
    if (account) await chown(space, account.uid, account.gid);
    await on(server.url(), `CREATE TABLESPACE small LOCATION '${space}'`);
  }
  return {
    url: (database) => server.url(database),
    crash: () => server.restart("crash"),
    restart: () => server.restart("fast"),
    async shrink(url) {
      if (isMounted) await on(url, 'ALTER TABLE "User" SET TABLESPACE small');
    },
    async grow(url) {
      if (isMounted) await on(url, 'ALTER TABLE "User" SET TABLESPACE pg_default');
      else await server.restart("fast", { wrap: undefined });
    },
    async stop() {
      await server.stop();
      if (isMounted) spawnSync("umount", [disk]);
      await rm(disk, { recursive: true, force: true });
    },
  };
}

async function on(url: string, ...statements: readonly string[]): Promise<void> {
  const db = await connect(url, { applicationName: "test" });
  for (const statement of statements) await db.query(statement);
  await db.close();
}

/** @param zone the local time of its machine. Default: this one's */
export async function startBreakableMariadb(zone?: string): Promise<BreakableServer> {
  const binaries = findServer()!;
  const own = zone === undefined ? binaries : { ...binaries, env: { ...binaries.env, TZ: zone } };
  // Written at every COMMIT; the system keeps it when the server is killed.
  const server = await startMysql({ binaries: own, settings: { innodb_flush_log_at_trx_commit: 2 } });
  return {
    url: (database) => server.url(database),
    crash: () => server.restart("crash"),
    restart: () => server.restart("fast"),
    stop: () => server.stop(),
  };
}

/**
 * A primary with a streaming replica, which can take its place once.
 * @param isSynchronous nothing is acknowledged that the replica lacks; else it lacks the last moments
 */
export async function startPair(isSynchronous: boolean): Promise<BreakableServer> {
  const primary = await start({ settings: durable });
  const replica = await start({ settings: durable, replicaOf: { server: primary, name: "heir" } });
  const address = await startAddress(primary.port);
  if (isSynchronous)
    await on(primary.url(), "ALTER SYSTEM SET synchronous_standby_names = 'heir'", "SELECT pg_reload_conf()");
  return {
    url(database) {
      const url = new URL(primary.url(database));
      url.port = String(address.port);
      return url.toString();
    },
    crash: () => primary.restart("crash"),
    restart: () => primary.restart("fast"),
    async failOver(random) {
      if (!isSynchronous) {
        // It streams no more from here on, and the primary goes on for a moment.
        await on(replica.url(), "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()");
        await pause(100 + random() * 300);
      }
      await primary.crash();
      // Clients may reach it before it is a primary.
      const isEarly = random() < 0.5;
      if (isEarly) {
        address.leadTo(replica.port);
        await pause(random() * 1500);
      }
      await on(replica.url(), "SELECT pg_promote(true)");
      address.leadTo(replica.port);
    },
    async stop() {
      await address.stop();
      await replica.stop();
      await primary.stop();
    },
  };
}

interface Address {
  readonly port: number;
  /** New connections; those that are open end. */
  leadTo(port: number): void;
  stop(): Promise<void>;
}

/** One address before several servers, as a proxy or a name has it. */
async function startAddress(first: number): Promise<Address> {
  let to = first;
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const far = connectSocket({ port: to, host: "127.0.0.1" });
    for (const [from, other] of [
      [client, far],
      [far, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        other.destroy();
      });
      from.pipe(other);
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (listener.address() as { port: number }).port,
    leadTo(port) {
      to = port;
      end();
    },
    async stop() {
      end();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
