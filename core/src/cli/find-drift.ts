import { LockstepError } from "../base/errors.js";
import { connect } from "../databases/connect.js";
import type { Connection } from "../dialect/connection.js";
import { errorCode } from "../dialect/db/retry.js";
import type { Inventory, InventoryReader, TargetNames } from "../dialect/inventory.js";
import type { DialectId, Plan } from "../model/index.js";
import { openPlansOn } from "../operate/doctor/planned-tables.js";
import { compareInventories } from "../operate/drift/compare.js";
import { explained, isIgnored } from "../operate/drift/explain.js";
import { withoutTables } from "../operate/drift/without-tables.js";
import { releasedUnits } from "../plan/migration-of.js";
import type { AppliedMigrations, OrmPlugin, Project } from "../plugin/plugin.js";
import { type Replayed, replayHistory } from "../rehearsal/run/replay.js";
import { openStage, type Stage } from "../rehearsal/server/open-stage.js";
import type { DriftReport } from "../review/drift.js";
import type { Target } from "./targets.js";

export interface DriftRequest {
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly plans: readonly Plan[];
  /** Patterns from the config. */
  readonly ignore: readonly string[];
  readonly stageUrl: string | undefined;
  onStep(text: string): void;
  /** When aborted, interrupts the migrations that run on a scratch database. */
  readonly signal?: AbortSignal;
}

/** Compares targets with their migrations. Creates a shared scratch database or replayed history only once. Close it when done. */
export class DriftSearch {
  readonly #request: DriftRequest;
  readonly #stages = new Map<string, Stage>();
  readonly #replayed = new Map<string, Replayed & { readonly server: string }>();
  #isClosed = false;

  constructor(request: DriftRequest) {
    this.#request = request;
  }

  /**
   * Compares a target's schema with its migrations.
   *
   * @throws LS6702 the history does not run · LS6703 LS7023 migrations run during the comparison · LS6704 the account cannot see everything
   * · LS6705 no schema · LS6706 a table is locked · LS6501 no scratch database · LS8004 the target is unreachable
   */
  async look(target: Target): Promise<DriftReport> {
    const { project, plugin, plans, ignore, onStep } = this.#request;
    onStep(`${target.name}: reading which migrations have run`);
    const begun = await onTarget(target, async (connection, reader) => {
      const pid = await plugin.deployingSession(connection);
      if (pid !== undefined)
        throw new LockstepError("LS7023", `A deployment is running migrations on ${target.name}, pid ${pid}.`, {
          hint: `Wait until it ends.\nnpx lockstep drift --target ${target.name}`,
        });
      const { dialect, serverVersion } = connection;
      return {
        names: await reader.names(connection),
        ran: await plugin.readApplied(connection, project),
        server: dialect.versionText(serverVersion),
        dialect: dialect.id,
        version: `${Math.floor(serverVersion / 10_000)}.${Math.floor(serverVersion / 100) % 100}`,
      };
    });
    const { ran, names, server } = begun;
    const listed = plugin.listMigrations(project);
    const applied = listed.filter((name) => ran.applied.includes(name));
    onStep(`${target.name}: running ${applied.length} migrations on an empty database`);
    const replayed = await this.#replay(applied, listed, names, { dialect: begun.dialect, version: begun.version });
    onStep(`${target.name}: reading its schema`);
    const found = await onTarget(target, async (connection, reader) => {
      const inventory = await reader.read(connection, scopeOf(target, names, replayed.inventory));
      if (!isSame(await plugin.readApplied(connection, project), ran))
        throw new LockstepError("LS6703", `Migrations ran on ${target.name} during the comparison.`);
      const leftovers = await connection.dialect.ops.leftovers();
      const scaffolds = (await leftovers.find(connection)).filter(({ kind }) => kind === "scaffold");
      return { inventory, leftovers, scaffolds: new Set(scaffolds.map(({ name }) => name)) };
    });
    const own = plugin.bookkeeping(project);
    const comparable = (inventory: Inventory) => withoutTables(inventory, own, names.defaultSchema);
    const open = openPlansOn(plans, ran.applied, listed);
    const all = explained(compareInventories(comparable(found.inventory), comparable(replayed.inventory)), {
      defaultSchema: names.defaultSchema,
      plans: open,
      pending: releasedUnits(open).filter(({ migration }) => !ran.applied.includes(migration)),
      scaffolding: found.leftovers.scaffolding,
      scaffolds: found.scaffolds,
    });
    const differences = all.filter((each) => !isIgnored(each, ignore));
    return {
      target: target.name,
      ...(target.group === undefined ? {} : { group: target.group }),
      server,
      replayed: { migrations: applied.length, by: replayed.by, server: replayed.server },
      differences,
      ignored: all.length - differences.length,
      notApplied: listed.filter((name) => !ran.applied.includes(name) && !ran.failed.includes(name)),
      failed: ran.failed,
      unknown: ran.applied.filter((name) => !listed.includes(name)),
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stage of this.#stages.values()) await stage.close();
  }

  async #replay(applied: readonly string[], listed: readonly string[], names: TargetNames, on: ServerKind) {
    const key = JSON.stringify([applied, names.defaultSchema, names.collation, names.settings, on]);
    const known = this.#replayed.get(key);
    if (known !== undefined) return known;
    const { project, plugin, signal } = this.#request;
    const stage = await this.#stage(on, names.settings);
    const left = listed.filter((name) => !applied.includes(name));
    const replayed = await replayHistory({ stage, project, plugin, applied, left, names, signal });
    this.#replayed.set(key, replayed);
    return replayed;
  }

  async #stage(on: ServerKind, settings: TargetNames["settings"] = {}): Promise<Stage> {
    const { project, stageUrl } = this.#request;
    const key = JSON.stringify([on, settings]);
    const { dialect, version } = on;
    const stage =
      this.#stages.get(key) ?? (await openStage({ root: project.root, dialect, version, settings, url: stageUrl }));
    this.#stages.set(key, stage);
    // `close` was called while the server started.
    if (this.#isClosed) await stage.close();
    return stage;
  }
}

interface ServerKind {
  /** Reported by the server: a project configured for MySQL can use MariaDB. */
  readonly dialect: DialectId;
  readonly version: string;
}

/** If the URL names a schema, compares it and the schemas that migrations name. The others belong to other applications. */
function scopeOf(
  { url }: Target,
  { defaultSchema }: TargetNames,
  { schemas, tables, views, functions, types, sequences }: Inventory,
): readonly string[] | undefined {
  if (defaultSchema === "public" || !/[?&]schema=/.test(url)) return undefined;
  const made = [tables, views, functions, types, sequences].flat();
  return [defaultSchema, ...schemas.filter((name) => name !== "public" || made.some(({ schema }) => schema === name))];
}

const isSame = (one: AppliedMigrations, other: AppliedMigrations) =>
  JSON.stringify([one.applied, one.failed]) === JSON.stringify([other.applied, other.failed]);

/** A lock timeout or a statement timeout. */
const lateStates = new Set<string | undefined>(["55P03", "57014"]);

async function onTarget<T>(
  { name, url }: Target,
  ask: (connection: Connection, reader: InventoryReader) => Promise<T>,
): Promise<T> {
  const connection = await connect(url, { applicationName: "lockstep drift", needsSession: false, isReadOnly: true });
  try {
    return await ask(connection, await connection.dialect.ops.inventory());
  } catch (error) {
    if (!lateStates.has(errorCode(error))) throw error;
    throw new LockstepError("LS6706", `Reading ${name} timed out: ${(error as Error).message}`, { cause: error });
  } finally {
    await connection.close();
  }
}
