import { catalogueOf } from "../matrix/databases.js";
import type { OrmApp, Snapshot } from "./orm-app.js";

/** What tables consist of, without the one in which the ORM keeps what it has applied. */
export async function catalogue(app: OrmApp, url: string) {
  const { tables, sequences, ...rest } = await catalogueOf(url, ["public"]);
  const isOwn = (name: string) => name === `public.${app.ledger}` || name === `public.${app.ledger}_id_seq`;
  const without = (named: object = {}) => Object.fromEntries(Object.entries(named).filter(([name]) => !isOwn(name)));
  return { ...rest, tables: without(tables), sequences: without(sequences) };
}

/** Migrations that are in the repository now and were not before. */
export function newMigrations(app: OrmApp, before: Snapshot): string[] {
  const files = Object.keys(app.snapshot());
  return files.filter((file) => file.startsWith(`${app.migrationsFolder}/`) && !(file in before));
}

/** What a plan must not have touched when it is gone again: everything but migrations and `lockstep/`. */
export function withoutHistory(app: OrmApp, snapshot: Snapshot): Snapshot {
  const isHistory = (file: string) => file.startsWith("lockstep/") || file.startsWith(`${app.migrationsFolder}/`);
  return Object.fromEntries(Object.entries(snapshot).filter(([file]) => !isHistory(file)));
}
