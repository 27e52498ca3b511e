/** TypeORM's plugin, with what `migration:run` does in a process of its own done in this one. */
import { join } from "node:path";
import type { OrmPlugin, Project } from "@lockstep/core";
import { typeormPlugin } from "../../plugin-typeorm/dist/plugin.js";
import { applyMigrations, MigrationError } from "./typeorm-migrations.js";

/** Only a process can read a data source: those of histories are all the same, and none changes. */
const projects = new Map<string, Promise<Project>>();

export const plugin: OrmPlugin = {
  ...(typeormPlugin as OrmPlugin),
  async findProject(cwd, isNew) {
    const known = projects.get(cwd) ?? (typeormPlugin as OrmPlugin).findProject(cwd, isNew);
    projects.set(cwd, known);
    return { ...(await known), developmentUrl: process.env.DATABASE_URL };
  },
  async deploy({ root, migrationsFolder }, url, onLine, _limit, withheld = []) {
    try {
      await applyMigrations(join(root, migrationsFolder), url, withheld);
      return { exitCode: 0, output: "" };
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      const { migration, sqlState, message: text, left } = error;
      onLine(text);
      return { exitCode: 1, output: text, failed: { migration, sqlState, text, left, isInTransaction: false } };
    }
  },
};
