import { isSameTable, LockstepError, type Migration, type Plan, type TableName } from "@lockstep/core";
import {
  buildPlan,
  type ConfiguredFill,
  type Connection,
  checkFill,
  checkReference,
  checkUnique,
  colorsFor,
  connect,
  fillFunctions,
  fillProblemText,
  loadConfig,
  noticesText,
  type PlannedEnum,
  paceOf,
  readIndex,
  readTable,
  refuseUnknownFills,
  systemClock,
  type TableFacts,
  tableShape,
  tryFunction,
  withFunctions,
} from "@lockstep/core/planning";
import { prismaPlugin } from "../plugin.js";
import type { PrismaProject } from "../project.js";
import { makeOptional } from "../schema/edit.js";
import { editModels } from "../schema/edit-models.js";
import { readSchema } from "../schema/read.js";
import { columnSources } from "../schema/sources.js";
import { formerUniques, keepUnique } from "../schema/unique.js";
import { verifyEdits } from "../schema/verify.js";
import { version } from "../version.js";
import type { Change } from "./decide.js";
import type { Restore } from "./open-plans.js";
import type { SchemaContainer } from "./shapes.js";

/**
 * Makes the plan of a change, tries its fills on the development database, and relaxes the model. Nothing is written.
 *
 * @throws LS2001–LS2011, LS9003
 */
export async function planChange(change: {
  readonly project: PrismaProject;
  readonly schema: SchemaContainer;
  readonly migration: Migration;
  readonly restored: Restore | undefined;
  readonly openPlans: readonly Plan[];
}): Promise<Change> {
  const { project, schema, migration, restored, openPlans } = change;
  const prismaSchema = readSchema(schema.files);
  const config = await loadConfig(project.root);
  refuseUnknownFills(config, prismaSchema.models);
  const functions = fillFunctions(config);
  const column = withFunctions(columnSources(prismaSchema, project), functions);
  const pace = paceOf(config);
  const database = new DevelopmentDatabase(project.developmentUrl);
  try {
    const make = (id: string) =>
      buildPlan({
        id,
        orm: "prisma",
        versions: { lockstep: version, orm: project.ormVersion },
        migration,
        sources: {
          column,
          table: (table) => database.shape(table),
          index: (name) => database.index(name),
          formerUnique: formerUniques(prismaSchema, project),
        },
        openPlans,
        pace,
        words: prismaPlugin.words,
        originalModels: (columns) => {
          const names = new Set(columns.map((planned) => planned.model));
          return prismaSchema.models
            .filter((model) => names.has(model.name))
            .map((model) => ({
              file: project.schemaFiles[schema.files.findIndex((file) => file.path === model.file)] ?? model.file,
              model: model.name,
              text: (schema.files.find((file) => file.path === model.file)?.content ?? "").slice(
                model.span.start,
                model.span.end,
              ),
            }));
        },
      });
    const answer = await make("00000000000000_pending");
    if (answer.kind === "pass") {
      if (restored !== undefined) return { kind: "restored", schema, restore: restored };
      if (answer.notices.length === 0) return { kind: "pass" };
      return {
        kind: "pass",
        message: `Lockstep\n${noticesText(answer.notices, colorsFor(process.env.LOCKSTEP_COLOR === "1"))}`,
      };
    }
    const { plan } = answer;
    const relaxed = plan.columns.filter((planned) => planned.isRelaxed);
    const kept = plan.keptUniques ?? [];
    const optional = editModels(schema.files, relaxed, (one, { model, field }) => makeOptional(one, model, field));
    const files = kept.reduce(keepUnique, optional);
    await Promise.all([
      verifyEdits(schema.files, files, [
        ...relaxed.map(({ model, field }) => ({ kind: "makeOptional" as const, model, field })),
        ...kept.map((unique) => ({ kind: "keepUnique" as const, unique })),
      ]),
      database.tryFills(plan, functions, enumsOf(migration)),
    ]);
    return {
      kind: "plan",
      plan,
      project,
      migration,
      schema: { ...schema, files },
      async rename(id) {
        restored?.();
        const renamed = await make(id);
        if (renamed.kind !== "plan") throw new Error("the same migration was judged differently");
        return renamed.plan;
      },
    };
  } finally {
    await database.close();
  }
}

/** The developer's own database: asked for tables and tried with fills, never changed. */
class DevelopmentDatabase {
  #connection: Promise<Connection> | undefined;
  readonly #tables = new Map<string, Promise<TableFacts>>();
  readonly #indexes = new Map<string, ReturnType<typeof readIndex>>();
  readonly #url: string | undefined;

  constructor(url: string | undefined) {
    this.#url = url;
  }

