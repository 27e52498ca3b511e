import type { FileChange } from "@lockstep/core";
import type { ReleasingPlugin } from "@lockstep/core/planning";
import { listMigrations } from "./migrations/list.js";
import { migrationName, migrationPath, stamps } from "./migrations/names.js";
import { readMigrationSql } from "./migrations/read-sql.js";
import { renderMigration } from "./migrations/render.js";
import type { TypeormProject } from "./project.js";
import { generalWords } from "./words.js";

/** How the files of a phase are made in a project that uses TypeORM. */
export const typeormFiles: ReleasingPlugin = {
  words: generalWords,
  async readModels(project) {
    const [{ entityFiles }, { readEntities }] = await Promise.all([
      import("./entities/files.js"),
      import("./entities/read.js"),
    ]);
    return readEntities(await entityFiles(project));
  },
  async editModels(project, edits): Promise<readonly FileChange[]> {
    const [{ entityFiles }, { editEntities }] = await Promise.all([
      import("./entities/files.js"),
      import("./entities/edit/index.js"),
    ]);
    const before = await entityFiles(project);
    return editEntities(before, edits)
      .map((file, index) => ({ file: file.path, before: before[index]?.content, after: file.content }))
      .filter((change) => change.before !== change.after);
  },
  stamps,
  migrationName,
  migrationPath: (project, name) => migrationPath(project as TypeormProject, name),
  migrationText: (project, name, content) =>
    renderMigration({ name, content, flavour: (project as TypeormProject).flavour }),
  migrationSql: readMigrationSql,
  listMigrations: (project) => listMigrations(project as TypeormProject),
  transforms: async () => (await import("./codemods/index.js")).typeormTransforms,
};
