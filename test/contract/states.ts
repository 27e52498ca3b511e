import type { OrmApp, Snapshot } from "./orm-app.js";
import { systemOf } from "./system.js";

/** What tables consist of, without the one in which the ORM keeps what it has applied. */
export function catalogue(app: OrmApp, url: string): Promise<unknown> {
  return systemOf(url).catalogue(url, [app.ledger]);
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
