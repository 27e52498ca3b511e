import { join } from "node:path";
import { largest, type Project, readTextOrFail } from "@lockstep/core";
import type { PrismaProject } from "../project.js";
import type { SchemaFile } from "./model.js";

/** The schema on disk; paths from the root. */
export function schemaFiles(project: Project): SchemaFile[] {
  return (project as PrismaProject).schemaFiles.map((path) => ({
    path,
    content: readTextOrFail(join(project.root, path), largest.schema),
  }));
}
