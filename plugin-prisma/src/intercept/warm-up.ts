import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { loadOpenPlans, loadPlanning, sqlReader } from "@lockstep/core";
import type { EngineInfo } from "../engine/hooks.js";
import type { PrismaProject } from "../project.js";
import { dialectIn } from "../schema/dialect.js";
import { readSchema } from "../schema/read.js";
import { projectOf } from "./project.js";
import type { MigrationsList, SchemaContainer } from "./shapes.js";

/** V8 compiles the parser's WASM function by function, when it is first called. */
const sample = `ALTER TABLE "a" ADD COLUMN "b" TEXT NOT NULL DEFAULT 'c';\nCREATE UNIQUE INDEX "d" ON "a"("b");`;

/**
 * Loads what the next requests need. `migrate dev` begins with the replay of the migrations, in which this process mostly waits for
 * the database. Every change needs the reader of its SQL; a plan needs ten times as much, so that is loaded only when an annotation
 * announces one. Nothing depends on it: who needs something that is not there yet loads it.
 */
export async function warmUp(info: EngineInfo, migrations: MigrationsList): Promise<void> {
  const schema = await schemaOnDisk(info);
  const { readMigration } = await sqlReader(dialectIn(schema.files));
  readMigration(sample, "sample.sql");
  const project = projectOf(info, schema, migrations.baseDir);
  const hasPlans = existsSync(join(project.root, "lockstep"));
  const isAnnotated = schema.files.some(({ content }) => annotation.test(content));
  // Each of these takes a while in which nothing else happens; between them, the engine goes on.
  if (hasPlans) await beside(Promise.all([loadOpenPlans(), import("./follow-plans.js")]));
  if (!isAnnotated || (hasPlans && !(await isPlanAnnounced(schema, project)))) return;
  await beside(Promise.all([loadPlanning(), import("./planning.js")]));
  await beside(import("./write-expand.js"));
  await beside(import("@prisma/prisma-schema-wasm"));
  await beside(import("../codemods/index.js"));
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

/** There is an annotated field that no plan knows: annotations stay in the model until contract. */
async function isPlanAnnounced(schema: SchemaContainer, project: PrismaProject): Promise<boolean> {
  const { openPlans } = await loadOpenPlans();
  const open = await openPlans({ root: project.root, columns: async () => [] });
  const known = open?.plans.flatMap(({ columns }) => columns) ?? [];
  return readSchema(schema.files).models.some((model) =>
    model.fields.some(
      (field) =>
        annotation.test(field.documentation) &&
        !known.some((column) => column.model === model.name && column.field === field.name),
    ),
  );
}
