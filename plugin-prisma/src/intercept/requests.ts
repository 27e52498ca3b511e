/** The two requests of `migrate dev` that are answered for the model of the current phase. */
import { dateOf, lockProject, nextTimestamps, plansAsRead, sqlReader } from "@lockstep/core";
import type { EditsAhead } from "@lockstep/core/planning";
import { beQuiet, handledElsewhere } from "@lockstep/core/text";
import type { EngineInfo, EngineRequest, HookEngine } from "../engine/hooks.js";
import { dialectIn } from "../schema/dialect.js";
import { leaveNote } from "./after.js";
import { type Change, type ChangeSource, decideChange, noteOf, restored, withoutDrops } from "./change.js";
import { projectOf } from "./project.js";
import type {
  CreateMigrationParams,
  CreateMigrationResult,
  EvaluateDataLossParams,
  EvaluateDataLossResult,
} from "./shapes.js";
import { uncoveredWarnings } from "./warnings.js";

type Answer = { readonly result: unknown } | undefined;

/** @returns undefined: the request passes unchanged */
export function answer({ method, params }: EngineRequest, engine: HookEngine, info: EngineInfo): Promise<Answer> {
  return method === "evaluateDataLoss" ? evaluateDataLoss(params, engine, info) : createMigration(params, engine, info);
}

/** Called when the CLI has the answer. */
export function answered(method: string): void {
  const change = remembered?.change;
  if (method !== "evaluateDataLoss" || remembered === undefined || change?.kind !== "plan") return;
  // The CLI now prompts for the migration's name, unless it was given.
  beQuiet(true);
  remembered.ahead = import("./write-expand.js").then(({ editsAhead }) => editsAhead(change));
  remembered.ahead.catch(handledElsewhere);
}

async function evaluateDataLoss(params: EvaluateDataLossParams, engine: HookEngine, info: EngineInfo): Promise<Answer> {
  const isAsRead = plansAsRead(projectOf(info, params.schema, params.migrationsList.baseDir).root);
  const change = await decideChange(sourceOf(params, engine, info));
  remembered = { key: keyOf(params), change, isAsRead };
  if (isUntouched(change)) return undefined;
  const relaxed = { ...params, schema: change.schema };
  const result: EvaluateDataLossResult = await engine.call("evaluateDataLoss", relaxed);
  const warnings = uncoveredWarnings(result.warnings, change);
  // Without a step, the CLI asks for no name. Expand may change the code alone.
  const isEmpty = change.kind === "pass" && change.isEmpty;
  const migrationSteps = isEmpty ? 0 : Math.max(result.migrationSteps, change.kind === "plan" ? 1 : 0);
  return { result: { ...result, warnings, migrationSteps } };
}

async function createMigration(params: CreateMigrationParams, engine: HookEngine, info: EngineInfo): Promise<Answer> {
  // --create-only may ask for the migration alone.
  const { root } = projectOf(info, params.schema, params.migrationsList.baseDir);
  const known = remembered?.key === keyOf(params) ? remembered : undefined;
  remembered = undefined;
  const isAsRead = known?.isAsRead ?? plansAsRead(root);
  const change = known?.change ?? (await decideChange(sourceOf(params, engine, info)));
  if (change.message !== undefined) await engine.print(change.message);
  leaveNote(await noteOf(change), process.env);
  if (isUntouched(change)) return undefined;
  // Until this process ends: the CLI writes its own migration meanwhile.
  await lockProject(root, "prisma migrate dev");
  isAsRead();
  const relaxed = { ...params, schema: change.schema };
  const generated: CreateMigrationResult = await engine.call("createMigration", relaxed);
  const reader = await sqlReader(dialectIn(params.schema.files));
  const script = withoutDrops(generated.migrationScript ?? "", change, reader);
  // `--create-only` requires a script.
  const result = { ...generated, migrationScript: script === "" && !params.draft ? null : script };
  if (change.kind === "pass") {
    const message = await restored(change);
    if (message !== undefined) await engine.print(message);
    return { result };
  }
  const { leaveExpand } = await import("./write-expand.js");
  const { prismaPlugin } = await import("../plugin.js");
  // The files of another plan are a second apart and may be ahead of the clock: the new ones run after them.
  const [stamp = ""] = nextTimestamps(
    dateOf(result.generatedMigrationName),
    prismaPlugin.listMigrations(change.project),
    1,
  );
  const generatedMigrationName = stamp + result.generatedMigrationName.slice(14);
  const ahead = await known?.ahead;
  const { text, first } = await leaveExpand(change, generatedMigrationName, result.migrationScript ?? "", ahead);
  await engine.print(text);
  return { result: { ...result, generatedMigrationName, migrationScript: first } };
}

/** It passes, no plan restores its model, and no drop is left out: the request continues unchanged. */
function isUntouched({ kind, restore, pending, undeclared }: Change): boolean {
  return kind === "pass" && restore === undefined && pending.length + undeclared.length === 0;
}

/** The engine behind the proxy, queried for the same migrations as the request. */
function sourceOf(params: EvaluateDataLossParams, engine: HookEngine, info: EngineInfo): ChangeSource {
  return {
    project: projectOf(info, params.schema, params.migrationsList.baseDir),
    schema: params.schema,
    canLeaveOut: true,
    async sqlFor(schema) {
      const request = { ...params, draft: true, migrationName: "lockstep", schema };
      const generated: CreateMigrationResult = await engine.call("createMigration", request);
      return generated.migrationScript ?? "";
    },
  };
}

/** The decision for the schema of the last evaluateDataLoss: the same CLI run asks for its migration next. */
let remembered: Remembered | undefined;

interface Remembered {
  readonly key: string;
  readonly change: Change;
  isAsRead(): void;
  ahead?: Promise<EditsAhead>;
}

function keyOf(params: EvaluateDataLossParams): string {
  return JSON.stringify(params.schema.files);
}
