import { basename } from "node:path";
import { fileHash } from "@lockstep/core";
import type { ReleasingPlugin } from "@lockstep/core/planning";
import { licenseIn, licenseOf } from "./migrations/license.js";
import { listMigrations } from "./migrations/list.js";
import { migrationName, migrationPath, stamps } from "./migrations/names.js";
import { readMigrationSql } from "./migrations/read-sql.js";
import { renderMigration } from "./migrations/render.js";
import type { Flavour, TypeormProject } from "./project.js";
import { generalWords } from "./words.js";

const flavours: readonly Flavour[] = [
  { language: "ts", module: "esm" },
  { language: "js", module: "esm" },
  { language: "js", module: "commonjs" },
];

/** How the files of a phase are written in a project that uses TypeORM. */
export const typeormFiles: ReleasingPlugin = {
  words: generalWords,
  readModels: async (project) => (await import("./entities/project.js")).readProjectEntities(project),
  readIndexes: async (project) => (await import("./entities/project.js")).readProjectIndexes(project),
  editModels: async (project, edits) => (await import("./entities/project.js")).editProjectEntities(project, edits),
  modelFiles: async (project, model) => (await import("./entities/files.js")).modelFiles(project, model),
  fieldsIn: async () => (await import("./entities/fields-in.js")).fieldsIn,
  stamps,
  migrationName,
  migrationPath: (project, name) => migrationPath(project as TypeormProject, name),
  migrationText: (project, name, content) =>
    licenseIn(project as TypeormProject) +
    renderMigration({ name, content, flavour: (project as TypeormProject).flavour }),
  isMigrationOf: (text, file, content) =>
    flavours.some((flavour) => {
      const made = renderMigration({ name: basename(file).replace(/\.[cm]?[jt]s$/, ""), content, flavour });
      return fileHash(file, made) === fileHash(file, text.slice(licenseOf(text).length));
    }),
  migrationSql: readMigrationSql,
  listMigrations: (project) => listMigrations(project as TypeormProject),
  register: async (project, files, edited) => {
    const { classes, globs } = project as TypeormProject;
    // Whatever the folder is, the globs are the user's: they are not edited.
    if (classes.length === 0 && globs.length > 0) return { changes: [], unlisted: [] };
    return (await import("./registration/register.js")).register(project as TypeormProject, files, edited);
  },
  transforms: async () => (await import("./codemods/index.js")).typeormTransforms,
};
