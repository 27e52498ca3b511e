import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { beQuiet, doing, handledElsewhere, journalFile } from "@lockstep/core/text";
import type { EngineHooks, EngineInfo, EngineRequest, HookEngine } from "../engine/hooks.js";
import { rootOf } from "../init/config-file.js";
import { dialectIn } from "../schema/dialect.js";
import type { MigrationsList, SchemaContainer } from "./shapes.js";

// The engine gets its first request after this module is loaded: what only a later one needs is imported there.
const core = () => import("@lockstep/core");

/** V8 compiles each function of the parser's WASM at its first call. */
const sample = `ALTER TABLE "a" ADD COLUMN "b" TEXT NOT NULL DEFAULT 'c';\nCREATE UNIQUE INDEX "d" ON "a"("b");`;

/**
 * Preloads what the next requests need. `migrate dev` begins with the replay of the migrations, in which this process mostly waits for the
 * database. Every change needs the parser of its SQL; a plan needs ten times as much, so that is loaded only when an annotation announces
 * one. Nothing depends on it: callers load what is missing.
 */
async function warmUp(engine: HookEngine, info: EngineInfo): Promise<void> {
  const schema = await schemaOnDisk(info);
  const root = rootOf(resolve(info.cwd, schema.files[0]?.path ?? "schema.prisma"), info.cwd);
  const hasPlans = existsSync(join(root, "lockstep"));
  const announced = await announcedModels(schema, root, hasPlans);
  // In a process of its own, which takes longest.
  if (announced.length > 0) (await core()).readAhead(root, announced);
  await engine.waits();
  const { loadOpenPlans, loadPlanning, namedColumns, sqlReader } = await core();
  const { readMigration } = await sqlReader(dialectIn(schema.files));
  readMigration(sample, "sample.sql");
  // Each of these blocks the process for a while; between them, the engine continues.
  await beside(import("./requests.js"));
  if (hasPlans) {
    // Its result is not kept, because a file can still change; but the decision then finds its code compiled.
    const [{ openPlans }, { toEntityModels }] = await Promise.all([
      loadOpenPlans(),
      import("../schema/entities.js"),
      import("./follow-plans.js"),
    ]);
    await beside(openPlans({ root, columns: async () => namedColumns(toEntityModels(schema.files)) }));
  }
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
async function announcedModels(schema: SchemaContainer, root: string, hasPlans: boolean): Promise<readonly string[]> {
  if (!schema.files.some(({ content }) => annotation.test(content))) return [];
  const [{ loadOpenPlans }, { readSchema }] = await Promise.all([core(), import("../schema/read.js")]);
  const open = hasPlans ? await (await loadOpenPlans()).openPlans({ root, columns: async () => [] }) : undefined;
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
  answered: ({ method }) => answers?.answered(method),
};

const intercept: EngineHooks["intercept"] = async (request, engine, info) => {
  const isOfChange = /^(?:evaluateDataLoss|createMigration)$/.test(request.method);
  if (isOfChange) doing("reading the change");
  if (await settled(request, engine, info))
    return { result: await engine.call(request.method, relisted(request, info)) };
  // Not awaited: the engine works meanwhile. An error here occurs again where the module is needed, and is reported there.
  if (request.method === "devDiagnostic") {
    warmUp(engine, info).catch(handledElsewhere);
  }
  if (!isOfChange) return undefined;
  answers ??= await import("./requests.js");
  return answers.answer(request, engine, info);
};
let answers: typeof import("./requests.js") | undefined;

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
  if (!existsSync(join(root, journalFile))) return false;
  const { findUnfinished, finishInterrupted, LockstepError } = await core();
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
