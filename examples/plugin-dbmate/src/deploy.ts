import type { LockLimit, OrmRun } from "@lockstep/core";
import { runTool } from "@lockstep/core/planning";
import { applicationName } from "./applied.js";
import { type DbmateProject, dbmateIn } from "./project.js";

/**
 * `dbmate migrate` of the project, aimed at a target. dbmate records no failures: which migration has failed, and why, is what this run
 * says.
 *
 * @throws LockstepError LS9020 without dbmate
 */
export async function deploy(
  project: DbmateProject,
  url: string,
  onLine: (line: string) => void,
  limit?: LockLimit,
): Promise<OrmRun> {
  const aimed = new URL(url);
  aimed.searchParams.set("application_name", applicationName);
  // What the driver of dbmate does not know in a URL it hands to the server as a setting of the session, which all migrations share.
  if (limit?.isForAll) aimed.searchParams.set("lock_timeout", String(limit.timeoutMs));
  else limit?.onUnlimited?.("half-done");
  const run = await runTool(process.execPath, [dbmateIn(project.root).bin, "--no-dump-schema", "migrate"], {
    cwd: project.root,
    // Not as an argument: everybody on the machine reads those.
    env: { ...process.env, DATABASE_URL: aimed.href, DBMATE_MIGRATIONS_DIR: project.migrationsFolder },
    onLine,
  });
  const failed = run.exitCode === 0 ? undefined : failureIn(run.output);
  return failed === undefined ? run : { ...run, failed };
}

/** `Applying: 20260101_name.sql`, and below it `Error: pq: canceling statement due to lock timeout (55P03)`. */
function failureIn(output: string): OrmRun["failed"] {
  const migration = [...output.matchAll(/^Applying: (.+)\.sql$/gm)].at(-1)?.[1];
  const error = /^Error: (.*?)(?: \(([0-9A-Z]{5})\))?$/m.exec(output);
  if (migration === undefined || error === null) return undefined;
  // A block is one message, and so one transaction, whether dbmate opens it or the server.
  return { migration, text: error[1], sqlState: error[2], left: [], isInTransaction: true };
}
