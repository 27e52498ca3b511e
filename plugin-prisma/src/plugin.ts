import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  assertInstalled,
  type EntityModel,
  type FieldEdit,
  type FileChange,
  type ModelEdit,
  nextTimestamps,
  type OrmPlugin,
  type PlannedColumn,
} from "@lockstep/core";
import { deployingSession, readAppliedMigrations, readMigrationFailure } from "./applied.js";
import { prismaCommand } from "./cli/prisma-command.js";
import { transactionsOf } from "./engine/prisma-version.js";
import type { PrismaProject } from "./project.js";
import { dropAnnotations } from "./schema/drop-annotations.js";
import { makeOptional, makeRequired } from "./schema/edit.js";
import { editModels } from "./schema/edit-models.js";
import { toEntityModels } from "./schema/entities.js";
import { findEnum, removeEnum } from "./schema/enum.js";
import { fieldsIn } from "./schema/fields-in.js";
import { schemaFiles } from "./schema/files.js";
import type { SchemaFile } from "./schema/model.js";
import { readSchema } from "./schema/read.js";
import { removeField } from "./schema/remove.js";
import { restoreAnnotations } from "./schema/restore-annotations.js";
import { dropUnique, keepUnique } from "./schema/unique.js";
import { type FieldEditKind, type SchemaEdit, verifyEdits } from "./schema/verify.js";

/** Prisma 7, as the core sees it. */
export const prismaPlugin: OrmPlugin = {
  id: "prisma",
  packageName: "@lockstep/prisma",
  packageFolder: fileURLToPath(new URL("..", import.meta.url)),
  words: {
    deploy: "npx prisma migrate deploy",
    recover: (migration) => `npx prisma migrate resolve --rolled-back ${migration} && npx prisma migrate deploy`,
    skip: (migration) => `npx prisma migrate resolve --applied ${migration}`,
    execute: (file) => `npx prisma db execute --file ${file}`,
    generate: "npx prisma generate",
    develop: "npx prisma migrate dev",
    annotation: (text) => `/// ${text}`,
    columnName: (name) => `@map(${JSON.stringify(name)})`,
  },

  async findProject(cwd) {
    assertInstalled("@lockstep/core", import.meta.url);
    return (await import("./init/project.js")).findProject(cwd);
  },

  async readModels(project): Promise<readonly EntityModel[]> {
    return toEntityModels(schemaFiles(project));
  },

  readClients: async (project, code) => (await import("./schema/clients.js")).readClients(project, code),

  async editModels(project, edits): Promise<readonly FileChange[]> {
    const before = schemaFiles(project);
    const needed = edits
      .filter(isOfSchema)
      .filter((edit) => edit.kind !== "removeField" || hasField(before, edit.column));
    if (needed.length === 0) return [];
    const within = needed
      .filter(isWithin)
      .map((edit) => ({ ...edit, model: edit.column.model, field: edit.column.field }));
    // A removed relation goes on both of its sides, and a type belongs to no model.
    const others = needed.filter((edit) => !isWithin(edit));
    const after = others.reduce(applyEdit, editModels(before, within, applyEdit));
    await verifyEdits(before, after, needed.flatMap(schemaEdits(before, after)));
    return after
      .map((file, index) => ({ file: file.path, before: before[index]?.content, after: file.content }))
      .filter((change) => change.before !== change.after);
  },

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
  readFailure: readMigrationFailure,
  deployingSession,

  async readStatements(project, name) {
    const path = join(project.root, project.migrationsFolder, name, "migration.sql");
    return existsSync(path) ? { up: [readFileSync(path, "utf8")], down: [] } : undefined;
  },

  deploy: async (project, url, onLine, limit) => (await import("./cli/deploy.js")).deploy(project, url, onLine, limit),
  transactions: ({ ormVersion }) => transactionsOf(ormVersion),
  resolve: async (project, url, migration, as) =>
    (await import("./cli/deploy.js")).resolve(project, url, migration, as),
  commands: [prismaCommand],

  transforms: async () => (await import("./codemods/index.js")).prismaTransforms,

  checks: async () => (await import("./doctor/index.js")).prismaChecks,

  initialise: async (project) => (await import("./init/initialise.js")).initialise(project),
};

/** Reads are kept away by an option of the client, in code: the schema says nothing about them. */
type SchemaModelEdit = Exclude<ModelEdit, FieldEdit> | (FieldEdit & { readonly kind: FieldEditKind });

function isOfSchema(edit: ModelEdit): edit is SchemaModelEdit {
  return edit.kind !== "openReads" && edit.kind !== "closeReads";
}

/** Whether an edit stays inside of the declaration of one field. */
function isWithin(edit: SchemaModelEdit): edit is FieldEdit & { readonly kind: FieldEditKind } {
  return "column" in edit && edit.kind !== "removeField";
}

function applyEdit(files: SchemaFile[], edit: SchemaModelEdit): SchemaFile[] {
  switch (edit.kind) {
    case "makeOptional":
      return makeOptional(files, edit.column.model, edit.column.field);
    case "makeRequired": {
      const { model, field } = edit.column;
      // What the annotations said stands in the plan; contract leaves nothing of Lockstep in the model.
      return dropAnnotations(makeRequired(files, model, field, edit.original), model, field);
    }
    case "dropAnnotations":
      return dropAnnotations(files, edit.column.model, edit.column.field);
    case "reopen": {
      const { model, field } = edit.column;
      const annotated = edit.original === undefined ? files : restoreAnnotations(files, model, field, edit.original);
      return makeOptional(annotated, model, field);
    }
    case "removeField":
      return removeField(files, edit.column.model, edit.column.field);
    case "keepUnique":
      return keepUnique(files, edit.unique);
    case "dropUnique":
      return dropUnique(files, edit.unique);
    case "removeType":
      return removeEnum(files, edit.type);
    default:
      return edit satisfies never;
  }
}

/** The edits by the names of the model, for Prisma's own check. An enum that is still used was not removed. */
const schemaEdits =
  (before: readonly SchemaFile[], after: readonly SchemaFile[]) =>
  (edit: SchemaModelEdit): SchemaEdit[] => {
    if ("unique" in edit) return [edit];
    if ("column" in edit) return [{ kind: edit.kind, model: edit.column.model, field: edit.column.field }];
    const found = findEnum(before, edit.type);
    return found === undefined || findEnum(after, edit.type) !== undefined
      ? []
      : [{ kind: "removeEnum", name: found.name }];
  };

/** A field that a person has removed already needs no undo. */
function hasField(files: readonly SchemaFile[], { model, field }: PlannedColumn): boolean {
  const found = readSchema(files).models.find((candidate) => candidate.name === model);
  return found?.fields.some((candidate) => candidate.name === field) === true;
}
