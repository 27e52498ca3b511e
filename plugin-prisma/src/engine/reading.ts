import { join } from "node:path";
import type { Reading } from "@lockstep/core/text";
import { rootOf } from "../init/config-file.js";

/** Prisma's CLI runs in the project's root, but starts the engine in the folder of the datasource. */
export function reading(): Reading {
  const folder = process.cwd();
  return { cwd: rootOf(join(folder, "schema.prisma"), folder), packageName: "@lockstep/prisma", env: process.env };
}
