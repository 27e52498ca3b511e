import { LockstepError } from "../../base/errors.js";
import { connect } from "../../databases/connect.js";
import type { Connection } from "../../dialect/connection.js";
import type { Clock } from "../../dialect/db/clock.js";
import { pauseBeforeRetry, type RetryPolicy, retryReason } from "../../dialect/db/retry.js";
import { isSameTable, type Plan, type TableName, tableLabel } from "../../model/index.js";
import { isLeftToTool } from "../../model/unit-spec.js";
import { type ReleasedUnit, releasedUnits } from "../../plan/migration-of.js";
import type { OrmPlugin, OrmRun, Project, UnlimitedReason } from "../../plugin/plugin.js";
import { readTargetState, type TargetState, withoutWithheld } from "../../plugin/target-state.js";
import { duplicatesError } from "../repair/duplicates.js";
import type { Settlement } from "../repair/settle-unit.js";
import { findBlockers } from "./blockers.js";
import { type FailedMigration, readFailed } from "./failed-migration.js";
import { lockLimit } from "./lock-limit.js";
import { needNotRun } from "./taken-back.js";
import { unrecordedFailure } from "./unrecorded-failure.js";

/** Progress events, for people. */
export type DeployEvent =
  /** The ORM's own output. */
  | { readonly kind: "line"; readonly line: string }
  /** `isClean`: the failed run left nothing behind. */
  | { readonly kind: "settled"; readonly migration: string; readonly as: Settlement; readonly isClean: boolean }
  /** The user's own migrations that wait for a lock as long as the server allows, while other sessions queue behind them. */
  | { readonly kind: "unlimited"; readonly why: UnlimitedReason; readonly migrations: readonly string[] }
  /** A contract migration that a later one reverts: recorded as applied without running. */
  | { readonly kind: "skipped"; readonly migration: string }
  | {
      readonly kind: "locked";
      readonly migration: string;
      readonly attempt: number;
      readonly attempts: number;
      readonly blockers: readonly string[];
      /** Absent after the last attempt. */
      readonly pauseMs?: number;
    };

export interface DeployRequest {
  readonly target: { readonly name: string; readonly url: string };
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly plans: readonly Plan[];
  /** The maximum number of runs of the ORM's deployment. */
  readonly attempts: number;
  /** Migrations that stay pending: the plugin excludes them. Default: none. */
  readonly withheld?: readonly string[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  onEvent(event: DeployEvent): void;
}

export interface DeployResult {
  /** Names of the migrations that this run applied. */
  readonly applied: readonly string[];
  readonly attempts: number;
}

/** How long a session may outlive its process, and the polling interval. */
const sessionEndMs = 5_000;
const sessionLookMs = 100;

const pauses: Omit<RetryPolicy, "attempts"> = { firstPauseMs: 1000, maxPauseMs: 30_000 };

/**
 * Runs the ORM's own deployment on a target, and retries it after lock failures. Before each retry, it removes what the failed migration
 * left and corrects its record, so that nothing blocks the next run, also one without Lockstep.
 *
 * @throws LS7020–LS7026, LS7028, LS6001, and the plugin's errors
 */
export async function deployTarget(request: DeployRequest): Promise<DeployResult> {
  const deployment = new Deployment(request, await openSession(request));
  try {
    return await deployment.run();
  } finally {
    await deployment.close();
  }
}

const openSession = ({ target }: DeployRequest) =>
  connect(target.url, { applicationName: "lockstep deploy", statementTimeoutMs: 0 });

class Deployment {
  readonly #request: DeployRequest;
  #connection: Connection;
  readonly #skipped = new Set<string>();
  /** Reported once, however often they run. */
  readonly #unlimited = new Set<string>();

