/** What a release writes into a ledger, as the statements that it sends. */
import type { Connection } from "../../core/src/dialect/connection.js";
import { announceBuild } from "../../core/src/target/ledger/announcements.js";
import { advanceBackfill, beginBackfill, endBackfill } from "../../core/src/target/ledger/backfills.js";
import { recordDeployment } from "../../core/src/target/ledger/deployments.js";
import { confirm } from "../../core/src/target/ledger/evidence.js";
import { ensureLedger } from "../../core/src/target/ledger/schema.js";

export interface Statement {
  readonly sql: string;
  readonly parameters?: readonly unknown[];
}

export const plan = "20261120093000_add_handle";
export const backfill = { plan, table: { schema: "public", name: "User", oid: 4242 } };
export const evidence = { plan, gate: "writers-aware", table: backfill.table, column: "handle" } as const;

/** Makes a ledger and an entry of each kind. @returns the statements, in order */
export async function writeLedger(connection: Connection): Promise<Statement[]> {
  const sent: Statement[] = [];
  const recording = new Proxy(connection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: readonly unknown[]) => {
        if (name === "query") {
          const [sql, parameters] = args as [string, unknown[]?];
          sent.push({ sql, ...(parameters && { parameters }) });
        } else if (name === "begin" || name === "commit") sent.push({ sql: String(name) });
        return Reflect.apply(value, target, args);
      };
    },
  });
  await ensureLedger(recording);
  const work = { key: [{ column: "id", type: "bigint" }], columns: ["handle"] };
  await beginBackfill(recording, backfill, { work, runner: "r1", rowsEstimated: 5_000_000_000 });
  const cursor = { phase: "pass", after: ["9223372036854775807"] } as const;
  await advanceBackfill(recording, backfill, "r1", { cursor, rows: 100, filled: 90 });
  await endBackfill(recording, backfill, "r1", { status: "failed", error: "LS5006 why" });
  const place = { file: "src/seed.ts", line: 3, what: "createMany", reason: "rows of a file", id: "seed" };
  await confirm(recording, evidence, "Ada", "asked the team", [place]);
  await announceBuild(recording, {
    service: "web",
    build: "1",
    instance: "",
    plans: { [plan]: { phase: "expand", left: 0 } },
  });
  await recordDeployment(recording, plan, {
    phases: ["expand"],
    migrations: ["1_add"],
    outcome: "done",
    attempts: 1,
    tookMs: 40,
  });
  return sent;
}
