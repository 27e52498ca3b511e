import { stripVTControlCharacters } from "node:util";
import { LockstepError } from "../base/errors.js";
import { writeFiles } from "../base/files/write-files.js";
import { type RefreshResult, refreshCode } from "../change/release/refresh-code.js";
import type { RankedPlaces } from "../code/candidates/choose.js";
import { isWritable } from "../code/contract/candidate.js";
import type { UnreadFile } from "../code/sources/unread-files.js";
import { codeSettings } from "../config/code-settings.js";
import type { Finding } from "../dialect/check.js";
import { isTestFile, isWaiting, type Place, type Plan } from "../model/index.js";
import { codeMarkdown } from "../review/code-markdown.js";
import { counted } from "../review/counted.js";
import { missingTypesText } from "../review/missing-types.js";
import { stillNamedText } from "../review/still-named.js";
import {
  editedPlaces,
  editsText,
  nextText,
  noEdits,
  silentText,
  unformattedText,
  unreadText,
} from "../review/terminal.js";
import { uncheckedText, withoutCheckText } from "../review/unchecked.js";
import { modelProblems } from "./check-plans.js";
import type { CodeWork } from "./choose-column.js";
import { Cancelled } from "./choose-places.js";
import { codePolicy } from "./code-policy.js";
import { type CommandResult, type Invocation, sameCommand, textOption } from "./command.js";
import { dryRun } from "./dry-run.js";
import { typeCheckWait } from "./type-check-wait.js";
import { unreadCode } from "./write-sites.js";

/** What a run edited or would edit, with its context. */
interface Edited {
  readonly invocation: Invocation;
  readonly work: CodeWork;
  readonly level: ReturnType<typeof codePolicy>["level"];
  readonly result: RefreshResult;
  readonly isDry: boolean;
  /** Root folder of the project. */
  readonly root: string;
  readonly unread: readonly UnreadFile[];
  /** Why the models do not fit the plan's phase. */
  readonly models: readonly Finding[];
}

/**
 * Makes the code edits of the current phase and lists the remaining places.
 *
 * @throws LS8002 an invalid format · Cancelled at Ctrl-C
 */
export async function makeEdits(invocation: Invocation, work: CodeWork): Promise<CommandResult> {
  const { plan, command, keep } = work;
  const { io } = invocation;
  const { project, plugin, config } = await invocation.workspace();
  const isDry = invocation.options.dryRun === true;
  const isAll = invocation.options.all === true;
  const isMarkdown = formatOf(textOption(invocation, "format")) === "markdown";
  const policy = codePolicy(invocation, config, command);
  const result = await refreshCode({
    plan,
    project,
    plugin,
    code: codeSettings(config),
    policy,
    signal: io.signal,
    wait: typeCheckWait(io),
    keep,
    asksCompiler: true,
    ...(invocation.isJson && { handsOver: { isWritten: !isDry, isAll } }),
  });
  const code = await unreadCode(project, plugin, config);
  const unread = [...new Set(result.plan.columns.flatMap(({ model }) => code.of(model)))];
  if (io.signal.aborted) throw new Cancelled();
  const shown = isDry ? dryRun(result.codeChanges, project.root, io.colors) : undefined;
  if (!isDry) writeFiles(project.root, result.changes);
  const models = keep === undefined ? await modelProblems([result.plan], project, plugin) : [];
  const edited: Edited = { invocation, work, level: policy.level, result, isDry, root: project.root, unread, models };
  const { state } = result.plan;
  const silent = isAll ? leftOut(result.questions) : [];
  const open = isAll ? { places: state.places, ...(state.choices && { choices: state.choices }) } : state;
  const names = result.plan.columns.map(({ model, field }) => `${model}.${field}`);
  const notes = notesOf(edited);
  return {
    text: isMarkdown
      ? codeMarkdown({
          columns: names,
          edits: result.made,
          isDry,
          open,
          notes: notes.map((note) => stripVTControlCharacters(note)),
          command: `${command} --all`,
        })
      : linesOf(edited, open, notes, silent)
          .filter((part) => part !== undefined && part !== "")
          .join("\n"),
    patch: isMarkdown ? undefined : shown?.patch,
    json: {
      ...(invocation.isJson === false ? {} : await documentOf(edited, isAll ? silent : undefined)),
      ...shown?.json,
    },
    exitCode: models.length > 0 || state.places.some(isWaiting) ? 1 : 0,
  };
}

