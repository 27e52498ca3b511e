import { LockstepError } from "@lockstep/core";
import type { DataSourceFacts } from "../cli/facts.cjs";
import { type CliCall, runTypeorm } from "../cli/typeorm-cli.js";

/**
 * Loads the project's data source with the project's own runner, in a process of its own, and reads its settings. Does not connect.
 *
 * @param url the database that the run is to use: `isAimed` then reports whether it would
 * @throws LS9060 when it cannot be loaded, with the runner and the first line of the cause · LS9020 when the runner is missing
 */
export async function inspectDataSource(
  call: CliCall,
  env: Readonly<Record<string, string | undefined>>,
  url?: string,
): Promise<DataSourceFacts> {
  // A command that redirected runs may use. Without the hook it would list applied migrations, and change only TypeORM's own table.
  const command = url === undefined ? "schema:log" : "migration:show";
  const aim = url === undefined ? {} : { url };
  // ts-node takes seconds to type-check everything that it loads. Without the check, a correct file may fail.
  if (call.run.some((word) => word.includes("ts-node")) && env.TS_NODE_TRANSPILE_ONLY === undefined) {
    const brief = { ...env, TS_NODE_TRANSPILE_ONLY: "true" };
    const [answer] = (await runTypeorm(call, command, { task: "inspect", env: brief, ...aim })).told;
    if (answer?.kind === "data-source") return answer.facts;
  }
  const { run, told } = await runTypeorm(call, command, { task: "inspect", env, ...aim });
  const [answer] = told;
  if (answer?.kind === "data-source") return answer.facts;
  const cause = answer?.kind === "not-loaded" ? answer.cause : lastWords(run.output);
  const { withoutPasswords } = await import("@lockstep/core/text");
  throw notLoaded(call, withoutPasswords(cause, env));
}

function notLoaded({ run, dataSource }: CliCall, cause: string): LockstepError {
  const text = cause
    .replace(/^Unable to open file: "[^"]*"\. ?/, "")
    .replace(/^⨯ Unable to compile TypeScript:\s*/, "");
  const first = text.split("\n").find((line) => line.trim() !== "") ?? "it ended without an error text";
  return new LockstepError("LS9060", `${run.join(" ")} cannot load ${dataSource}: ${first.trim()}`, {
    details: { dataSource, run: run.join(" ") },
  });
}

/** The error of a process that did not reach the data source, without its stack trace. */
function lastWords(output: string): string {
  const lines = output.split("\n").filter((line) => !/^\s+at |^\s*$|^Node\.js v/.test(line));
  return lines.find((line) => /error\b|not found|cannot/i.test(line)) ?? lines.at(-1) ?? "";
}