  constructor(request: DeployRequest, connection: Connection) {
    this.#request = request;
    this.#connection = connection;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async run(): Promise<DeployResult> {
    const { attempts, target, onEvent } = this.#request;
    const before = await this.#state();
    let last: FailedMigration | undefined;
    for (let attempt = 1; ; attempt++) {
      this.#throwIfCancelled();
      const left = (await this.#settleAll(attempt === 1)) ?? (await this.#settleUnrecorded(last));
      const locked = left ?? (await this.#runOnce());
      last = locked;
      if (locked === undefined) {
        const { applied, pending } = await this.#state();
        if (pending.length > 0) throw this.#leftOut(pending);
        return {
          applied: applied.filter((name) => !before.applied.includes(name) && !this.#skipped.has(name)),
          attempts: attempt,
        };
      }
      const blockers = await this.#blockers(locked);
      const isLast = attempt >= attempts;
      const pauseMs = pauseBeforeRetry(attempt, { attempts, ...pauses }, this.#request.random);
      onEvent({
        kind: "locked",
        migration: locked.name,
        attempt,
        attempts,
        blockers,
        ...(isLast ? {} : { pauseMs }),
      });
      if (isLast) {
        const left = (await this.#settleAll(false)) ?? (await this.#settleUnrecorded(locked));
        throw new LockstepError(
          "LS7021",
          `${locked.name} did not get its locks on ${target.name} in ${attempts} ${attempts === 1 ? "attempt" : "attempts"}: ${blockers.join("; ") || "no session holds them now"}.` +
            (left === undefined && this.#isClean(locked) ? " Nothing of it remains." : ""),
          {
            hint: `${left === undefined ? "" : "npx lockstep repair   # removes what it left\n"}${this.#command()}   # when they have ended`,
          },
        );
      }
      await this.#request.clock.sleep(pauseMs, this.#request.signal);
    }
  }

  /** @returns the migration that did not get its locks; undefined if everything is applied */
  async #runOnce(): Promise<FailedMigration | undefined> {
    const { plugin, project, target, onEvent } = this.#request;
    const { dialect } = this.#connection;
    const limit = await lockLimit(await this.#state(), { ...this.#request, dialect });
    const onUnlimited = (why: UnlimitedReason, names?: readonly string[]) => {
      const migrations = (limit?.own ?? []).filter(
        (name) => names?.includes(name) !== false && !this.#unlimited.has(name),
      );
      for (const name of migrations) this.#unlimited.add(name);
      if (migrations.length > 0) onEvent({ kind: "unlimited", why, migrations });
    };
    const run = await plugin.deploy(
      project,
      target.url,
      (line) => onEvent({ kind: "line", line }),
      limit && { ...limit, onUnlimited },
      this.#request.withheld,
    );
    // A proxy or the server ended the session, which was idle for as long as the ORM's command ran.
    if (this.#connection.isLost) this.#connection = await openSession(this.#request);
    const state = await this.#stateAfter(run);
    const name = state.failed[0] ?? run.failed?.migration;
    if (name === undefined) {
      if (run.exitCode === 0) return undefined;
      throw this.#refusedRun(run, state);
    }
    const failed = await this.#failed(name, state, run.failed);
    if (failed.isLock && failed.isRepeatable) return failed;
    throw await this.#failure(failed);
  }

  /**
   * What the ORM has recorded of a run. A failure only counts once its session has ended, and PostgreSQL takes a moment to notice that the
   * client process is gone.
   */
  async #stateAfter(run: OrmRun): Promise<TargetState> {
    const mayBeHere = run.exitCode !== 0 && run.failed === undefined && !isKeptOut(run);
    return mayBeHere ? this.#stateWithout() : this.#state();
  }

  /** The state after the session of the finished run has ended; after a timeout, the current state. */
  async #stateWithout(): Promise<TargetState> {
    for (let waits = sessionEndMs / sessionLookMs; ; waits--) {
      const state = await this.#state();
      if (state.deploying === undefined || waits <= 0) return state;
      await this.#request.clock.sleep(sessionLookMs, this.#request.signal);
    }
  }

  /**
   * Lets failed migrations run again if that is safe.
   *
   * @param isFirst for failures from before this command: units of plans run again whatever the cause was
   * @returns the one whose leftovers could not be removed because of locks
   */
  async #settleAll(isFirst: boolean): Promise<FailedMigration | undefined> {
    const { plugin, project, target, onEvent } = this.#request;
    let state = await this.#stateWithout();
    if (state.deploying !== undefined)
      throw new LockstepError(
        "LS7023",
        `A deployment is running migrations on ${target.name}, pid ${state.deploying}.`,
        { hint: `Wait until it ends.\n${this.#command()}` },
      );
    if (await this.#skipTakenBack(state)) state = await this.#state();
    for (const name of state.failed) {
      const failed = await this.#failed(name, state);
      const mayRun = failed.isRepeatable && (failed.isLock || (isFirst && failed.own !== undefined));
      if (!mayRun) throw this.#inTheWay(failed);
      let as: Settlement | "building";
      try {
        as = await failed.settle(this.#connection);
      } catch (error) {
        const reason = retryReason(error);
        if (reason === "locked" || reason === "conflict") return failed;
        throw error;
      }
      if (as === "building") return failed;
      const run = await plugin.resolve(project, target.url, name, as);
      if (run.exitCode !== 0) throw this.#refusedRun(run, state);
      onEvent({ kind: "settled", migration: name, as, isClean: this.#isClean(failed) });
    }
    return undefined;
  }

  /**
   * Whether a settled migration left nothing behind: either its index was checked, or PostgreSQL rolled back its transaction, except for
   * units that commit between their steps.
   */
  #isClean({ index, own }: FailedMigration): boolean {
    return index !== undefined || (this.#connection.dialect.id === "postgresql" && own?.unit.spec.kind !== "prove");
  }

  /** Cleans up a failure that the ORM has not recorded. For a unit, the next run would clean up as well. */
  async #settleUnrecorded(failed: FailedMigration | undefined): Promise<FailedMigration | undefined> {
    if (failed === undefined || failed.isRecorded) return undefined;
    try {
      return (await failed.settle(this.#connection)) === "building" ? failed : undefined;
    } catch (error) {
      const reason = retryReason(error);
      if (reason === "locked" || reason === "conflict") return failed;
      throw error;
    }
  }

  /** @returns whether it changed the target's migration record */
  async #skipTakenBack(state: TargetState): Promise<boolean> {
    const { plugin, project, target, onEvent } = this.#request;
    const migrations = [...new Set(needNotRun(state).map(({ migration }) => migration))];
    for (const migration of migrations) {
      const run = await plugin.resolve(project, target.url, migration, "applied");
      if (run.exitCode !== 0) throw this.#refusedRun(run, state);
      this.#skipped.add(migration);
      onEvent({ kind: "skipped", migration });
    }
    return migrations.length > 0;
  }

  async #state(): Promise<TargetState> {
    const { withheld = [] } = this.#request;
    return withoutWithheld(await readTargetState(this.#connection, this.#request), withheld);
  }

  #failed(name: string, state: TargetState, said?: OrmRun["failed"]): Promise<FailedMigration> {
    const own = state.units.find((unit) => unit.migration === name);
    const isRecorded = state.failed.includes(name);
    return readFailed(this.#connection, name, { ...this.#request, own, ...(isRecorded ? {} : { said }) });
  }

  #blockers({ own, index, tables: named }: FailedMigration): Promise<readonly string[]> {
    const tables = [
      ...tablesOf(
        own === undefined ? [] : releasedUnits([own.plan]).filter((each) => each.migration === own.migration),
      ),
      ...named,
      ...(index === undefined ? [] : [index.table]),
    ];
    return findBlockers(this.#connection, {
      tables: tables.filter((table, at) => tables.findIndex((other) => isSameTable(other, table)) === at),
      buildsIndex: index !== undefined,
      olderThanSeconds: 1,
    });
  }

  async #failure(failed: FailedMigration): Promise<LockstepError> {
    const { target } = this.#request;
    const { name, failure, own, index } = failed;
    if (failure.sqlState === "23505" && index?.index.isUnique === true) {
      if (failed.isRepeatable) await failed.settle(this.#connection);
      return duplicatesError(this.#connection, index, this.#command());
    }
    const cause = failure.text ?? "There is no error text: its session or process was killed.";
    if (own !== undefined && isLeftToTool(own.unit.spec, failure.text)) return this.#leftToTool(name, own);
    const spec = own?.unit.spec.kind;
    const remedy =
      own !== undefined && spec === "prove" && failure.sqlState === "55000"
        ? `npx lockstep backfill run ${own.plan.id} --target ${target.name}\n${this.#command()}`
        : own !== undefined && failed.isRepeatable
          ? `Fix the cause.\n${this.#command()}`
          : failed.isRecorded
            ? this.#resolveByHand(name)
            : undefined;
    if (remedy === undefined) return unrecordedFailure(failed, cause, { ...this.#request, command: this.#command() });
    return new LockstepError("LS7020", `${name} failed on ${target.name}.\n${cause}`, {
      hint: remedy,
      details: { migration: name, target: target.name, sqlState: failure.sqlState },
    });
  }

  #leftToTool(name: string, { plan, unit: { spec } }: ReleasedUnit): LockstepError {
    const { target } = this.#request;
    const table = "table" in spec ? tableLabel(spec.table) : "";
    return new LockstepError("LS7028", `${name} stopped: "${table}" is too large to be copied while writes wait.`, {
      hint: `npx lockstep online run ${plan.id} --target ${target.name}\n${this.#command()}`,
      details: { migration: name, target: target.name, table },
    });
  }

  #inTheWay({ name, failure, own, isRepeatable }: FailedMigration): LockstepError {
    const { target } = this.#request;
    if (own !== undefined && isRepeatable)
      return new LockstepError("LS7020", `${name} failed on ${target.name}.\n${failure.text ?? ""}`, {
        hint: `Fix the cause.\n${this.#command()}`,
      });
    return new LockstepError(
      "LS7022",
      `${name} failed on ${target.name} in an earlier deployment, so the ORM applies nothing.\n${failure.text ?? "There is no error text: its session or process was killed."}`,
      { hint: this.#resolveByHand(name), details: { migration: name, target: target.name } },
    );
  }

  #resolveByHand(name: string): string {
    const { plugin } = this.#request;
    return `Check what it did and revert all of it.\n${plugin.words.recover(name)}`;
  }

  #refusedRun(run: OrmRun, state: TargetState): LockstepError {
    const { target, plugin } = this.#request;
    const { exitCode, output } = run;
    if (isKeptOut(run))
      return new LockstepError(
        "LS7023",
        `Another deployment blocked ${plugin.words.deploy} on ${target.name}${state.deploying === undefined ? "" : `: pid ${state.deploying}`}.`,
        { hint: `Wait until it ends.\n${this.#command()}` },
      );
    return new LockstepError(
      "LS7020",
      `${plugin.words.deploy} failed with exit code ${exitCode} on ${target.name}.\n${output.trim()}`,
      {
        hint: `Fix the error.\n${this.#command()}`,
      },
    );
  }

  #leftOut(pending: readonly string[]): LockstepError {
    const { plugin, target } = this.#request;
    const { build } = plugin.words;
    return new LockstepError("LS7026", `On ${target.name} ${pending.join(", ")} did not run.`, {
      ...(build === undefined ? {} : { hint: `${build}\n${this.#command()}` }),
      details: { target: target.name, migrations: pending },
    });
  }

  #throwIfCancelled(): void {
    const { signal, target } = this.#request;
    if (signal.aborted)
      throw new LockstepError("LS7024", `Stopped between two attempts on ${target.name}.`, { hint: this.#command() });
  }

  #command(): string {
    return `npx lockstep deploy --target ${this.#request.target.name}`;
  }
}

/** Whether another deployment held Prisma's lock for as long as Prisma waits. */
function isKeptOut({ output }: OrmRun): boolean {
  return /\bP1002\b/.test(output) && /advisory lock/.test(output);
}

/** The tables that units change. */
export function tablesOf(units: readonly ReleasedUnit[]): TableName[] {
  const tables = units.flatMap(({ plan, unit }) =>
    unit.verdict.locks.length > 0
      ? unit.verdict.locks.map(({ table }) => table)
      : "table" in unit.spec
        ? [unit.spec.table]
        : plan.columns.map((column) => column.table),
  );
  return tables.filter((table, at) => tables.findIndex((other) => isSameTable(other, table)) === at);
}
