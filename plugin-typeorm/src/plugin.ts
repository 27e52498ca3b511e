import { fileURLToPath } from "node:url";
import { assertInstalled, type OrmPlugin } from "@lockstep/core";
import { typeormCommand } from "./cli/typeorm-command.js";
import type { TypeormProject } from "./project.js";
import { typeormFiles } from "./typeorm-files.js";
import { wordsOf } from "./words.js";

/** The core's interface to TypeORM 0.3 and 1.x. */
export const typeormPlugin: OrmPlugin = {
  ...typeormFiles,
  id: "typeorm",
  packageName: "@lockstep/typeorm",
  packageFolder: fileURLToPath(new URL("..", import.meta.url)),
  wordsOf,

  async findProject(cwd) {
    assertInstalled("@lockstep/core", import.meta.url);
    return (await import("./detect/find-project.js")).findProject(cwd);
  },

  readModelsIn: async (root, migrations) => (await import("./entities/project.js")).readEntitiesIn(root, migrations),

  closedReads: async (root, migrations, columns) =>
    (await import("./entities/project.js")).closedReadsIn(root, migrations, columns),

  renameField: async (project, rename) => (await import("./entities/project.js")).renameProjectField(project, rename),

  readHandWritten: async (project, file) =>
    (await import("./migrations/hand-written.js")).readHandWritten(project as TypeormProject, file),

  readApplied: async (connection, project) =>
    (await import("./migrations/applied.js")).readAppliedMigrations(connection, project as TypeormProject),
  // The second one stores the expressions of views and generated columns.
  bookkeeping(project) {
    const { schema, name } = (project as TypeormProject).migrationsTable;
    return [schema === undefined ? { name } : { schema, name }, { name: "typeorm_metadata" }];
  },
  replay: async (project, url, without, signal) =>
    (await import("./cli/deploy.js")).deploy(project, url, { onLine: () => undefined, withheld: without, signal }),
  unlisted: async (project, files) =>
    (await import("./registration/unlisted.js")).unlisted(project as TypeormProject, files),
  // TypeORM has no table for that: only a run reports it, see OrmRun.failed.
  readFailure: async () => undefined,
  deployingSession: async (connection) => (await import("./migrations/applied.js")).deployingSession(connection),
  readStatements: async (project, name) =>
    (await import("./migrations/statements.js")).readStatements(project as TypeormProject, name),

  deploy: async (project, url, onLine, limit, withheld) =>
    (await import("./cli/deploy.js")).deploy(project, url, { onLine, limit, withheld }),
  withholds: async () => true,
  transactions: (project) => (project as TypeormProject).transactions,
  resolve: async (project, url, migration, as) =>
    (await import("./cli/deploy.js")).resolve(project, url, migration, as),

  findMigrations: async (repository) => (await import("./migrations/find-migrations.js")).findMigrations(repository),
  commands: [typeormCommand],

  checks: async () => (await import("./doctor/index.js")).typeormChecks,

  initialise: async (project) => (await import("./init/initialise.js")).initialise(project as TypeormProject),
};
