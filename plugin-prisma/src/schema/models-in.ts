import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { type EntityModel, LockstepError, largest, readTextOrFail } from "@lockstep/core";
import { isOfRepository, isOpen, readPlans } from "@lockstep/core/planning";
import { loadSchemaFiles } from "@prisma/schema-files-loader";
import { toEntityModels } from "./entities.js";
import type { SchemaFile } from "./model.js";

/**
 * The models of the schema that a folder's plans are about, the open ones first. Prisma's config defines its files, but is code: this uses only the files.
 * A schema is one file, or a folder with a datasource in one of its files.
 *
 * @throws LS8001 there is no schema · LS8012 see `parseSchema`
 */
export async function modelsIn(root: string): Promise<readonly EntityModel[]> {
  const { plans } = readPlans(root);
  const named = [...plans.filter(isOpen), ...plans.filter((plan) => !isOpen(plan))].flatMap(({ originalModels }) =>
    originalModels.map(({ file }) => file),
  );
  const file = [...named, "schema.prisma", "prisma/schema.prisma"].find(
    (each) => each.endsWith(".prisma") && isOfRepository(root, each) && existsSync(join(root, each)),
  );
  if (file === undefined)
    throw new LockstepError(
      "LS8001",
      `No Prisma schema at ${[...new Set(named), "prisma/schema.prisma"].join(" or ")}.`,
    );
  const own = { path: file, content: readTextOrFail(join(root, file), largest.schema) };
  for (let folder = dirname(file); folder !== "."; folder = dirname(folder)) {
    const files = await filesBelow(root, folder);
    const isWhole = files.some(({ content }) => datasource.test(content));
    if (!isWhole) continue;
    // If the schema is one file, others of its folder may be copies of it.
    if (datasource.test(own.content) && files.length > 1 && !isOneSchema(files)) break;
    return toEntityModels(files);
  }
  return toEntityModels([own]);
}

const datasource = /^\s*datasource\s/m;

async function filesBelow(root: string, folder: string): Promise<SchemaFile[]> {
  const found = await loadSchemaFiles(join(root, folder));
  return found
    .map(([path, content]) => ({ path: relative(root, path).split(sep).join("/"), content }))
    .filter(({ path }) => isOfRepository(root, path))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

function isOneSchema(files: readonly SchemaFile[]): boolean {
  try {
    toEntityModels(files);
    return true;
  } catch (error) {
    if (error instanceof LockstepError) return false;
    throw error;
  }
}
