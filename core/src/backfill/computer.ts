import { LockstepError } from "../base/errors.js";
import type { FillFunction } from "../config/fill-function.js";
import type { ComputedColumn, ComputedValues, KeyValues, Scope } from "../dialect/batches.js";
import { functionLabel } from "../model/fill.js";
import type { BackfillSpec } from "../model/plan.js";
import { type AskedRow, callFunction } from "../target/facts/call-function.js";
import type { RunSettings } from "./input.js";
import { keyLabel } from "./keys.js";
import type { BackfillSession } from "./session.js";

/** The functions of the config, by `Model.field`. */
export type Functions = ReadonlyMap<string, { readonly reads: readonly string[]; readonly fill: FillFunction }>;

interface RunnableColumn extends ComputedColumn {
  readonly run: FillFunction;
}

interface UnfilledRow extends AskedRow {
  readonly key: KeyValues;
  readonly seen: readonly (string | null)[];
}

/**
 * Calls the functions of a backfill batch by batch, while nothing is locked and no transaction is open. A batch that is retried because of
 * locked rows does not call them again for unchanged rows.
 */
export class Computer {
  /** How long the functions took for the last batch. */
  lastMs = 0;
  readonly #settings: RunSettings;
  readonly #columns: readonly RunnableColumn[];
  readonly #known = new Map<string, string>();
  readonly #used = new Set<string>();

  /** @throws LS2052 a function is missing, or reads other columns than planned */
  constructor(settings: RunSettings) {
    this.#settings = settings;
    this.#columns = runnable(settings.spec, settings.functions);
  }

  get isNeeded(): boolean {
    return this.#columns.length > 0;
  }

  /**
   * @throws LS5050–LS5053, LS5055 as `callFunction` · LS5002 stopped
   */
  async compute(session: BackfillSession, scope: Scope): Promise<readonly ComputedValues[]> {
    this.lastMs = 0;
    this.#used.clear();
    const computed: ComputedValues[] = [];
    for (const column of this.#columns) {
      const rows = await this.#read(session, column, scope);
      const texts = await this.#ask(session, column, rows);
      computed.push({ column, rows: rows.map(({ key, seen }, at) => ({ key, seen, value: texts[at]! })) });
    }
    return computed;
  }

  /** Forgets the rows of the last batch after it succeeded. */
  forget(): void {
    for (const name of this.#used) this.#known.delete(name);
  }

  async #read(
    { connection, target, table }: BackfillSession,
    column: RunnableColumn,
    scope: Scope,
  ): Promise<readonly UnfilledRow[]> {
    const { batches } = connection.dialect.live;
    const { batchTimeoutMs: statementTimeoutMs, lockTimeoutMs } = this.#settings;
    const rows = await batches.inBatch(connection, { isReadOnly: true, statementTimeoutMs, lockTimeoutMs }, () =>
      batches.unfilled(connection, target, table, scope, column),
    );
    return rows.map((row) => ({ ...row, label: keyLabel(target.key, row.key) }));
  }

  async #ask(
    { connection }: BackfillSession,
    column: RunnableColumn,
    rows: readonly UnfilledRow[],
  ): Promise<readonly string[]> {
    const { clock, signal, functionTimeoutMs } = this.#settings;
    const nameOf = (row: UnfilledRow) => JSON.stringify([column.name, row.key, row.seen]);
    const open = rows.filter((row) => !this.#known.has(nameOf(row)));
    if (open.length > 0) {
      const startedMs = clock.now();
      const { text } = connection.dialect.live.functions;
      const call = { ...column, column, clock, signal, text, timeoutMs: functionTimeoutMs };
      const values = await callFunction(call, open);
      this.lastMs += clock.now() - startedMs;
      for (const [at, row] of open.entries()) this.#known.set(nameOf(row), values[at]!);
    }
    for (const row of rows) this.#used.add(nameOf(row));
    return rows.map((row) => this.#known.get(nameOf(row))!);
  }
}

function runnable(spec: BackfillSpec, functions: Functions): readonly RunnableColumn[] {
  return spec.columns.flatMap(({ name, type, compute }) => {
    if (compute === undefined) return [];
    const found = functions.get(compute.name);
    const label = functionLabel(compute);
    if (found === undefined) throw new LockstepError("LS2052", `The ${label} does not exist.`);
    const sorted = (names: readonly string[]) => JSON.stringify([...new Set(names)].sort());
    if (sorted(found.reads) !== sorted(compute.reads))
      throw new LockstepError(
        "LS2052",
        `The ${label} reads [${found.reads.join(", ")}], but the plan was made with [${compute.reads.join(", ")}].`,
        { hint: "Restore its reads: Lockstep uses them to detect that a row changed while its value was computed." },
      );
    return [{ name, type, compute, run: found.fill }];
  });
}
