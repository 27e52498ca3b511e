import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Check, ok, warning } from "@lockstep/core/doctor";
import type { TypeormProject } from "../project.js";

export default {
  id: "wrapper",
  title: "migration:generate is intercepted",
  on: "project",
  async run({ project }) {
    const { root, dataSourceFile } = project as TypeormProject;
    if (/\bwithLockstep\s*\(/.test(readFileSync(join(root, dataSourceFile), "utf8")))
      return [ok(`${dataSourceFile} is wrapped`)];
    // In a script, or in the settings of a container.
    const hook = "@lockstep/typeorm/register";
    if (readFileSync(join(root, "package.json"), "utf8").includes(hook)) return [ok(`package.json loads ${hook}`)];
    return [
      warning(`${dataSourceFile} is not wrapped`, {
        why: `migration:generate passes as TypeORM made it, unless its process loads ${hook}.`,
        next: "npx lockstep init",
      }),
    ];
  },
} satisfies Check;
