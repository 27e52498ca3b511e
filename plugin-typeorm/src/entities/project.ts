import { posix } from "node:path";
import type { DeclaredIndex, EntityModel, FileChange, ModelEdit, Project } from "@lockstep/core";
import { readPlans } from "@lockstep/core/planning";
import { enumsBehind } from "./edit/enum.js";
import { editEntities } from "./edit/index.js";
import { Entities } from "./entities.js";
import { entityFiles } from "./files.js";
import { declaredIndexes } from "./indexes.js";
import { type KnownColumn, readEntities } from "./read.js";

/** The entities as they stand in the project's files; names that only its naming strategy gives come from its plans. */
export async function readProjectEntities(project: Project): Promise<readonly EntityModel[]> {
  return readEntities(await entityFiles(project), plannedColumns(project));
}

/** The same of a folder of which only the files are known. */
export async function readEntitiesIn(root: string, migrations: readonly string[]): Promise<readonly EntityModel[]> {
  const [migrationsFolder = "migrations"] = migrations.map((file) => posix.dirname(file));
  return readEntities(await entityFiles({ root, migrationsFolder, generatedFolders: [] }), plannedColumns({ root }));
}

/** The indexes, unique constraints, checks and exclusions of the entities. */
export async function readProjectIndexes(project: Project): Promise<readonly DeclaredIndex[]> {
  return declaredIndexes(new Entities(await entityFiles(project)));
}

/** The files that edits of the entities change. Errors as `editEntities`. */
export async function editProjectEntities(
  project: Project,
  edits: readonly ModelEdit[],
): Promise<readonly FileChange[]> {
  if (edits.length === 0) return [];
  const own = await entityFiles(project);
  const enums = enumsBehind(new Entities(own), edits).map(({ name }) => name);
  // Whether an enum is used at all any file may say.
  const before = enums.length === 0 ? own : await entityFiles(project, enums);
  const after = editEntities(before, edits);
  return before.flatMap(({ path, content }, index): FileChange[] => {
    const now = after[index]?.content ?? content;
    if (now === content) return [];
    return [{ file: path, before: content, after: now.trim() === "" ? undefined : now }];
  });
}

function plannedColumns({ root }: Pick<Project, "root">): readonly KnownColumn[] {
  return readPlans(root)
    .plans.filter(({ state }) => state.released !== "undone")
    .flatMap(({ columns }) => columns);
}
