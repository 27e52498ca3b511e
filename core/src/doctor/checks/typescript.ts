import { createRequire } from "node:module";
import { join } from "node:path";
import { attempt, isNotInstalled } from "../../expected-errors.js";
import { isTested, typescriptVersions } from "../../supported-versions.js";
import { type Check, ok, warning } from "../check.js";

export default {
  id: "typescript",
  title: "version of TypeScript",
  on: "project",
  async run({ project }) {
    const version = installed(project.root);
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

function installed(root: string): string | undefined {
  const load = createRequire(join(root, "package.json"));
  return attempt(() => load("typescript/package.json") as { version?: string }, isNotInstalled)?.version;
}
