import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EntityModel, FileChange, ModelEdit, OrmPlugin, PlannedColumn, Project } from "@lockstep/core";
import { deployingSession, readAppliedMigrations, readMigrationFailure } from "./applied.js";
import { prismaCommand } from "./cli/prisma-command.js";
import type { PrismaProject } from "./project.js";
import { dropAnnotations } from "./schema/drop-annotations.js";
import { makeOptional, makeRequired } from "./schema/edit.js";
import { editModels } from "./schema/edit-models.js";
import { toEntityModels } from "./schema/entities.js";
import type { SchemaFile } from "./schema/model.js";
import { readSchema } from "./schema/read.js";
import { removeField } from "./schema/remove.js";
import { restoreAnnotations } from "./schema/restore-annotations.js";
import { verifyEdits } from "./schema/verify.js";

/** Prisma 7, as the core sees it. */
export const prismaPlugin: OrmPlugin = {
  id: "prisma",
  words: {
    deploy: "npx prisma migrate deploy",
    recover: (migration) => `npx prisma migrate resolve --rolled-back ${migration} && npx prisma migrate deploy`,
    skip: (migration) => `npx prisma migrate resolve --applied ${migration}`,
    execute: (file) => `npx prisma db execute --file ${file}`,
    generate: "npx prisma generate",
    develop: "npx prisma migrate dev",
  },

  findProject: async (cwd) => (await import("./init/project.js")).findProject(cwd),

  async readModels(project): Promise<readonly EntityModel[]> {
    return toEntityModels(readSchema(schemaFiles(project)));
  },

  async editModels(project, edits): Promise<readonly FileChange[]> {
    const before = schemaFiles(project);
    const needed = edits.filter(({ kind, column }) => kind !== "removeField" || hasField(before, column));
    if (needed.length === 0) return [];
    const isRemoval = ({ kind }: ModelEdit) => kind === "removeField";
    const within = needed.filter((edit) => !isRemoval(edit)).map((edit) => ({ ...edit, ...namesOf(edit) }));
    // A removed relation goes on both of its sides.
    const after = needed.filter(isRemoval).reduce(applyEdit, editModels(before, within, applyEdit));
    await verifyEdits(
      before,
      after,
      needed.map(({ kind, column }) => ({ kind, model: column.model, field: column.field })),
    );
    return after
      .map((file, index) => ({ file: file.path, before: before[index]?.content, after: file.content }))
      .filter((change) => change.before !== change.after);
  },

  migrationFile: (project, name, sql) => ({ file: `${project.migrationsFolder}/${name}/migration.sql`, text: sql }),

  listMigrations(project) {
    const folder = join(project.root, project.migrationsFolder);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "migration.sql")))
      .map((entry) => entry.name)
      .sort();
  },

  readApplied: readAppliedMigrations,
  readFailure: readMigrationFailure,
  deployingSession,

  deploy: async (project, url, onLine) => (await import("./cli/deploy.js")).deploy(project, url, onLine),
  resolve: async (project, url, migration, as) =>
    (await import("./cli/deploy.js")).resolve(project, url, migration, as),
  commands: [prismaCommand],

  transforms: async () => (await import("./codemods/index.js")).prismaTransforms,

  checks: async () => (await import("./doctor/index.js")).prismaChecks,

  initialise: async (project) => (await import("./init/initialise.js")).initialise(project),
};

function namesOf({ column: { model, field } }: ModelEdit) {
  return { model, field };
}

function applyEdit(files: SchemaFile[], { kind, column, original }: ModelEdit): SchemaFile[] {
  switch (kind) {
    case "makeOptional":
      return makeOptional(files, column.model, column.field);
    case "makeRequired":
      // What the annotations said stands in the plan; contract leaves nothing of Lockstep in the model.
      return dropAnnotations(makeRequired(files, column.model, column.field, original), column.model, column.field);
    case "dropAnnotations":
      return dropAnnotations(files, column.model, column.field);
    case "reopen":
      return makeOptional(
        original === undefined ? files : restoreAnnotations(files, column.model, column.field, original),
        column.model,
        column.field,
      );
    case "removeField":
      return removeField(files, column.model, column.field);
    default:
      return kind satisfies never;
  }
}

/** A field that a person has removed already needs no undo. */
function hasField(files: readonly SchemaFile[], { model, field }: PlannedColumn): boolean {
  const found = readSchema(files).models.find((candidate) => candidate.name === model);
  return found?.fields.some((candidate) => candidate.name === field) === true;
}

/** The schema as it stands on disk; paths from the root. */
function schemaFiles(project: Project): SchemaFile[] {
  return (project as PrismaProject).schemaFiles.map((path) => ({
    path,
    content: readFileSync(join(project.root, path), "utf8"),
  }));
}
