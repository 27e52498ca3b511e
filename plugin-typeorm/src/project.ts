import type { Project, TransactionMode } from "@lockstep/core";
import type { CommandLine } from "./detect/scripts.js";

/** How the project writes its migrations. */
export interface Flavour {
  readonly language: "ts" | "js";
  /** Of JavaScript; TypeScript is written the same for both. */
  readonly module: "commonjs" | "esm";
}

/** Where TypeORM records what it has run. */
export interface MigrationsTable {
  /** Undefined: the schema that the search path begins with. */
  readonly schema: string | undefined;
  readonly name: string;
}

/** A project that uses TypeORM. */
export interface TypeormProject extends Project {
  /** The source of the module that exports the data source; from the root. */
  readonly dataSourceFile: string;
  /** The data source as the CLI is given it: the same, or what is compiled from it. */
  readonly dataSource: string;
  /** The words of the project's own command line before `migration:…`: `["npx", "tsx", "node_modules/typeorm/cli.js"]`. */
  readonly run: readonly string[];
  /** The scripts of package.json that run the CLI. */
  readonly scripts: readonly CommandLine[];
  readonly flavour: Flavour;
  /** Globs of the data source, of source files; from the root. */
  readonly globs: readonly string[];
  /** Migrations that the data source lists as classes, as TypeORM calls them. */
  readonly classes: readonly string[];
  /** Where the data source finds migrations: its globs, and the files of its classes. */
  readonly migrationGlobs: readonly string[];
  /** Folder of the TypeORM that the data source is made with; absolute. */
  readonly typeormFolder: string;
  readonly migrationsTable: MigrationsTable;
  /** What is one transaction when migrations run. */
  readonly transactions: TransactionMode;
}
