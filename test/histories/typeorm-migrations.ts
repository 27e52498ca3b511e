import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import ts from "typescript";

/** A migration that failed, as TypeORM's run reports it. */
export class MigrationError extends Error {
  readonly migration: string;
  readonly sqlState: string | undefined;
  /** Its statements that were executed. */
  readonly left: readonly string[];

  constructor(migration: string, left: readonly string[], cause: unknown) {
    const { message, code } = cause as { readonly message: string; readonly code?: string };
    super(message, { cause });
    this.migration = migration;
    this.sqlState = code;
    this.left = left;
  }
}

interface Runner {
  query(sql: string, values?: unknown[]): Promise<unknown>;
}
type Up = new () => { readonly name?: string; up(runner: Runner): Promise<void> };

/**
 * What `migration:run` leaves in a database, without its process: the classes run, statement by statement.
 *
 * @param withheld files, without their endings, that stay pending. Default: none
 * @throws MigrationError
 */
export async function applyMigrations(folder: string, url: string, withheld: readonly string[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `CREATE TABLE IF NOT EXISTS migrations (id SERIAL PRIMARY KEY, timestamp bigint NOT NULL, name varchar NOT NULL)`,
    );
    const known = (await client.query<{ name: string }>("SELECT name FROM migrations")).rows.map(({ name }) => name);
    for (const file of readdirSync(folder).sort()) {
      const module = { exports: {} as Record<string, Up> };
      const { outputText } = ts.transpileModule(readFileSync(join(folder, file), "utf8"), {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
      });
      new Function("module", "exports", outputText)(module, module.exports);
      for (const [className, Migration] of Object.entries(module.exports)) {
        const migration = new Migration();
        const name = migration.name ?? className;
        if (known.includes(name) || withheld.includes(file.replace(/\.ts$/, ""))) continue;
        const left: string[] = [];
        const runner: Runner = {
          async query(sql, values) {
            const { rows } = await client.query(sql, values);
            left.push(sql);
            return rows;
          },
        };
        try {
          await migration.up(runner);
        } catch (error) {
          await client.query("ROLLBACK");
          throw new MigrationError(file.replace(/\.ts$/, ""), left, error);
        }
        await client.query("INSERT INTO migrations (timestamp, name) VALUES ($1, $2)", [
          Number(file.slice(0, 13)),
          name,
        ]);
      }
    }
  } finally {
    await client.end();
  }
}
