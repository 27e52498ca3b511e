import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FileChange } from "@lockstep/core";
import { readManifest } from "../detect/call.js";
import type { TypeormProject } from "../project.js";
import { configTemplate } from "./config-template.js";
import { wrapDataSource } from "./wrap-data-source.js";
import { wrapperPackage } from "./wrapper-package.js";

const plannerPackage = "@lockstep/typeorm";

/**
 * What `lockstep init` changes: the data source is wrapped, and a lockstep.config.ts is there. Done twice it changes nothing.
 *
 * @throws LS8007 when the form of the data source cannot be edited
 */
export async function initialise({
  root,
  dataSourceFile: file,
}: TypeormProject): Promise<{ changes: FileChange[]; notes: string[] }> {
  const before = readFileSync(join(root, file), "utf8");
  const wrapped = wrapDataSource(before, file);
  const changes: FileChange[] = "after" in wrapped ? [{ file, before, after: wrapped.after }] : [];
  const hasConfig = ["ts", "mts", "js", "mjs", "json"].some((end) => existsSync(join(root, `lockstep.config.${end}`)));
  if (!hasConfig) changes.push({ file: "lockstep.config.ts", before: undefined, after: configTemplate() });
  return { changes, notes: notes(root) };
}

/** The wrapper is loaded by the application with the data source; what plans migrations is needed for development only. */
function notes(root: string): string[] {
  const { dependencies, devDependencies } = readManifest(root);
  const known = { ...devDependencies, ...dependencies };
  return [
    ...(dependencies?.[wrapperPackage] === undefined
      ? [`The application loads ${wrapperPackage} with its data source: npm install --save-prod ${wrapperPackage}`]
      : []),
    ...(known[plannerPackage] === undefined
      ? [`Add the package to this project: npm install --save-dev ${plannerPackage}`]
      : []),
  ];
}