/** Reasons why the result is incomplete: edits and files that were not checked, formatted or read. */
function notesOf({ invocation, work, result, unread, models }: Edited): readonly string[] {
  const { colors } = invocation.io;
  const { command } = work;
  return [
    ...models.map(({ what, why = "" }) => `${colors.red("✖")} ${what}\n${why}`),
    result.unchecked === undefined ? undefined : uncheckedText(result.unchecked, withoutCheckText(command), colors),
    result.missingTypes === undefined ? undefined : missingTypesText(result.missingTypes, command, colors, true),
    result.unformatted === undefined ? undefined : unformattedText(result.unformatted, colors),
    unreadText(unread, colors),
    stillNamedText(result.named, work.plan.id, colors),
  ].flatMap((note) => (note === undefined || note === "" ? [] : [note]));
}

/** The terminal output, after the diff of a dry run. */
function linesOf(
  edited: Edited,
  open: Parameters<typeof editsText>[0]["open"],
  notes: readonly string[],
  silent: ReturnType<typeof leftOut>,
): readonly (string | undefined)[] {
  const { invocation, work, result } = edited;
  const { command } = work;
  const { colors } = invocation.io;
  const limits =
    invocation.options.all === true
      ? { likely: Infinity, possible: Infinity, tests: "each" as const }
      : { likely: 20, possible: 10 };
  const verdict = verdictOf(edited);
  const edits = verdict === undefined ? result.made : [];
  return [
    verdict,
    editsText({ edits, open, command: `${command} --all` }, colors, "made", limits),
    ...notes,
    ...(silent.length === 0 ? [] : [silentText(silent, colors)]),
    nextText(nextOf(edited).words, colors),
  ];
}

/** What is left to do, with its command. */
function nextOf({ invocation, work: { command, keep }, level, result, isDry, models }: Edited): NextWords {
  const [model] = models;
  if (model?.next !== undefined) return { words: model.next };
  const repeated = sameCommand(command, invocation);
  if (isDry && result.made.length > 0) return { words: repeated, command: repeated };
  return nextWords(result.plan.state, {
    command,
    after: afterEdits(result, keep === undefined),
    isRepeated: repeated === command,
    isLikelyMade: level === "likely",
  });
}

/** The next step once no edit is left. */
function afterEdits({ named: { length } }: RefreshResult, hasPlan: boolean): NextWords {
  if (!hasPlan) return { words: "Review and commit." };
  const status = "npx lockstep status";
  const remove = length === 0 ? "" : `Check the ${length === 1 ? "line" : `${length} lines`}: remove each use.\n`;
  return { words: `${remove}${status}`, command: status };
}

/** The text that replaces a list of edits. */
function verdictOf({ invocation, work, level, result, isDry, unread }: Edited): string | undefined {
  if (work.plan.state.released === "undone") return "This plan was undone: it has no code edits.";
  if (level === "none") return invocation.io.colors.yellow(noEdits);
  const isIdle = result.made.length === 0 && !result.plan.state.places.some(isWaiting);
  if (isIdle) return idleText(result, work.keep === undefined, unread.length);
  return isDry && result.made.length > 0
    ? `${counted(editedPlaces(result.made).length, "code edit")} to make (--dry-run)`
    : undefined;
}

