import { doing, expectBriefRun, watchWork } from "@lockstep/core/text";
import type { SqlInMemory } from "@lockstep/typeorm-wrapper/internal";
import type { DataSource } from "typeorm";
import { asCliError } from "./cli-error.js";
import { decideGenerate } from "./decide.js";

/** A call of `log()` by `typeorm migration:generate`, as the wrapper makes it. */
export interface GenerateCall {
  readonly dataSource: DataSource;
  /** The file of the command: the CLI's own copy of TypeORM. */
  readonly commandFile: string;
  /** The data source changes the database whenever it starts. The CLI has turned that off for this run. */
  readonly synchronizes: boolean;
  /** TypeORM's own answer, as often as it is asked. */
  ask(): Promise<SqlInMemory>;
}

/**
 * Answers the CLI's question for the SQL of a migration. A change that is safe gets TypeORM's own answer, the very same object; for
 * any other the files of the plan's first phase take the place of the one that the CLI would write.
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
