import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import {
  dateOf,
  findUnfinished,
  finishInterrupted,
  LockstepError,
  loadOpenPlans,
  loadPlanning,
  lockProject,
  nextTimestamps,
  plansAsRead,
  readAhead,
  sqlReader,
} from "@lockstep/core";
import type { EditsAhead } from "@lockstep/core/planning";
import { beQuiet, doing, handledElsewhere } from "@lockstep/core/text";
import type { EngineHooks, EngineInfo, EngineRequest, HookEngine } from "../engine/hooks.js";
import { rootOf } from "../init/config-file.js";
import type { PrismaProject } from "../project.js";
import { dialectIn } from "../schema/dialect.js";
import { readSchema } from "../schema/read.js";
import { leaveNote } from "./after.js";
import { type Change, type ChangeSource, decideChange, noteOf, restored, withoutPending } from "./change.js";
import { projectOf } from "./project.js";
import type {
  CreateMigrationParams,
  CreateMigrationResult,
  DevDiagnosticParams,
  EvaluateDataLossParams,
  EvaluateDataLossResult,
  MigrationsList,
  SchemaContainer,
} from "./shapes.js";
import { uncoveredWarnings } from "./warnings.js";

/** V8 compiles each function of the parser's WASM at its first call. */
const sample = `ALTER TABLE "a" ADD COLUMN "b" TEXT NOT NULL DEFAULT 'c';\nCREATE UNIQUE INDEX "d" ON "a"("b");`;

/**
 * Preloads what the next requests need. `migrate dev` begins with the replay of the migrations, in which this process mostly waits for the
 * database. Every change needs the parser of its SQL; a plan needs ten times as much, so that is loaded only when an annotation announces
 * one. Nothing depends on it: callers load what is missing.
 */
async function warmUp(info: EngineInfo, migrations: MigrationsList): Promise<void> {
  const schema = await schemaOnDisk(info);
  const project = projectOf(info, schema, migrations.baseDir);
  const hasPlans = existsSync(join(project.root, "lockstep"));
  const announced = await announcedModels(schema, project, hasPlans);
  // In a process of its own, which takes longest.
  if (announced.length > 0) readAhead(project.root, announced);
  const { readMigration } = await sqlReader(dialectIn(schema.files));
  readMigration(sample, "sample.sql");
  // Each of these blocks the process for a while; between them, the engine continues.
  if (hasPlans) await beside(Promise.all([loadOpenPlans(), import("./follow-plans.js")]));
  if (announced.length === 0) return;
  await beside(Promise.all([loadPlanning(), import("./planning.js")]));
  await beside(import("@prisma/prisma-schema-wasm"));
}

async function beside(loading: Promise<unknown>): Promise<void> {
  await loading;
  await turn();
}

const annotation = /@lockstep\.(backfill|mirror)\b/;

async function schemaOnDisk({ datamodelPaths, cwd }: EngineInfo): Promise<SchemaContainer> {
  const read = async (path: string) => ({ path, content: await readFile(resolve(cwd, path), "utf8") });
  return { files: await Promise.all(datamodelPaths.map(read)) };
}

/** The models with an annotated field without a plan: annotations stay in the model until contract. */
async function announcedModels(
  schema: SchemaContainer,
  project: PrismaProject,
  hasPlans: boolean,
): Promise<readonly string[]> {
  if (!schema.files.some(({ content }) => annotation.test(content))) return [];
  const open = hasPlans
    ? await (await loadOpenPlans()).openPlans({ root: project.root, columns: async () => [] })
    : undefined;
  const known = open?.plans.flatMap(({ columns }) => columns) ?? [];
  return readSchema(schema.files)
    .models.filter((model) =>
      model.fields.some(
        (field) =>
          annotation.test(field.documentation) &&
          !known.some((column) => column.model === model.name && column.field === field.name),
      ),
    )
    .map(({ name }) => name);
}

/**
 * Lockstep's hooks between Prisma's CLI and its schema engine. `migrate dev` sends two requests: evaluateDataLoss, then createMigration.
 * Both are answered for the model of the current phase; everything else passes unchanged.
 */
