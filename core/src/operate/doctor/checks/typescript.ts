import { versionFrom } from "../../../base/files/installed.js";
import { isTested, typescriptVersions } from "../../../base/supported-versions.js";
import { type Check, ok, warning } from "../../../dialect/check.js";

export default {
  id: "typescript",
  title: "version of TypeScript",
  on: "project",
  async run({ project }) {
    const version = versionFrom(project.root, "typescript");
    if (version === undefined) return [ok("no TypeScript in this project: code is read with Lockstep's own")];
    if (isTested(typescriptVersions, version)) return [ok(`TypeScript ${version}`)];
    return [
      warning(`TypeScript ${version} is not among the tested versions: ${typescriptVersions.tested}`, {
        why: "Code edits are made with the compiler that Lockstep brings along; yours may judge them differently.",
        next: "after each phase: npx tsc --noEmit",
      }),
    ];
  },
} satisfies Check;
