import { writeFiles } from "../base/files/write-files.js";
import { formatOnce } from "../code/formatters/formatting.js";
import { codeSettings } from "../config/code-settings.js";
import { loadConfig } from "../config/load.js";
import type { FileChange } from "../model/index.js";
import { listPlans } from "../plan/store.js";
import type { Project } from "../plugin/plugin.js";
import type { Colors } from "../review/colors.js";
import { unformattedText } from "../review/terminal.js";
import type { Restore } from "./change.js";
import type { ReleasingPlugin } from "./release/code-request.js";
import { type PhaseFiles, type PhaseRequest, preparePhase } from "./release/prepare-phase.js";
import { expandText } from "./summary.js";

/** `plan`: with the ORM's name of the migration. */
export interface ExpandRequest extends Omit<PhaseRequest, "phase" | "code"> {
  /** The edits that make the models match other plans again, written together with it. Absent: they match. */
  readonly restore?: Restore | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly colors: Colors;
}

/**
 * The files of the expand phase: its migrations, the relaxed models, the code edits and the plan's folder. Writes nothing.
 *
 * @returns also the text for the user after the files are written
 * @throws LS2011 if an edited model is not valid
 */
export async function prepareExpand({
  plugin: own,
  restore,
  env,
  colors,
  ...request
}: ExpandRequest): Promise<{ readonly prepared: PhaseFiles; readonly text: string }> {
  // One file may contain models of both, so all edits are made together.
  const plugin: ReleasingPlugin = {
    ...own,
    editModels: (project, edits) => own.editModels(project, [...(restore?.edits ?? []), ...edits]),
  };
  const { root } = request.project;
  const code = codeSettings(await loadConfig(root), env);
  const prepared = await preparePhase({ ...request, plugin, phase: "expand", code });
  const text = expandText(prepared, own.words, listPlans(root), colors);
  return { prepared, text: restore === undefined ? text : `${restoredText(restore)}\n${text}` };
}

/**
 * Makes the models match their plans if a change contains nothing else.
 *
 * @returns the message; undefined if the files match already
 */
export async function restoreModels(
  restore: Restore,
  project: Project,
  plugin: Pick<ReleasingPlugin, "editModels">,
  colors: Colors,
): Promise<string | undefined> {
  const changes = await plugin.editModels(project, restore.edits);
  if (changes.length === 0) return undefined;
  const laidOut = await laidOutOnce(project.root, changes, colors);
  writeFiles(project.root, laidOut.changes);
  return [...laidOut.lines, restoredText(restore)].join("\n");
}

/** The changes as formatted by the project's own formatter; reports if it does not run. */
export async function laidOutOnce(
  root: string,
  changes: readonly FileChange[],
  colors: Colors,
): Promise<{ readonly changes: readonly FileChange[]; readonly lines: readonly string[] }> {
  const { code } = await loadConfig(root);
  const { changes: laidOut, unformatted } = await formatOnce(root, code?.format, changes);
  return { changes: laidOut, lines: unformatted === undefined ? [] : [unformattedText(unformatted, colors)] };
}

/** The message about models that match their plans again. */
export function restoredText({ names, plans }: Restore): string {
  return `Lockstep: as before, ${names.join(", ")}.\nNext   ${plans.map(({ id }) => `npx lockstep next ${id}`).join("   # or ")}`;
}