export const hooks: EngineHooks = {
  intercept: (request, engine, info) => {
    beQuiet(false);
    return intercept(request, engine, info).finally(() => doing());
  },
  answered({ method }) {
    const change = remembered?.change;
    if (method !== "evaluateDataLoss" || remembered === undefined || change?.kind !== "plan") return;
    // The CLI now prompts for the migration's name, unless it was given.
    beQuiet(true);
    remembered.ahead = import("./write-expand.js").then(({ editsAhead }) => editsAhead(change));
    remembered.ahead.catch(handledElsewhere);
  },
};

const intercept: EngineHooks["intercept"] = async (request, engine, info) => {
  if (/^(?:evaluateDataLoss|createMigration)$/.test(request.method)) doing("reading the change");
  if (await settled(request, engine, info))
    return { result: await engine.call(request.method, relisted(request, info)) };
  if (request.method === "devDiagnostic") {
    // Not awaited: the engine works meanwhile. An error here occurs again where the module is needed, and is reported there.
    warmUp(info, (request.params as DevDiagnosticParams).migrationsList).catch(handledElsewhere);
    return undefined;
  }
  if (request.method === "evaluateDataLoss") {
    const params = request.params as EvaluateDataLossParams;
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
  if (request.method === "createMigration") {
    const params = request.params as CreateMigrationParams;
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
    const script = withoutPending(generated.migrationScript ?? "", change.pending, reader);
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
  return undefined;
};

/** It passes, and no plan restores its model or drops a column later: the request continues unchanged. */
function isUntouched({ kind, restore, pending }: Change): boolean {
  return kind === "pass" && restore === undefined && pending.length === 0;
}

/** The engine behind the proxy, queried for the same migrations as the request. */
function sourceOf(params: EvaluateDataLossParams, engine: HookEngine, info: EngineInfo): ChangeSource {
  return {
    project: projectOf(info, params.schema, params.migrationsList.baseDir),
    schema: params.schema,
    async sqlFor(schema) {
      const request = { ...params, draft: true, migrationName: "lockstep", schema };
      const generated: CreateMigrationResult = await engine.call("createMigration", request);
      return generated.migrationScript ?? "";
    },
  };
}

/**
 * First finishes the write of an earlier run that was killed. Commands that only read or apply migrations leave it unfinished, and report
 * it.
 *
 * @returns whether there was one: then this request lists the migrations from before
 * @throws LS3012 migrations would be applied that contain half of a change
 */
async function settled(request: EngineRequest, engine: HookEngine, info: EngineInfo): Promise<boolean> {
  const { migrationsList } = (request.params ?? {}) as { migrationsList?: MigrationsList };
  if (isFinished || migrationsList === undefined) return false;
  isFinished = true;
  const root = rootOf(resolve(info.cwd, migrationsList.baseDir), info.cwd);
  if (!existsSync(join(root, "lockstep"))) return false;
  const left = findUnfinished(root);
  if (left === undefined) return false;
  const open = [...left.unfinished, ...left.foreign];
  if (request.method === "applyMigrations" && open.length > 0)
    throw new LockstepError("LS3012", `A write was interrupted: ${open.join(", ")}.`);
  if (request.method !== "devDiagnostic") {
    if (open.length > 0) await engine.print("Lockstep: a write was interrupted. To finish it: npx lockstep repair");
    return false;
  }
  const recovery = await finishInterrupted(root, "prisma migrate dev");
  if (recovery.kind === "none" || recovery.files.length === 0) return false;
  await engine.print(`Lockstep: finished a write that was interrupted: ${recovery.files.join(", ")}`);
  return true;
}
let isFinished = false;

/** The request with the migrations that are on disk now. The CLI lists them again for each of its later requests. */
function relisted(request: EngineRequest, info: EngineInfo): EngineRequest["params"] {
  const params = request.params as { migrationsList: MigrationsList };
  const folder = resolve(info.cwd, params.migrationsList.baseDir);
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "migration.sql")))
    .map((entry) => entry.name)
    .sort();
  const migrationDirectories = names.map((path) => ({
    path,
    migrationFile: {
      path: "migration.sql",
      content: { tag: "ok", value: readFileSync(join(folder, path, "migration.sql"), "utf8") },
    },
  }));
  return { ...params, migrationsList: { ...params.migrationsList, migrationDirectories } };
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
