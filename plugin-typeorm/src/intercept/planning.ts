import {
  type EntityModel,
  isSameTable,
  LockstepError,
  type Migration,
  type Plan,
  type PlannedColumn,
  type Planning,
  readsOf,
} from "@lockstep/core";
import type { DataSource } from "typeorm";
import { dialectOf } from "../dialects/dialects.js";
import { originalModels } from "../entities/edit/originals.js";
import { formerUniques } from "../entities/edit/unique.js";
import { version } from "../version.js";
import { knownColumns, tableOf } from "./columns.js";
import type { Interception } from "./interception.js";
import type { RecordedLog } from "./recorded-log.js";
import { assertUsable, cliModules } from "./typeorm-copy.js";

/**
 * The inputs of a plan from a TypeORM project.
 *
 * @param relax what TypeORM generates for the relaxed entities
 * @throws LS9051–LS9054
 */
export async function planning(
  about: Interception,
  log: RecordedLog,
  relax: Planning<Migration>["relax"],
): Promise<Planning<Migration>> {
  const { call, copy } = about;
  assertUsable(copy, log);
  if (call.synchronizes && process.env.NODE_ENV !== "test")
    throw new LockstepError("LS9054", "The data source has synchronize: true.");
  cliModules(call.commandFile);
  const [files, models] = await Promise.all([about.entityFiles(), about.models()]);
  return {
    versions: { lockstep: version, orm: copy.version },
    models,
    formerUnique: formerUniques(files, about, knownColumns(call.dataSource)),
    originalModels: (columns) => originalModels(files, columns),
    refuse: (plan) => refuseOtherKinds(plan, call.dataSource, models),
    relax,
  };
}

/**
 * Rejects a value for rows of other entities. With single-table inheritance a table contains the rows of all kinds, and a fill updates them
 * all; one that reads the discriminator column is accepted. A column of the parent belongs to every kind.
 *
 * @param models what the files declare: there a parent has no columns of its children, as it has in TypeORM's own metadata
 * @throws LS9042
 */
function refuseOtherKinds(plan: Plan, dataSource: DataSource, models: readonly EntityModel[]): void {
  for (const column of plan.columns) {
    const { fill, table, name } = column;
    if (fill === undefined) continue;
    const kinds = dataSource.entityMetadatas.filter((metadata) => isSameTable(tableOf(metadata, dataSource), table));
    const parent = kinds.find(
      ({ inheritancePattern, tableType }) => inheritancePattern === "STI" && tableType !== "entity-child",
    );
    const discriminator = parent?.discriminatorColumn?.databaseName;
    if (parent === undefined || discriminator === undefined) continue;
    if (readsOf(column).includes(discriminator) || declares(parent.targetName, column, models)) continue;
    const own = kinds.filter(({ targetName }) => declares(targetName, column, models));
    if (own.length === 0) continue;
    const values = own.map(({ discriminatorValue }) => `'${discriminatorValue?.replaceAll("'", "''")}'`);
    const condition = `${dialectOf(dataSource).quote(discriminator)} ${values.length === 1 ? `= ${values[0]}` : `IN (${values.join(", ")})`}`;
    throw new LockstepError(
      "LS9042",
      `${fill.source}: ${fill.sql} would fill "${name}" in every row of "${table.name}", including those that are not a ${column.model}.`,
      {
        hint: `Restrict it to these rows: @lockstep.backfill(CASE WHEN ${condition} THEN ${fill.sql} END)`,
        details: { column: name, discriminator, values: own.map(({ discriminatorValue }) => discriminatorValue) },
      },
    );
  }
}

/** Whether rows of an entity have the column, by its files. */
function declares(entity: string, { table, name }: PlannedColumn, models: readonly EntityModel[]): boolean {
  const model = models.find((each) => each.name === entity && isSameTable(each.table, table));
  return model?.fields.some(({ column }) => column === name) === true;
}
