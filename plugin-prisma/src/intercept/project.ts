import { join, relative, resolve, sep } from "node:path";
import type { EngineInfo } from "../engine/hooks.js";
import { rootOf } from "../init/config-file.js";
import type { PrismaProject } from "../project.js";
import { dialectIn } from "../schema/dialect.js";
import { generatedFolders } from "../schema/generators.js";
import type { SchemaContainer } from "./shapes.js";

/** The project of a CLI request. Read from the request itself: loading the Prisma config again would cost more. */
export function projectOf(info: EngineInfo, schema: SchemaContainer, migrationsFolder: string): PrismaProject {
  const first = schema.files[0]?.path ?? join(info.cwd, "schema.prisma");
  const root = rootOf(resolve(info.cwd, first), info.cwd);
  const files = schema.files.map((file) => resolve(info.cwd, file.path));
  return {
    root,
    migrationsFolder: toPosix(relative(root, resolve(info.cwd, migrationsFolder))),
    ormVersion: info.prismaVersion,
    dialect: dialectIn(schema.files),
    developmentUrl: info.datasource.url,
    // A change that passes does not need it: Prisma's parser stays unloaded.
    get generatedFolders() {
      return generatedFolders(schema, root);
    },
    schemaFiles: files.map((file) => toPosix(relative(root, file))),
  };
}

function toPosix(path: string): string {
  return path.split(sep).join("/");
}
