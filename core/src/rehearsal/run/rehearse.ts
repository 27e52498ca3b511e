import type { Functions } from "../../backfill/computer.js";
import { LockstepError } from "../../base/errors.js";
import { connect } from "../../databases/connect.js";
import { unitsOf } from "../../databases/units.js";
import type { Connection } from "../../dialect/connection.js";
import type { DumpStatement, MadeTable, Rehearsing, ShapedTraffic } from "../../dialect/rehearsing.js";
import { type StatementStats, type Stats, statsOf } from "../../dialect/stats/stats-file.js";
import { addedBy, type DialectId, type Plan, type TableName } from "../../model/index.js";
import { compareInventories } from "../../operate/drift/compare.js";
import { tablesOf } from "../../plan/tables-of.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import { readTable } from "../../target/facts/table.js";
import { expectedOf } from "../results/expected.js";
import { findingsOf } from "../results/findings.js";
import type { Rehearsal, RehearsedStep } from "../results/rehearsal.js";
import { openStage, type StageServer } from "../server/open-stage.js";
import { type OwnBuilds, ownApplication, statementApplication } from "./application.js";
import { makeAhead, migrationsBefore, restoreDump, runMigrations } from "./base-schema.js";
import { endState, ormEndState } from "./end-state.js";
import { runNaive, runPlan, type WayRequest } from "./run-way.js";

export interface RehearseRequest {
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly plan: Plan;
  readonly stats: Stats | undefined;
  /** Of production's rows. */
  readonly scale: number;
  /** Rows of tables without statistics. */
  readonly defaultRows: number;
  /** Requests a second. */
  readonly rate: number;
  readonly calmMs: number;
  readonly functions: Functions;
  readonly backfillOptions: Readonly<Record<string, string>>;
  /** How values are generated, by `table.column`. */
  readonly values: Readonly<Record<string, string>>;
  /** A server on which databases may be created. */
  readonly stageUrl?: string | undefined;
  /** A database to copy instead of creating one: it must have no connections. */
  readonly copyOf?: string | undefined;
  /** A dump with the schema, and optionally rows. */
  readonly dump?: string | undefined;
  readonly hasReplica: boolean;
  /** Absent: statements are sent. */
  readonly builds?: OwnBuilds | undefined;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  on(event: RehearseEvent): void;
}

export type RehearseEvent =
  | { readonly kind: "stage"; readonly server: string }
  /** Statements of the dump that were skipped for lack of privileges that the database does not need. */
  | { readonly kind: "left-out"; readonly statements: readonly DumpStatement[] }
  | { readonly kind: "rows"; readonly table: string; readonly rows: number; readonly total: number }
  | { readonly kind: "way"; readonly way: "naive" | "plan" }
  | { readonly kind: "step"; readonly step: Pick<RehearsedStep, "kind" | "title" | "phase"> }
  | { readonly kind: "backfill"; readonly rows: number; readonly total: number };

/** Maximum number of statements that are sent and explained: the most frequent ones. */
const mostStatements = 40;

/**
 * Rehearses a plan on a stage of its own, under traffic: the ORM's own migration, and the plan, from the same rows.
 *
 * @throws LS6501 no stage · LS6502 rows that cannot be generated · LS6503 no schema, or one with the plan in it · LS6504 a stage whose
 *   locks are not visible, or without the requested replica · LS8020 a dump or a migration that requires administrator rights on the server
 */
