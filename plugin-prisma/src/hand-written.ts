import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type HandWrittenMigration, LockstepError } from "@lockstep/core";
import { defaultSchema } from "@lockstep/core/planning";
import type { PrismaProject } from "./project.js";
import { schemaFiles } from "./schema/files.js";
import { originalModels } from "./schema/originals.js";
import { readSchema } from "./schema/read.js";
import { columnSources } from "./schema/sources.js";
import { formerUniques } from "./schema/unique.js";
import { version } from "./version.js";

/**
 * Reads a hand-written migration: its file, or its folder.
 *
 * @throws LS3032 when the file is not in the migrations folder
 */
export async function readHandWritten(project: PrismaProject, file: string): Promise<HandWrittenMigration> {
  const { migrationsFolder, root } = project;
  const folder = file.replace(/\/(?:migration\.sql)?$/, "");
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  const path = `${migrationsFolder}/${name}/migration.sql`;
  if (`${migrationsFolder}/${name}` !== folder)
    throw new LockstepError("LS3032", `${file} is not in ${migrationsFolder}.`, {
      hint: `For example: ${migrationsFolder}/<timestamp>_<name>/migration.sql`,
    });
  const files = schemaFiles(project);
  const schema = readSchema(files);
  return {
    name,
    file: path,
    versions: { lockstep: version, orm: project.ormVersion },
    sql: readFileSync(join(root, path), "utf8"),
    defaultSchema: project.developmentUrl === undefined ? "public" : await defaultSchema(project.developmentUrl),
    project,
    sources: { column: await columnSources(schema, project), formerUnique: formerUniques(schema, project) },
    originalModels: (columns) => originalModels(schema, files, project, columns),
  };
}
