import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { FileChange, Project } from "@lockstep/core";
import type { ReleasingPlugin } from "@lockstep/core/planning";
import { migrationName, migrationPath, stamps } from "./migrations/names.js";
import { renderMigration } from "./migrations/render.js";
import type { TypeormProject } from "./project.js";

/** How the files of a phase are made in a project that uses TypeORM. */
export const typeormFiles: ReleasingPlugin = {
  words: {
    deploy: "npx typeorm migration:run",
    recover: () => "npx typeorm migration:run",
    skip: () => "npx typeorm migration:run --fake",
    execute: (file) => `psql --file ${file}`,
    generate: undefined,
    develop: "npx typeorm migration:generate",
    annotation: (text) => `/** ${text} */`,
  },
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
  listMigrations,
  transforms: async () => [],
};

function listMigrations({ root, migrationsFolder }: Project): readonly string[] {
  const folder = join(root, migrationsFolder);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((file) => /^(.*)(?<!\.d)\.[cm]?[jt]s$/.exec(file)?.[1] ?? [])
    .sort();
}
