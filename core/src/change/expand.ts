import { doing } from "../base/at-work.js";
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
import { type EditsRead, type EditsRequest, planEdits, readForEdits } from "./release/plan-edits.js";
import { type PhaseFiles, type PhaseRequest, type PlannedEdits, preparePhase } from "./release/prepare-phase.js";
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
  restore,
  env,
  colors,
  ...request
}: ExpandRequest): Promise<{ readonly prepared: PhaseFiles; readonly text: string }> {
  const prepared = await preparePhase({ ...request, ...(await asExpand({ ...request, restore, env })) });
  const text = expandText(prepared, request.plugin.words, listPlans(request.project.root), colors);
  return { prepared, text: restore === undefined ? text : `${restoredText(restore)}\n${text}` };
}

type AheadRequest = Omit<ExpandRequest, "moment" | "colors" | "planned">;

/** The parts of a request that expand adds. */
async function asExpand({ project, plugin: own, restore, env }: AheadRequest) {
  // One file may contain models of both, so all edits are made together.
  const plugin: ReleasingPlugin = {
    ...own,
    editModels: (of, edits) => own.editModels(of, [...(restore?.edits ?? []), ...edits]),
  };
  return { plugin, phase: "expand" as const, code: codeSettings(await loadConfig(project.root), env) };
}

/** As long as a command takes to read the files: what changes within that time may be read or not. */
const freshMs = 500;

/** Plans the edits of expand while a person still types the migration's name. It starts at once, and never fails. */
export class EditsAhead {
  readonly #request: AheadRequest;
  readonly #startedAt = performance.now();
  readonly #read: Promise<EditsRead & { readonly request: EditsRequest }>;
  readonly #planned: Promise<PlannedEdits | undefined>;

  constructor(request: AheadRequest) {
    this.#request = request;
    this.#read = this.#readAll();
    const planning = this.#read.then((read) => planEdits(read.request, read));
    // Whatever fails here fails again without it, and is reported there.
    this.#planned = planning.catch(() => undefined);
  }

  /** The edits; undefined if they have to be planned again: a file has changed, they name the plan, or an error occurred. */
  async take(): Promise<PlannedEdits | undefined> {
    doing("planning the code edits");
    const isFresh = performance.now() - this.#startedAt < freshMs;
    const planned = await this.#planned;
    if (planned === undefined || planned.code.isNamed === true) return undefined;
    return isFresh || textsIn(await this.#read) === textsIn(await this.#readAll()) ? planned : undefined;
  }

  async #readAll() {
    const request = { ...this.#request, ...(await asExpand(this.#request)) };
    return { request, ...(await readForEdits(request)) };
  }
}

function textsIn({ modelChanges, input, request }: EditsRead & { readonly request: EditsRequest }): string {
  return JSON.stringify([modelChanges, input?.files, request.code]);
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