export async function rehearse(request: RehearseRequest): Promise<Rehearsal> {
  const { plan, project, stats, stageUrl, copyOf, dump, hasReplica, builds, on } = request;
  const stage = await openStage({
    root: project.root,
    dialect: plan.dialect,
    version: stats?.dialect === plan.dialect ? stats.server.version : undefined,
    url: copyOf ?? stageUrl,
    settings: stageSettings[plan.dialect],
  });
  let replica: StageServer | undefined;
  try {
    // A named database is not changed: rows are generated, and tables analysed, in a copy of it.
    const base = await stage.create(copyOf);
    const began = request.now().getTime();
    const prepared = await onDatabase(base, async (connection) => {
      const rehearsing = await connection.dialect.ops.rehearsing!();
      on({ kind: "stage", server: connection.dialect.versionText(connection.serverVersion) });
      return { ...(await prepare(request, connection, rehearsing, base, stage.admin(base))), rehearsing };
    });
    const { rehearsing, tables, traffic, rate, version } = prepared;
    const madeMs = request.now().getTime() - began;
    if (hasReplica) {
      replica = await stage.server?.replica?.("lockstep_rehearsal");
      if (replica === undefined) throw noReplica();
    }
    const seenAt = (url: string) => (rehearsing.isSeenByAdmin ? stage.admin(url) : url);
    const wayOf = (url: string): WayRequest => ({
      url,
      adminUrl: stage.admin(url),
      plan,
      rehearsing,
      explained: traffic.statements,
      application:
        builds !== undefined
          ? ownApplication(builds, url, project.root, request.signal)
          : statementApplication(url, {
              plan,
              rehearsing,
              traffic: traffic.statements,
              sources: traffic.sources,
              ask: (run) => onDatabase(url, run),
            }),
      rate,
      calmMs: request.calmMs,
      functions: request.functions,
      backfillOptions: request.backfillOptions,
      hasReplica: replica !== undefined,
      signal: request.signal,
      onStep: (step) => on({ kind: "step", step }),
      onRows: (rows, total) => on({ kind: "backfill", rows, total }),
    });
    on({ kind: "way", way: "naive" });
    const naiveUrl = await stage.create(base);
    const naive = await runNaive(wayOf(naiveUrl), statementsOf(plan));
    const isTried = naive.steps.every(({ error }) => error === undefined);
    if (!isTried) await stage.drop(naiveUrl);
    const endUrl = isTried ? naiveUrl : await stage.create(base);
    const wanted = await ormEndState(endUrl, plan, naive, seenAt(endUrl));
    await stage.drop(endUrl);
    on({ kind: "way", way: "plan" });
    const plannedUrl = await stage.create(base);
    const planned = await runPlan(wayOf(plannedUrl));
    const isRefused = planned.run.steps.some(({ error }) => error !== undefined);
    const ends =
      wanted === undefined || isRefused ? [] : compareInventories(await endState(seenAt(plannedUrl)), wanted);
    const reached = ends.length > 0 ? "elsewhere" : "same";
    const factor = factorOf(tables);
    return {
      schemaVersion: 1,
      plan: plan.id,
      fingerprint: plan.fingerprint,
      at: request.now().toISOString(),
      stage: {
        dialect: plan.dialect,
        server: version,
        kind: copyOf !== undefined ? "url" : dump !== undefined ? "dump" : stageUrl !== undefined ? "url" : "embedded",
        scale: request.scale,
        rows: prepared.rows,
        ...(stats === undefined ? {} : { statsOf: stats.target, statsAt: stats.at }),
        tables: [...tables],
        ...(stats?.dialect === "postgresql" ? { repack: repackOf(stats) } : {}),
        madeMs,
        hasReplica: replica !== undefined,
      },
      traffic:
        builds !== undefined
          ? typeof builds.load === "string"
            ? { kind: "script", rate: 0, statements: 0, leftOut: [] }
            : { kind: "builds", rate, statements: builds.load.length, leftOut: [] }
          : {
              kind: traffic.statements.length === 0 ? "none" : traffic.isProbe ? "probes" : "statements",
              rate: traffic.statements.length === 0 ? 0 : rate,
              statements: traffic.statements.length,
              leftOut: [...traffic.leftOut],
            },
      runs: [naive, planned.run],
      replanned: [...planned.replanned],
      explained: planned.explained,
      ...(factor === undefined ? {} : { expected: [...expectedOf(planned.run, factor)] }),
      ends: isRefused ? "plan-refused" : wanted === undefined ? "migration-refused" : reached,
      findings: [...findingsOf(planned.run, planned.replanned, ends)],
    };
  } finally {
    await replica?.stop();
    await stage.close();
  }
}

/** As on production servers: with its defaults PostgreSQL would run a checkpoint every few seconds, and MariaDB reports no locks. */
const ofMysql = { performance_schema: "ON", innodb_buffer_pool_size: "256M", innodb_flush_log_at_trx_commit: 1 };
const stageSettings: Readonly<Record<DialectId, Readonly<Record<string, string | number>>>> = {
  postgresql: {
    max_wal_size: "8GB",
    checkpoint_timeout: "15min",
    wal_level: "replica",
    max_wal_senders: 4,
    fsync: "on",
  },
  mysql: ofMysql,
  mariadb: ofMysql,
};

/** The statements of the ORM's own migration. */
function statementsOf({ source: { sql }, dialect }: Plan): readonly string[] {
  return unitsOf(dialect)
    .split(sql)
    .filter((each) => each.trim() !== "");
}

interface Prepared {
  readonly rows: Rehearsal["stage"]["rows"];
  readonly tables: Rehearsal["stage"]["tables"];
  readonly traffic: ShapedTraffic & { readonly sources: readonly StatementStats[]; readonly isProbe: boolean };
  readonly rate: number;
  readonly version: string;
}

