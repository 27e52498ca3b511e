import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertInstalled, type EntityModel, type FileChange, nextTimestamps, type OrmPlugin } from "@lockstep/core";
import { deployingSession, readAppliedMigrations, readMigrationFailure } from "./applied.js";
import { prismaCommand } from "./cli/prisma-command.js";
import { dialectOn } from "./dialects/dialects.js";
import { convertedModels } from "./extensions/converted-models.js";
import type { PrismaProject } from "./project.js";
import { editSchema } from "./schema/edit-schema.js";
import { fieldsIn } from "./schema/fields-in.js";
import { schemaFiles } from "./schema/files.js";
import { declaredIndexes } from "./schema/indexes.js";
import { prismaWords } from "./words.js";

/** The core's interface to Prisma 7. */
export const prismaPlugin: OrmPlugin = {
  id: "prisma",
  packageName: "@lockstep/prisma",
  packageFolder: fileURLToPath(new URL("..", import.meta.url)),
  words: prismaWords,

  async findProject(cwd, isNew) {
    assertInstalled("@lockstep/core", import.meta.url);
    return (await import("./init/project.js")).findProject(cwd, isNew);
  },

  async readModels(project): Promise<readonly EntityModel[]> {
    return convertedModels(schemaFiles(project), project);
  },

  readModelsIn: async (root) => (await import("./schema/models-in.js")).modelsIn(root),

  readIndexes: async (project) => declaredIndexes(schemaFiles(project)),

  readClients: async (project, code) => (await import("./schema/clients.js")).readClients(project, code),

  namesRawQueries({ ormVersion }, code) {
    if (code.some(({ text }) => text.includes("statementNameGenerator"))) return true;
    // The engine of Prisma 6 keeps up to 100 prepared statements per connection. Adapters send raw queries without a name.
    return (
      Number.parseInt(ormVersion, 10) < 7 &&
      !code.some(({ text }) => /@prisma\/(?:adapter|extension-accelerate)/.test(text))
    );
  },

  async editModels(project, edits): Promise<readonly FileChange[]> {
    const before = schemaFiles(project);
    const after = await editSchema(before, edits);
    return after
      .map((file, index) => ({ file: file.path, before: before[index]?.content, after: file.content }))
      .filter((change) => change.before !== change.after);
  },

  renameField: async (project, rename) =>
    (await import("./schema/rename.js")).renameField(schemaFiles(project), rename, project.root),
  modelFiles: async (project, model) =>
    schemaFiles(project)
      .filter(({ content }) => fieldsIn(content, model).length > 0)
      .map(({ path }) => path),
  fieldsIn: async () => fieldsIn,

  stamps: nextTimestamps,
  migrationName: ({ id }, stamp, slug) =>
    [stamp, id.replace(/^\d+_?/, ""), slug.replaceAll("-", "_")].filter((part) => part !== "").join("_"),
  migrationPath: (project, name) => `${project.migrationsFolder}/${name}/migration.sql`,
  migrationText: (_project, _name, { sql }) => sql,
  isMigrationOf: (text, _file, { sql }) => text === sql,
  migrationSql: (text) => text,

  listMigrations(project) {
    const folder = join(project.root, project.migrationsFolder);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "migration.sql")))
      .map((entry) => entry.name)
      .sort();
  },

  readHandWritten: async (project, file) =>
    (await import("./hand-written.js")).readHandWritten(project as PrismaProject, file),

  readApplied: readAppliedMigrations,
  bookkeeping: () => [{ name: "_prisma_migrations" }],
  readFailure: readMigrationFailure,
  deployingSession,

  async readStatements(project, name) {
    const path = join(project.root, project.migrationsFolder, name, "migration.sql");
    return existsSync(path) ? { up: [readFileSync(path, "utf8")], down: [] } : undefined;
  },

  deploy: async (...request) => (await import("./cli/deploy.js")).deploy(...request),
  withholds: async (project, url) => (await import("./cli/deploy.js")).withholds(project, url),
  transactions: ({ ormVersion, dialect }) => dialectOn(dialect).transactions(ormVersion),
  resolve: async (project, url, migration, as) =>
    (await import("./cli/deploy.js")).resolve(project, url, migration, as),
  findMigrations: async (repository) => (await import("./find-migrations.js")).findMigrations(repository),
  commands: [prismaCommand],

  transforms: async () => (await import("./codemods/index.js")).prismaTransforms,

  checks: async () => (await import("./doctor/index.js")).prismaChecks,

  initialise: async (project, firstForm) => (await import("./init/initialise.js")).initialise(project, firstForm),
};
