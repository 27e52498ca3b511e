import { existsSync } from "node:fs";
import { join } from "node:path";
import { assertInstalled, decide, type Told } from "@lockstep/core";
import type { SqlInMemory } from "@lockstep/typeorm-wrapper/internal";
import type { DataSource } from "typeorm";
import { TypeormChange } from "./change.js";
import type { GenerateCall } from "./generate.js";
import { type Output, setOutput } from "./output.js";
import { cliModules } from "./typeorm-copy.js";

/**
 * Decides on the changes that TypeORM generates for the user's entities, and makes the CLI write the result. Errors as `decide` of the core
 * and `TypeormChange`.
 *
 * @returns TypeORM's own answer, for the CLI to write or to show; a plan replaces it when the CLI does so
 */
export async function decideGenerate(call: GenerateCall): Promise<SqlInMemory> {
  setOutput(undefined);
  assertInstalled("@lockstep/core", import.meta.url);
  const about = new TypeormChange(call, process.cwd(), process.argv.slice(2));
  if (existsSync(join(about.root, "lockstep"))) await (await import("./interrupted.js")).finishEarlierRun(about);
  const decision = withRemarks(await decide(about), about);
  const { change, memory } = about;
  const { restore, told = nothing } = decision;
  if (change === undefined) {
    if (restore !== undefined) await (await import("./restore.js")).restoreAlone(restore, about);
    await tell(told);
    return memory;
  }
  const cli = () => cliModules(call.commandFile);
  const set = async (output: Output | undefined) => {
    const isTold = decision.added.length + decision.reshaped.length > 0 && about.command !== undefined;
    const own = isTold ? (await import("./after.js")).tellAtEnd(output, decision, about) : output;
    if (own !== undefined) setOutput(own, cli());
  };
  if (decision.kind === "plan") {
    const { expandOutput } = await import("./write-expand.js");
    await set(about.locked(await expandOutput(about, change, decision)));
    return memory;
  }
  const isConcurrent = change.migration.operations.some((each) => each.kind === "createIndex" && each.isConcurrent);
  const indexes = isConcurrent ? new (await import("./own-indexes.js")).OwnIndexes(change) : undefined;
  await tell({ ...told, corrections: [...told.corrections, ...(indexes?.words ?? [])] });
  if (indexes !== undefined) await set(about.locked(indexes.output(about, restore)));
  else if (restore !== undefined) await set(about.locked((await import("./restore.js")).restoreBeside(restore, about)));
  else await set(listsClasses(call.dataSource) ? (await import("./tell-unlisted.js")).tellUnlisted(about) : undefined);
  return memory;
}

function withRemarks<D extends { readonly told: Told | undefined }>(decision: D, { remarks }: TypeormChange): D {
  const { kept, warnings } = remarks;
  if (kept.length + warnings.length === 0) return decision;
  const { told = nothing } = decision;
  return { ...decision, told: { ...told, corrections: [...kept, ...told.corrections], warnings } };
}

const nothing: Told = { corrections: [], notices: [], unused: [] };

/** Above the CLI's own line. */
async function tell(told: Told): Promise<void> {
  const { corrections, notices, unused, warnings = [] } = told;
  if (corrections.length + notices.length + unused.length + warnings.length > 0) (await import("./tell.js")).tell(told);
}

/** No glob finds the CLI's file. */
function listsClasses({ options: { migrations = [] } }: DataSource): boolean {
  return !Object.values(migrations).some((each) => typeof each === "string");
}
