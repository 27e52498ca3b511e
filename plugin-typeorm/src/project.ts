import type { Project, TransactionMode } from "@lockstep/core";
import type { CommandLine } from "./detect/scripts.js";

/** How the project writes its migrations. */
export interface Flavour {
  readonly language: "ts" | "js";
  /** For JavaScript; TypeScript is the same for both. */
  readonly module: "commonjs" | "esm";
}

/** Where TypeORM records applied migrations. */
export interface MigrationsTable {
  /** Undefined: the first schema of the search path. */
  readonly schema: string | undefined;
  readonly name: string;
}

/** A project that uses TypeORM. */
export interface TypeormProject extends Project {
  /** The source of the module that exports the data source; from the root. */
  readonly dataSourceFile: string;
  /** The data source as passed to the CLI: the same, or its compiled file. */
  readonly dataSource: string;
  /** The words of the project's own command line before `migration:…`: `["npx", "tsx", "node_modules/typeorm/cli.js"]`. */
  readonly run: readonly string[];
  /** The scripts of package.json that run the CLI. */
  readonly scripts: readonly CommandLine[];
  readonly flavour: Flavour;
  /** Globs of the data source, of source files; from the root. */
  readonly globs: readonly string[];
  /** Migrations that the data source lists as classes, by TypeORM's names. */
  readonly classes: readonly string[];
  /** Where the data source finds migrations: its globs, and the files of its classes. */
  readonly migrationGlobs: readonly string[];
  /** Absolute folder of the TypeORM that creates the data source. */
  readonly typeormFolder: string;
  readonly migrationsTable: MigrationsTable;
  /** What one transaction contains when migrations run. */
  readonly transactions: TransactionMode;
}
