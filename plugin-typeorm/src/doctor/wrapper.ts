import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Check, ok, problem, warning } from "@lockstep/core/doctor";
import { readManifest } from "../detect/call.js";
import { reexportedFile } from "../detect/reexported-file.js";
import { wrapperPackage } from "../init/wrapper-package.js";
import type { TypeormProject } from "../project.js";

/** Here or further up: a workspace may declare its dependencies at the root. */
function isInstalledInProduction(folder: string): boolean {
  if (readManifest(folder).dependencies?.[wrapperPackage] !== undefined) return true;
  return folder !== dirname(folder) && isInstalledInProduction(dirname(folder));
}

export default {
  id: "wrapper",
  title: "migration:generate is intercepted",
  on: "project",
  async run({ project }) {
    const { root, dataSourceFile: entry } = project as TypeormProject;
    const dataSourceFile = reexportedFile(root, entry);
    if (/\bwithLockstep\s*\(/.test(readFileSync(join(root, dataSourceFile), "utf8")))
      return isInstalledInProduction(root)
        ? [ok(`${dataSourceFile} is wrapped`)]
        : [
            problem(
              `${dataSourceFile} is wrapped, and ${wrapperPackage} is not among the dependencies of package.json`,
              {
                why: "The application loads it with the data source: without it a build for production does not start.",
                next: `npm install --save-prod ${wrapperPackage}`,
              },
            ),
          ];
    // In a script, or in the settings of a container.
    const hook = `${wrapperPackage}/register`;
    if (readFileSync(join(root, "package.json"), "utf8").includes(hook)) return [ok(`package.json loads ${hook}`)];
    return [
      warning(`${dataSourceFile} is not wrapped`, {
        why: `migration:generate passes as TypeORM made it, unless its process loads ${hook}.`,
        next: "npx lockstep init",
      }),
    ];
  },
} satisfies Check;
