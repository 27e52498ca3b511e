import { serverOf } from "../../../core/src/cli/check-settings.js";
import { checkingOf } from "../../../core/src/databases/checking-of.js";
import { type CheckedSet, checkMigrations } from "../../../core/src/lint/check-migrations.js";
import type { MigrationSet } from "../../../core/src/lint/migration-set.js";
import type { TransactionMode } from "../../../core/src/model/index.js";

export interface Checked {
  /** The migrations, in their order; the last one is checked. Undefined: a file that cannot be read. */
  readonly migrations: readonly (string | undefined)[];
  /** How many of the last ones are checked. Default: 1 */
  readonly checked?: number;
  readonly transactions?: TransactionMode;
  /** As `--server` takes it, or in the format of `Environment.server`. */
  readonly server?: string | number;
  /** As for Prisma's migrations. */
  readonly sendsDefaults?: boolean;
  /** Default: `postgresql` */
  readonly dialect?: "postgresql" | "mysql" | "mariadb";
}

/** Checks migrations that are files of SQL: `1.sql`, `2.sql` … */
export async function check({
  migrations,
  checked = 1,
  transactions = "none",
  server,
  sendsDefaults = false,
  dialect = "postgresql",
}: Checked): Promise<CheckedSet> {
  const files = migrations.map((_, at) => `${at + 1}.sql`);
  const set: MigrationSet = {
    folder: ".",
    dialect,
    transactions,
    sendsDefaults,
    alone: "",
    files,
    read: (sql) => ({ sql, unread: [] }),
  };
  const named = typeof server === "string" ? serverOf(server) : undefined;
  return checkMigrations({
    set,
    isChecked: (file) => files.indexOf(file) >= files.length - checked,
    isOneDeployment: true,
    read: (file) => migrations[files.indexOf(file)],
    checking: (await checkingOf(dialect, named?.system))!,
    server: typeof server === "string" ? named?.version : server,
  });
}

/** `add-index 3:1`: each finding by its rule and place. */
export async function found(options: Checked): Promise<string[]> {
  const { findings } = await check(options);
  return findings.map(({ rule, line, column }) => `${rule} ${line}:${column}`);
}

/** The rules alone, each once. */
export async function rulesFound(options: Checked): Promise<string[]> {
  const { findings } = await check(options);
  return [...new Set(findings.map(({ rule }) => rule))];
}
