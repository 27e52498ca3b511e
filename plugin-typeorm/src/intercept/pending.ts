import { LockstepError, type Project } from "@lockstep/core";
import type { DataSource } from "typeorm";
import { dialectOf } from "../dialects/dialects.js";
import { stampOf } from "../migrations/names.js";
import { wordsOf } from "../words.js";

/**
 * Stops while migrations of the repository are pending here. TypeORM compares the entities with the current database: it would repeat what
 * those migrations do, and Lockstep would plan a change that already has a plan.
 *
 * @param project for the command that runs them
 * @throws LS9050
 */
export async function refusePending(dataSource: DataSource, project: () => Promise<Project>): Promise<void> {
  const names = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  if (names.length === 0) return;
  const executed = await executedMigrations(dataSource);
  const pending = names.filter((name) => !executed.has(name)).sort((a, b) => Number(stampOf(a)) - Number(stampOf(b)));
  if (pending.length === 0) return;
  const shown = pending.length > 5 ? [...pending.slice(0, 5), `and ${pending.length - 5} more`] : pending;
  throw new LockstepError(
    "LS9050",
    `${pending.length === 1 ? "A migration is" : "Migrations are"} pending on the database that TypeORM compares the entities with: ${shown.join(", ")}.`,
    {
      hint: `${wordsOf(await project()).deploy}   # on the development database\nGenerate again.`,
      details: { pending },
    },
  );
}

/** The names of the migrations that have run here. TypeORM's own function would create a missing table. */
export async function executedMigrations(dataSource: DataSource): Promise<ReadonlySet<string>> {
  const { migrationsTableName = "migrations" } = dataSource.options;
  const { schema } = dataSource.options as { readonly schema?: string };
  const { quote, findTable } = dialectOf(dataSource);
  const quoted = [...(schema === undefined ? [] : [schema]), migrationsTableName].map(quote).join(".");
  const [found] = await dataSource.query(findTable(quoted));
  if (found?.name == null) return new Set();
  const rows: readonly { readonly name: string }[] = await dataSource.query(`SELECT name FROM ${quoted}`);
  return new Set(rows.map(({ name }) => name));
}
