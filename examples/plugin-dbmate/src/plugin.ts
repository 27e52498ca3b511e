import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nextTimestamps, type OrmPlugin, sqlReader } from "@lockstep/core";
import { deployingSession, readApplied, recordApplied } from "./applied.js";
import { deploy } from "./deploy.js";
import { findMigrations } from "./find-migrations.js";
import { readHandWritten } from "./hand-written.js";
import { migrationNames, migrationPath, readMigrationFile, writeBlocks, writtenSql } from "./migration-file.js";
import { type DbmateProject, findProject } from "./project.js";
import { columnsAdded, readTables } from "./tables.js";
import { wordsFor } from "./words.js";

/** dbmate, as the core sees it: PostgreSQL, and migrations that people write as SQL. */
export const dbmatePlugin: OrmPlugin = {
  id: "dbmate",
  packageName: "lockstep-dbmate",
  packageFolder: fileURLToPath(new URL("..", import.meta.url)),
  words: wordsFor("schema_migrations"),
  wordsOf: (project) => wordsFor((project as DbmateProject).migrationsTable),
  findProject: async (cwd) => findProject(cwd),

  // The models: the tables as the migrations make them. No file declares them besides, so there is nothing to edit.
  readModels: async (project) => readTables(project as DbmateProject, await sqlReader(project.dialect)),
  editModels: async () => [],
  modelFiles: async (project, model) =>
    migrationNames(project)
      .map((name) => migrationPath(project, name))
      .filter((file) => readFileSync(join(project.root, file), "utf8").includes(model)),
  async fieldsIn() {
    const reader = await sqlReader("postgresql");
    return (text, model) => columnsAdded(text, model, reader);
  },

  // The files of migrations: their names, and what stands in them.
  stamps: nextTimestamps,
  migrationName: ({ id }, stamp, slug) =>
    [stamp, id.replace(/^\d+_?/, ""), slug.replaceAll("-", "_")].filter((part) => part !== "").join("_"),
  migrationPath,
  migrationText: (_project, _name, content) => writeBlocks(content),
  isMigrationOf: (text, _file, content) => text === writeBlocks(content),
  migrationSql: writtenSql,
  async readStatements(project, name) {
    const blocks = readMigrationFile(project, name);
    return blocks && { up: [blocks.up], down: blocks.down === "" ? [] : [blocks.down] };
  },
  listMigrations: migrationNames,
  readHandWritten: async (project, file) => readHandWritten(project as DbmateProject, file),

  // What a target has.
  readApplied: async (connection, project) => readApplied(connection, project as DbmateProject),
  bookkeeping: (project) => [{ name: (project as DbmateProject).migrationsTable }],
  readFailure: async () => undefined,
  deployingSession,

  // How migrations get there.
  deploy: async (project, url, onLine, limit) => deploy(project as DbmateProject, url, onLine, limit),
  transactions: () => "each",
  async resolve(project, url, migration, as) {
    if (as === "applied") await recordApplied(project, url, migration);
    return { exitCode: 0, output: "" };
  },

  findMigrations: async (repository) => findMigrations(repository),
  transforms: async () => [],
  initialise: async () => ({
    changes: [],
    notes: [],
    byHand: undefined,
    packages: [{ name: "lockstep-dbmate", kind: "dev" }],
  }),
};