/** The schema before the plan, the rows, and the applications' statements. */
async function prepare(
  request: RehearseRequest,
  connection: Connection,
  rehearsing: Rehearsing,
  url: string,
  adminUrl: string,
): Promise<Prepared> {
  const { plan, project, plugin, stats, copyOf, dump, scale, defaultRows, values, on } = request;
  const { dialect, serverVersion } = connection;
  if (dump !== undefined) {
    const statements = await restoreDump(connection, rehearsing, dump, adminUrl);
    if (statements.length > 0) on({ kind: "left-out", statements });
  } else if (copyOf === undefined) {
    const before = await migrationsBefore(plan, project, plugin);
    await makeAhead(adminUrl, before.flatMap(({ statements }) => statements).join(";\n"));
    await runMigrations(connection, before);
  }
  if (dump !== undefined || copyOf !== undefined) await rehearsing.analyse(connection);
  await refusePlanned(connection, plan);
  const there = await rehearsing.tables(connection);
  const own = tablesOf(plan).filter((table) => there.some((each) => isNamed(each, table)));
  const ours = stats?.statements ?? [];
  const named = await Promise.all(
    ours.map(async (each) => ({ each, tables: await rehearsing.tablesOf(each.text, there) })),
  );
  const chosen = named
    .filter(({ tables }) => tables.some((table) => own.some((each) => isNamed(table, each))))
    .toSorted((one, other) => other.each.calls - one.each.calls)
    .slice(0, mostStatements);
  const wanted = [...own, ...chosen.flatMap(({ tables }) => tables)].filter((table) =>
    there.some((each) => isNamed(each, table)),
  );
  // Rows of a dump or a copy are not changed.
  const hasRows =
    (copyOf !== undefined || dump !== undefined) &&
    there.some((each) => each.rows > 0 && own.some((table) => isNamed(each, table)));
  const made = hasRows
    ? []
    : await rehearsing.makeRows(
        connection,
        () => connect(url, { applicationName: "lockstep rehearse", statementTimeoutMs: 0 }),
        {
          wanted: unique(wanted),
          stats,
          scale,
          defaultRows,
          values,
          sessions: 2,
          onProgress: (progress) => {
            request.signal.throwIfAborted();
            on({ kind: "rows", ...progress });
          },
        },
      );
  const probed = chosen.length === 0 ? await rehearsing.probes(connection, own) : chosen.map(({ each }) => each);
  const shaped = await rehearsing.shapeTraffic(connection, probed, 0);
  const sized: Prepared["tables"] = [];
  const sizeOf = (table: TableName) =>
    onDatabase(rehearsing.isSeenByAdmin ? adminUrl : url, (looking) => rehearsing.sizes(looking, [table]));
  for (const table of made.length > 0 ? made : await foundRows(rehearsing, connection, own, stats)) {
    const { bytes } = await sizeOf(table.table);
    const { hasKey } = there.find((each) => isNamed(each, table.table)) ?? {};
    sized.push({ ...table, bytes, ...(hasKey === undefined ? {} : { hasKey }) });
  }
  return {
    rows: made.length === 0 ? "own" : stats === undefined ? "made-up" : "statistics",
    tables: sized,
    traffic: { ...shaped, sources: probed, isProbe: chosen.length === 0 },
    rate: request.rate,
    version: dialect.versionText(serverVersion).slice(dialect.label.length + 1),
  };
}

async function foundRows(
  rehearsing: Rehearsing,
  connection: Connection,
  own: readonly TableName[],
  stats: Stats | undefined,
): Promise<readonly MadeTable[]> {
  const there = await rehearsing.tables(connection);
  return own.flatMap((table): MadeTable[] => {
    const found = there.find((each) => isNamed(each, table));
    const known = stats && statsOf(stats, table);
    if (found === undefined) return [];
    return [
      {
        table: { schema: found.schema, name: found.name },
        rows: Math.round(found.rows),
        ...(known === undefined ? {} : { productionRows: known.rows, productionBytes: known.bytes + known.indexBytes }),
      },
    ];
  });
}

/** @throws LS6503 a column of the plan already exists: a dump from after expand */
async function refusePlanned(connection: Connection, plan: Plan): Promise<void> {
  for (const { table, name } of addedBy(plan)) {
    const found = await readTable(connection, table);
    if (found?.columns.some((column) => column.name === name))
      throw new LockstepError(
        "LS6503",
        `"${table.name}"."${name}" already exists, but a rehearsal starts before the plan.`,
        {
          hint: "Use a dump from before expand, or omit --from: the schema then comes from the migrations",
        },
      );
  }
}

function noReplica(): LockstepError {
  return new LockstepError("LS6504", "Lockstep can start replicas only of its own PostgreSQL server.", {
    hint: "Omit --replica. On a named server the backfill itself watches the lag of its replicas",
  });
}

/** Fewer rows are not enough to extrapolate from. */
const fewRows = 1000;

/** Production rows per row of the stage, for the largest table. */
function factorOf(tables: Prepared["tables"]): number | undefined {
  const [largest] = tables
    .filter(({ rows, productionRows }) => rows >= fewRows && productionRows !== undefined)
    .toSorted((one, other) => other.rows - one.rows);
  return largest && largest.productionRows! / largest.rows;
}

const repackOf = ({ server }: Stats) =>
  server.extensions.some(({ name }) => name === "pg_repack") ? "installed" : "missing";

const isNamed = (one: TableName, other: TableName) =>
  one.name === other.name && (!one.schema || !other.schema || one.schema === other.schema);

function unique(tables: readonly TableName[]): readonly TableName[] {
  return [...new Map(tables.map((table) => [`${table.schema ?? ""}.${table.name}`, table])).values()];
}

async function onDatabase<T>(url: string, run: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(url, { applicationName: "lockstep rehearse", statementTimeoutMs: 0 });
  return run(connection).finally(() => connection.close());
}
