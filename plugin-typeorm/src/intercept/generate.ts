import { doing, expectBriefRun, watchWork } from "@lockstep/core/text";
import type { SqlInMemory } from "@lockstep/typeorm-wrapper/internal";
import type { DataSource } from "typeorm";
import { asCliError } from "./cli-error.js";
import { decideGenerate } from "./decide.js";

/** A call of `log()` by `typeorm migration:generate`, as the wrapper passes it on. */
export interface GenerateCall {
  readonly dataSource: DataSource;
  /** The file of the command: the CLI's own copy of TypeORM. */
  readonly commandFile: string;
  /** The data source changes the database at every start. The CLI has turned that off for this run. */
  readonly synchronizes: boolean;
  /** Queries TypeORM's own answer, any number of times. */
  ask(): Promise<SqlInMemory>;
}

/**
 * Answers the CLI's request for the SQL of a migration. A safe change gets TypeORM's own answer, the same object; for any other, the files
 * of the plan's first phase replace the CLI's file.
 *
 * @throws an error that the CLI prints, then ends with 1; nothing has been written
 */
export async function interceptGenerate(call: GenerateCall): Promise<SqlInMemory> {
  // The CLI ends right after.
  if (process.argv.includes("migration:generate")) expectBriefRun();
  watchWork({ descriptor: 2, name: "reading the change" });
  let theirs: unknown;
  const ask = () =>
    call.ask().catch((error: unknown) => {
      theirs = error;
      throw error;
    });
  try {
    return await decideGenerate({ ...call, ask });
  } catch (error) {
    throw error === theirs ? error : asCliError(error);
  } finally {
    doing("");
  }
}
