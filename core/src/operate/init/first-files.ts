import { ignoring, isNoBug } from "../../base/expected-errors.js";
import { isDeclared } from "../../base/files/declared.js";
import { codeRoots } from "../../code/sources/unread-packages.js";
import { codeSettings } from "../../config/code-settings.js";
import { configFileOf } from "../../config/load.js";
import type { LockstepConfig } from "../../config/schema.js";
import type { FileChange } from "../../model/index.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import { configForm, firstForm } from "./config-form.js";
import { configText } from "./config-text.js";
import type { NeededPackage } from "./install.js";

/** The changes of `lockstep init`. Idempotent. */
export interface FirstFiles {
  readonly changes: readonly FileChange[];
  /** One line for each. */
  readonly notes: readonly string[];
  /** What could not be edited, and what to write there. */
  readonly byHand: string | undefined;
  /** Packages that the project lacks. */
  readonly missing: readonly NeededPackage[];
}

/** The plugin's own edits, and the config file. */
export async function firstFiles(plugin: OrmPlugin, project: Project, config: LockstepConfig): Promise<FirstFiles> {
  const { root } = project;
  const { packageName, packageFolder } = plugin;
  const form = firstForm(root, { packageName, folder: packageFolder });
  const { changes, notes: own, byHand, packages } = await plugin.initialise(project, form);
  // The next command reports models that cannot be read.
  const models = async () => (await plugin.readModels(project).catch(ignoring(isNoBug))) ?? [];
  const read = await codeRoots(root, codeSettings(config), models);
  const notes = [
    ...own,
    ...(read.length === 0
      ? []
      : [`Lockstep also reads and edits the code in ${read.join(", ")}, which uses the models.`]),
  ];
  const missing = packages.filter(
    ({ name, kind }) => !isDeclared(root, name, kind === "prod" ? ["dependencies"] : undefined),
  );
  if (configFileOf(root) !== undefined) return { changes, notes, byHand, missing };
  const file = configForm(root, packageName, packageFolder);
  const change = { file, before: undefined, after: configText(file, packageName) };
  return { changes: [...changes, change], notes, byHand, missing };
}