/** Places with little evidence. Without `--all`, only their number is shown. */
function leftOut(questions: readonly RankedPlaces[]): readonly Omit<Place, "kind">[] {
  return questions.flatMap(({ intent: { model, field }, ranked }) =>
    ranked
      .filter(({ kind, candidate }) => kind === "silent" && candidate.because === undefined)
      .map(({ candidate: { file, line, what, key, family, text }, score, reasons }) => {
        const words = reasons.map((reason) => reason.text);
        const reason = words.slice(0, 2).join(", ");
        return { file, line, what, reason, model, field, key, family, score, reasons: words, ...(text && { text }) };
      }),
  );
}

/** The document of `--json`. File names start at the root of the repository. */
async function documentOf(edited: Edited, silent: ReturnType<typeof leftOut> | undefined) {
  const { work, result, root, isDry, unread } = edited;
  const { codeJson } = await import("./code-json.js");
  return codeJson({
    result,
    root,
    command: work.command,
    hasPlan: work.keep === undefined,
    isDry,
    silent,
    unread,
    next: nextOf(edited),
  });
}

/** @throws LS8002 an invalid format */
function formatOf(format = "text"): "text" | "markdown" {
  if (format === "text" || format === "markdown") return format;
  throw new LockstepError("LS8002", `--format ${format} is not valid: use text or markdown.`, {
    hint: "Omit it for the terminal, or use --format markdown",
  });
}

/** The text if this run edits nothing and no edit is pending. */
function idleText(
  { plan, unchecked, missingTypes, isUndemanded, named }: RefreshResult,
  hasPlan: boolean,
  unread: number,
): string {
  const isRefused = plan.state.places.some(({ reasonId }) => reasonId === "refused");
  if (!hasPlan) return nothingToEdit(plan);
  // The lines are printed below.
  if (named.length > 0) return "Lockstep has no code edits to make. You remove the uses of what the plan drops.";
  if (isRefused || (unchecked?.leftOut ?? 0) > 0)
    return "Nothing was edited: Lockstep could not make the chosen edits.";
  const isChosen = ({ key }: Place) => plan.state.choices?.some((each) => each.key === key) === true;
  const isLeft = plan.state.places.some(
    (place) => place.kind === "likely" && !isTestFile(place.file) && !isChosen(place),
  );
  const edits = isLeft ? "All required code edits" : "All code edits";
  return missingTypes === undefined && isUndemanded !== true && unread === 0
    ? `${edits} of this phase are made.`
    : `${edits} that were found are made.`;
}

/** Without a plan, a column requires edits only where the code shows it. */
function nothingToEdit({ columns, state }: Plan): string {
  const names = columns.map(({ model, field }) => `${model}.${field}`).join(", ");
  return state.places.length > 0
    ? `${names}: nothing was edited.`
    : `${names}: Lockstep found no place that is likely to need it.`;
}

interface NextWords {
  readonly words: string;
  /** The shell command. Absent if a person must act. */
  readonly command?: string | undefined;
}

interface NextStep {
  readonly command: string;
  /** The next step once no edit is left. */
  readonly after: NextWords;
  /** Whether this run was that command without options. */
  readonly isRepeated: boolean;
  /** Whether this run made every likely edit that it could. */
  readonly isLikelyMade: boolean;
}

/** What is left to do: required edits first, then likely ones. Never suggests the command that just ran. */
function nextWords(state: Plan["state"], { command, after, isRepeated, isLikelyMade }: NextStep): NextWords {
  const isChosen = (place: Place) => state.choices?.some(({ key }) => key === place.key) === true;
  if (state.places.some(isWaiting)) {
    const then = isRepeated ? after : { words: command, command };
    return { ...then, words: `Edit the required places.\n${then.words}` };
  }
  const likely = state.places.filter((place) => place.kind === "likely" && place.key !== undefined && !isChosen(place));
  if (likely.length === 0) return after;
  const first = likely.find(isWritable);
  if (isLikelyMade || first === undefined)
    return { ...after, words: `Edit the likely places that need it.\n${after.words}` };
  const all = `${command} --code likely`;
  const words = `${all}   # or some of them: ${command} --only ${first.file}:${first.line}`;
  return { words, command: all };
}
