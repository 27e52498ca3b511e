import type { Connection } from "mysql2/promise";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackfillInput } from "../../../core/src/backfill/runner.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection as Session } from "../../../core/src/dialect/connection.js";
import type { BackfillSpec } from "../../../core/src/model/index.js";
import {
  createMariadbDatabase,
  isOnMysql,
  type MariadbDatabase,
  type MariadbServer,
  startMariadb,
} from "../../support/mariadb.js";
import { follow, showPosition, startReplica, stopReplaying, waitForPosition } from "../../support/mysql-replicas.js";
import { fillTable, makeTable } from "./fixture.js";

describe("a replica", () => {
  let servers: MariadbServer[];
  let database: MariadbDatabase;
  let db: Session;
  let replica: Connection;
  let spec: BackfillSpec;
  beforeAll(async () => {
    servers = await Promise.all([
      startMariadb({ settings: { server_id: 1, log_bin: "log", binlog_format: "ROW" } }),
      startMariadb({ settings: { server_id: 2, read_only: 1 } }),
    ]);
    const [primary, other] = servers as [MariadbServer, MariadbServer];
    database = await createMariadbDatabase("lag", primary);
    db = await connect(database.url, { applicationName: "test" });
    replica = await (await createMariadbDatabase("lag", other)).open({ multipleStatements: true });
    await replica.query(`${follow(primary)}; ${startReplica}`);
  });
  afterAll(async () => {
    await db?.close();
    await Promise.all(servers.map((server) => server.stop()));
  });
  beforeEach(async () => {
    await db.query("DELETE FROM lockstep.backfills").catch(() => undefined);
    const rows = Array.from({ length: 100 }, (_, at) => [String(at), `U${at}@x.io`] as [string, string]);
    spec = await makeTable(db, { rows });
  });

  async function run(
    options: Readonly<Record<string, string>>,
    letGo: () => unknown,
    input: Partial<BackfillInput> = {},
  ) {
    let waits = 0;
    const { events, status } = await fillTable(database.url, spec, {
      batch: { startRows: 10, minRows: 10, maxRows: 10 },
      options,
      env: { REPLICA_URL: servers[1]!.url() },
      onEvent: (event) => void (event.kind === "waiting" && ++waits === 2 && letGo()),
      ...input,
    });
    expect(status).toBe("done");
    const waiting = events.find((event) => event.kind === "waiting");
    return {
      reason: waiting && `${waiting.signal}: ${waiting.reason}`,
      blind: events.flatMap((event) => (event.kind === "blind" ? [event.reason] : [])),
    };
  }

  it("is not watched unless a variable names it, and that is said", async () => {
    expect(await run({}, () => undefined)).toEqual({
      reason: undefined,
      blind: [
        "1 replica, but a primary does not report replica lag: name variables with the URLs of replicas in --replica-url-from",
      ],
    });
  });

  it("holds the run when it has stopped replaying", async () => {
    await replica.query(stopReplaying);
    const { reason, blind } = await run({ replicaUrlFrom: "REPLICA_URL" }, () => replica.query(startReplica));
    expect(reason).toBe(
      `replica-lag: the replica REPLICA_URL has stopped replaying: ${isOnMysql ? "SHOW REPLICA STATUS" : "SHOW ALL SLAVES STATUS"} there shows why. It was when the run began: if that is on purpose, --ignore-replica REPLICA_URL leaves it out`,
    );
    expect(blind).toEqual([]);
  });

  it("holds the run while it is late", async () => {
    // It waits for the lock, and its clock goes on.
    await replica.query(`LOCK TABLES \`${database.name}\`.\`User\` READ`);
    const { reason } = await run({ replicaUrlFrom: "REPLICA_URL", maxReplicaDelay: "1s", pauseMs: "700" }, () =>
      replica.query("UNLOCK TABLES"),
    );
    expect(reason).toMatch(/^replica-lag: the replica REPLICA_URL is [2-9] s behind, limit 1 s$/);
  });

  it("is left out where somebody says so", async () => {
    await replica.query(stopReplaying);
    const options = { replicaUrlFrom: "REPLICA_URL", ignoreReplica: "REPLICA_URL" };
    expect(await run(options, () => undefined)).toEqual({ reason: undefined, blind: [] });
    await replica.query(startReplica);
  });

  it("is spared a disk full of binary logs: they hold the run until they are purged", async () => {
    await db.query("CREATE TABLE filler (bytes longblob)");
    await db.query("INSERT INTO filler VALUES (repeat('x', 3000000)), (repeat('y', 3000000))");
    await db.query("FLUSH BINARY LOGS");
    const [now] = (await db.query<{ File: string; Position: string }>(showPosition)).rows;
    await replica.query(`SELECT ${waitForPosition}(?, ?, 60)`, [now?.File, now?.Position]);
    const purge = async () => {
      const { rows } = await db.query<{ Log_name: string }>("SHOW BINARY LOGS");
      await db.query(`PURGE BINARY LOGS TO '${rows.at(-1)!.Log_name}'`);
    };
    const { reason } = await run({ maxBinaryLog: "5MB", ignoreReplica: "REPLICA_URL" }, purge);
    expect(reason).toMatch(/^binary-log: the binary logs take [56](\.\d)? MB, limit 5 MB; run PURGE BINARY LOGS once/);
    await db.query("DROP TABLE filler");
  });

  it("is named with the right that an account lacks", async () => {
    await db.query(`DROP USER IF EXISTS filler@'%'; CREATE USER filler@'%'; GRANT ALL ON \`${database.name}\`.* TO filler@'%';
      GRANT ALL ON lockstep.* TO filler@'%'`);
    const url = new URL(database.url);
    url.username = "filler";
    const account = await connect(url.toString(), { applicationName: "test" });
    const grant = (right: string) => expect.stringContaining(`: GRANT ${right} ON *.* TO 'filler'@'%'`);
    expect(await account.dialect.live.loadSignals.replicas(account)).toEqual({
      kind: "blind",
      reason: grant(isOnMysql ? "REPLICATION SLAVE" : "REPLICATION MASTER ADMIN"),
    });
    const [monitor, logs] = isOnMysql
      ? ["REPLICATION CLIENT", "REPLICATION CLIENT"]
      : ["REPLICA MONITOR", "BINLOG MONITOR"];
    expect(await account.dialect.live.loadSignals.lag(account)).toEqual({ kind: "blind", reason: grant(monitor) });
    expect(await account.dialect.live.loadSignals.binaryLogs?.(account)).toEqual({
      kind: "blind",
      reason: grant(logs),
    });
    await account.close();
  });
});