  async shape(table: TableName) {
    return tableShape(await this.#table(table));
  }

  /** Read once: the plan is made again under its final name, when the connection is closed. */
  index(name: TableName): ReturnType<typeof readIndex> {
    const key = JSON.stringify(name);
    const known = this.#indexes.get(key) ?? this.#connect().then((connection) => readIndex(connection, name));
    this.#indexes.set(key, known);
    return known;
  }

  /** @throws LS2003, LS2005–LS2007, LS2040, LS5008, LS5050–LS5055 for the first problem found */
  async tryFills(
    plan: Plan,
    functions: ReadonlyMap<string, ConfiguredFill>,
    enums: readonly PlannedEnum[],
  ): Promise<void> {
    for (const column of plan.columns) {
      const { compute } = column;
      const run = compute && functions.get(compute.name)?.fill;
      if (compute === undefined || run === undefined) continue;
      const table = await this.#table(column.table);
      await tryFunction(await this.#connect(), { table, column, compute, run, clock: systemClock });
    }
    // What a function falls back to is tried as if it were the fill: databases that skip releases fill their rows with it.
    const planned = plan.columns.map((column) => {
      const fill = column.fill ?? column.compute?.fallback;
      return fill === undefined ? column : { ...column, fill };
    });
    for (const column of planned) {
      if (column.fill === undefined) continue;
      const table = await this.#table(column.table);
      const input = { table, column, fill: column.fill, columnExists: false, enums };
      const problems = await checkFill(await this.#connect(), input);
      // In a column that stays optional NULL is a value.
      refuseFirst(
        problems.filter(({ kind }) => column.isRelaxed || kind !== "null"),
        column,
      );
    }
    for (const column of planned) {
      const columns = planned.filter(
        ({ table }) => table.schema === column.table.schema && table.name === column.table.name,
      );
      for (const key of column.uniqueKeys) {
        // An index over several new columns is looked at once.
        const added = columns.filter(({ name }) => key.includes(name));
        if ((added.find(({ fill }) => fill !== undefined) ?? added[0]) !== column) continue;
        const table = await this.#table(column.table);
        refuseFirst(await checkUnique(await this.#connect(), { table, key, columns }), column);
      }
      for (const foreignKey of column.foreignKeys ?? []) {
        const added = columns.filter(({ name }) => foreignKey.columns.includes(name));
        if ((added.find(({ fill }) => fill !== undefined) ?? added[0]) !== column) continue;
        const table = await this.#table(column.table);
        refuseFirst(await checkReference(await this.#connect(), { table, foreignKey, columns }), column);
      }
    }
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  #table(table: TableName): Promise<TableFacts> {
    const key = JSON.stringify(table);
    const known = this.#tables.get(key) ?? this.#read(table);
    this.#tables.set(key, known);
    return known;
  }

  async #read(table: TableName): Promise<TableFacts> {
    const facts = await readTable(await this.#connect(), table);
    if (facts === undefined)
      throw new LockstepError(
        "LS9003",
        `The development database has no table "${table.name}", although the migration changes it.`,
      );
    return facts;
  }

  #connect(): Promise<Connection> {
    if (this.#url === undefined) throw new LockstepError("LS9003", "The Prisma config has no datasource URL.");
    this.#connection ??= connect(this.#url, { applicationName: "lockstep plan" });
    return this.#connection;
  }
}

/** Enums that the change makes or extends. */
function enumsOf({ operations }: Migration): readonly PlannedEnum[] {
  const made = operations.flatMap((operation): PlannedEnum[] =>
    operation.kind === "createType" ? [{ name: operation.name, values: operation.values, isNew: true }] : [],
  );
  const added = operations.flatMap((operation) => (operation.kind === "addEnumValue" ? [operation] : []));
  const extended = added.map(({ name }): PlannedEnum => {
    const values = added.filter((other) => isSameTable(other.name, name)).map(({ value }) => value);
    return { name, values, isNew: false };
  });
  return [...made, ...extended];
}

/** Problems without a code are no more than a notice: the backfill finds out by itself. */
function refuseFirst(problems: Awaited<ReturnType<typeof checkFill>>, column: Plan["columns"][number]): void {
  for (const problem of problems) {
    const { code, message } = fillProblemText(problem, column.table, column);
    if (code === undefined) continue;
    if (column.fill !== undefined)
      throw new LockstepError(code, `${column.fill.source}: ${message}`, {
        details: { fill: column.fill.sql, problem },
      });
    if (problem.kind === "missing-rows") throw new LockstepError(code, message, { details: { problem } });
    throw new LockstepError(code, message, {
      hint: `Remove the default of ${column.model}.${column.field} and write /// @lockstep.backfill(<sql>) with values that differ, or drop the unique constraint.`,
      details: { problem },
    });
  }
}
