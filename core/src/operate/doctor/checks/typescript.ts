import { versionFrom } from "../../../base/files/installed.js";
import { isTested, typescriptVersions } from "../../../base/supported-versions.js";
import { type Check, ok, warning } from "../../../dialect/check.js";

export default {
  id: "typescript",
  title: "TypeScript version",
  on: "project",
  async run({ project }) {
    const version = versionFrom(project.root, "typescript");
    if (version === undefined) return [ok("this project has no TypeScript: Lockstep reads code with its own")];
    if (isTested(typescriptVersions, version)) return [ok(`TypeScript ${version}`)];
    return [
      warning(`TypeScript ${version} is not among the tested versions: ${typescriptVersions.tested}`, {
        why: "Lockstep edits code with its own compiler. Yours may report other errors.",
        next: "npx tsc --noEmit   # after each phase",
      }),
    ];
  },
} satisfies Check;
