import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rootsSetting, unreadPackages } from "../codemods/sources/unread-packages.js";
import { configFileOf } from "../config/load.js";
import type { LockstepConfig } from "../config/schema.js";
import { isDeclared } from "../files/declared.js";
import type { FileChange } from "../model/index.js";
import type { OrmPlugin, Project } from "../plugin.js";
import { configForm } from "./config-form.js";
import { configText } from "./config-text.js";
import type { NeededPackage } from "./install.js";
import { withRoots } from "./with-roots.js";

/** What `lockstep init` does to a project. Done twice it changes nothing. */
export interface FirstFiles {
  readonly changes: readonly FileChange[];
  /** A line on each. */
  readonly notes: readonly string[];
  /** What could not be edited, and what to write there. */
  readonly byHand: string | undefined;
  /** Packages that the project does not have yet. */
  readonly missing: readonly NeededPackage[];
}

/** The plugin's own edits, and the configuration. */
export async function firstFiles(plugin: OrmPlugin, project: Project, config: LockstepConfig): Promise<FirstFiles> {
  const { root } = project;
  const { changes, notes, byHand, packages } = await plugin.initialise(project);
  // Models that cannot be read are the next command's to tell.
  const models = await plugin.readModels(project).catch(() => []);
  const roots = config.code?.roots ?? [];
  const unread = await unreadPackages(root, roots, models);
  const missing = packages.filter(
    ({ name, kind }) => !isDeclared(root, name, kind === "prod" ? ["dependencies"] : undefined),
  );
  const file = configFileOf(root);
  if (file === undefined) {
    const first = { packageName: plugin.packageName, roots: unread };
    const form = configForm(root, first, plugin.packageFolder);
    const change = { file: form, before: undefined, after: configText(form, first) };
    return { changes: [...changes, change], notes, byHand, missing };
  }
  if (unread.length === 0) return { changes, notes, byHand, missing };
  const before = readFileSync(join(root, file), "utf8");
  const after = withRoots(before, file, unread);
  if (after !== undefined) return { changes: [...changes, { file, before, after }], notes, byHand, missing };
  const note = `${unread.join(", ")}: code there uses the models. So that it is edited too, write in ${file}: ${rootsSetting(roots, unread)}`;
  return { changes, notes: [...notes, note], byHand, missing };
}
