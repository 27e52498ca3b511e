import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type EntityModel, type HandWrittenMigration, LockstepError, type Migration, sqlReader } from "@lockstep/core";
import { dialectOn } from "../dialects/dialects.js";
import { originalModels } from "../entities/edit/originals.js";
import { formerUniques } from "../entities/edit/unique.js";
import { entityFiles } from "../entities/files.js";
import { isAlike } from "../entities/names.js";
import { type KnownColumn, readEntities } from "../entities/read.js";
import { columnSources } from "../entities/sources.js";
import type { Flavour, TypeormProject } from "../project.js";
import { version } from "../version.js";
import { readClass } from "./evaluate/read-migration.js";
import { readMigrationFiles } from "./list.js";
import { stampOf } from "./names.js";
import { onTheirLines } from "./on-their-lines.js";
import { modesGiven } from "./run-mode.js";
import { withOwnDown } from "./take-back.js";

/**
 * Reads a hand-written migration class: the statements of its `up` and `down`, provided that all of them are literals.
 *
 * @throws LS1004 code assembles SQL, or does something else · LS3032 no migration that the data source finds · LS9065 TypeORM rejects its
 * transaction setting
 */
export async function readHandWritten(project: TypeormProject, file: string): Promise<HandWrittenMigration> {
  const found = readMigrationFiles(project).find((each) => each.file === file);
  if (found === undefined) throw await notLoaded(project, file);
  const text = readFileSync(join(project.root, file), "utf8");
  const { name } = found;
  const { up, down, built, className, transaction } = readClass(text, file);
  // A plan can revert what it creates, whatever the class's `down` contains.
  const [first] = built.filter(({ method, what }) => method === "up" || what !== "a throw");
  if (first !== undefined)
    throw new LockstepError(
      "LS1004",
      `${file}:${first.line}: ${first.what} in ${first.method}(): nothing was changed.`,
      {
        details: { built },
      },
    );
  if (stampOf(name) === undefined || stampOf(name) !== stampOf(className))
    throw noMigration(
      file,
      `its class is ${className}, and a plan is named after the file, with the same 13 digits`,
      `Call the file ${stampOf(className) ?? "<timestamp>"}-${className.replace(/\d{13}$/, "")}, then run the command again.`,
    );
  const isGiven = project.scripts.some(({ rest }) => modesGiven(`migration:run ${rest.join(" ")}`).length > 0);
  if (transaction !== undefined && project.transactions === "all" && !isGiven)
    throw new LockstepError(
      "LS9065",
      `${file}: ${className} sets transaction = ${transaction}, but ${project.dataSourceFile} has the transaction mode "all": nothing was changed.`,
    );
  const files = await entityFiles(project);
  const sql = onTheirLines(up);
  const { readMigration } = await sqlReader(project.dialect);
  const back = readMigration(onTheirLines(down), file);
  const known = namedBy(readEntities(files), readMigration(sql, file));
  return {
    name,
    file,
    versions: { lockstep: version, orm: project.ormVersion },
    sql,
    defaultSchema: await dialectOn(project.dialect).defaultSchema(project),
    project: { ...project, migrationsFolder: dirname(file), flavour: flavourOf(file, text) } as TypeormProject,
    sources: { column: columnSources(files, known), formerUnique: formerUniques(files, project, known) },
    originalModels: (columns) => originalModels(files, columns),
    complete: (plan) => withOwnDown(plan, { back, transaction }, file, readMigration),
  };
}

/** Columns whose names in the migration match only the naming strategy of the running data source. */
function namedBy(models: readonly EntityModel[], { operations }: Migration): KnownColumn[] {
  return operations.flatMap((operation) => {
    if (operation.kind !== "addColumn") return [];
    const { table, column } = operation;
    const found = models.flatMap((model) =>
      isAlike(model.table.name, table.name)
        ? model.fields
            .filter((field) => isAlike(field.column, column.name))
            .map((field) => ({ model: model.name, field: field.name, table, name: column.name }))
        : [],
    );
    return found.length === 1 ? found : [];
  });
}

function flavourOf(file: string, text: string): Flavour {
  return {
    language: file.endsWith("ts") ? "ts" : "js",
    module: /^\s*export\b/m.test(text) ? "esm" : "commonjs",
  };
}

/** Explains how to make the data source find it: a list of classes has to name a new one. */
async function notLoaded(project: TypeormProject, file: string): Promise<LockstepError> {
  const [{ unlisted }, { unlistedHelp, unlistedStatement }] = await Promise.all([
    import("../registration/unlisted.js"),
    import("@lockstep/core/planning"),
  ]);
  const left = (await unlisted(project, [file])).find((each) => each.file === file);
  if (left === undefined) return noMigration(file, "the data source has no migration there");
  const help = unlistedHelp(left);
  const hint = `${help.charAt(0).toUpperCase()}${help.slice(1)}. Then run the command again.`;
  return new LockstepError("LS3032", `${unlistedStatement(left)}.`, { hint });
}

function noMigration(file: string, why: string, hint?: string): LockstepError {
  return new LockstepError("LS3032", `${file}: ${why}.`, hint === undefined ? {} : { hint });
}
