import pg from "pg";
import { readCatalogue } from "../support/catalogue.js";
import { byNames } from "./differences.js";
import type { Model } from "./dmmf.js";

/** Runs SQL over a connection of its own. @returns the rows of the last statement */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result: unknown = await client.query(sql);
    const last = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryResult | undefined;
    return last?.rows ?? [];
  } finally {
    await client.end();
  }
}

/** The catalogue by names, without Prisma's own table. */
export async function catalogueOf(url: string, schemas: readonly string[]) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const catalogue = await readCatalogue(client, { schemas });
    return byNames({ ...catalogue, tables: catalogue.tables.filter(({ name }) => !/_prisma_migrations$/.test(name)) });
  } finally {
    await client.end();
  }
}

/** A model's table as SQL names it. */
export function tableOf(model: Model): string {
  const name = quote(model.dbName ?? model.name);
  return model.schema ? `${quote(model.schema)}.${name}` : name;
}

/** The rows of a model's table as text, with the columns that it has, without those that change by themselves. */
export async function rowsOf(url: string, model: Model, moving: readonly string[] = []): Promise<string[]> {
  const columns = model.fields
    .filter((field) => field.kind !== "object" && field.isUpdatedAt !== true)
    .map((field) => field.dbName ?? field.name)
    .filter((name) => !moving.includes(name));
  const texts = columns.map((name) => `${quote(name)}::text`).join(", ");
  const rows = await query(url, `SELECT ARRAY[${texts}]::text AS row FROM ${tableOf(model)}`);
  return rows.map(({ row }) => String(row));
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
