import { stripVTControlCharacters } from "node:util";
import { LockstepError } from "../../base/errors.js";
import type { RefreshResult } from "../../change/release/refresh-code.js";
import { codeSettings } from "../../config/code-settings.js";
import { isWaiting, type Place, type Plan } from "../../model/index.js";
import type { CodeWork } from "../choose-column.js";
import { codeOptions } from "../code-options.js";
import { type CommandResult, defineCommand, type Invocation, sameCommand, textOption, writing } from "../command.js";

export default defineCommand({
  name: "code",
  summary:
    "make the code edits of the current phase that are still missing, choose among the places that may follow, and list the rest; of a column without a plan: find the code that may need it",
  arguments: [
    { name: "[plan-or-column]", description: "a plan, or Model.field; default: the open plan, else the newest column" },
  ],
  options: [
    ...codeOptions,
    { flags: "--explain <place>", description: "why the place at file:line is or is not offered; nothing is edited" },
    { flags: "--all", description: "list possible places, and those with little evidence, in full" },
    { flags: "--dry-run", description: "show the edits as a diff, write nothing" },
    { flags: "--format <format>", description: "text, or markdown: a checklist for the pull request's description" },
  ],

  async run(invocation) {
    const place = textOption(invocation, "explain");
    const { project, plugin } = await invocation.workspace(place === undefined ? writing(invocation) : "look");
    const [{ chooseCodeWork }, { unlessCancelled }] = await Promise.all([
      import("../choose-column.js"),
      import("../choose-places.js"),
    ]);
    const work = await chooseCodeWork(invocation.arguments[0], project, plugin);
    const { plan, command } = work;
    if (place !== undefined) {
      const { explainPlace } = await import("../explain-place.js");
      return explainPlace({ place, plan, command, invocation });
    }
    return unlessCancelled(() => refresh(invocation, work), { io: invocation.io, again: command });
  },
});

async function refresh(invocation: Invocation, { plan, command, keep }: CodeWork): Promise<CommandResult> {
  const { options, io } = invocation;
  const { project, plugin, config } = await invocation.workspace();
  const [
    { refreshCode },
    terminal,
    { dryRun },
    { writeFiles },
    { leftOut },
    { codePolicy },
    { Cancelled },
    { unreadCode },
    { typeCheckWait },
    { uncheckedText, withoutCheckText },
    { missingTypesText },
    { codeMarkdown },
  ] = await Promise.all([
    import("../../change/release/refresh-code.js"),
    import("../../review/terminal.js"),
    import("../../review/diff.js"),
    import("../../base/files/write-files.js"),
    import("../left-out.js"),
    import("../code-policy.js"),
    import("../choose-places.js"),
    import("../write-sites.js"),
    import("../type-check-wait.js"),
    import("../../review/unchecked.js"),
    import("../../review/missing-types.js"),
    import("../../review/code-markdown.js"),
  ]);
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
  });
  const isDry = options.dryRun === true;
  const code = await unreadCode(project, plugin, config);
  const unread = [...new Set(result.plan.columns.flatMap(({ model }) => code.of(model)))];
  if (io.signal.aborted) throw new Cancelled();
  const shown = isDry ? dryRun(result.codeChanges, io.colors) : undefined;
  if (!isDry) writeFiles(project.root, result.changes);
  const { state } = result.plan;
  const waiting = state.places.some(isWaiting);
  const isAll = options.all === true;
  const limits = isAll
    ? { likely: Infinity, possible: Infinity, tests: "each" as const }
    : { likely: 20, possible: 10 };
  const silent = isAll ? leftOut(result.questions) : [];
  const open = isAll ? { places: state.places, ...(state.choices && { choices: state.choices }) } : state;
  const isIdle = result.made.length === 0 && !waiting;
  const verdict =
    plan.state.released === "undone"
      ? "This plan was undone: it has no code edits."
      : policy.level === "none"
        ? io.colors.yellow(terminal.noEdits)
        : isIdle
          ? idleText(result, keep === undefined, unread.length)
          : isDry && result.made.length > 0
            ? `To be made (--dry-run): ${result.made.length}`
            : undefined;
  const edits = verdict === undefined ? result.made : [];
  const names = result.plan.columns.map(({ model, field }) => `${model}.${field}`);
  const notes = [
    result.unchecked === undefined ? undefined : uncheckedText(result.unchecked, withoutCheckText(command), io.colors),
    result.missingTypes === undefined ? undefined : missingTypesText(result.missingTypes, command, io.colors, true),
    result.unformatted === undefined ? undefined : terminal.unformattedText(result.unformatted, io.colors),
    terminal.unreadText(unread, io.colors),
  ].flatMap((note) => (note === undefined || note === "" ? [] : [note]));
  const text = [
    shown?.text,
    verdict,
    terminal.editsText({ edits, open, command: `${command} --all` }, io.colors, "made", limits),
    ...notes,
    ...(silent.length === 0 ? [] : [terminal.silentText(silent, io.colors)]),
    terminal.nextText(
      isDry && result.made.length > 0
        ? sameCommand(command, invocation)
        : nextWords(state, {
            command,
            after: keep === undefined ? "npx lockstep status" : "review and commit",
            isRepeated: sameCommand(command, invocation) === command,
            isLikelyMade: policy.level === "likely",
          }),
      io.colors,
    ),
  ]
    .filter((part) => part !== undefined && part !== "")
    .join("\n");
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
      : text,
    json: {
      ...(keep === undefined ? { plan: plan.id } : {}),
      columns: names,
      written: !isDry,
      edits: result.made,
      places: state.places,
      silent: state.silent ?? 0,
      ...(result.unchecked === undefined ? {} : { unchecked: result.unchecked }),
      ...(result.missingTypes === undefined ? {} : { missingTypes: result.missingTypes }),
      ...(result.unformatted === undefined ? {} : { unformatted: result.unformatted }),
      unread: unread.map(({ file, why }) => ({ file, why })),
      choices: state.choices ?? [],
      declined: state.declined ?? [],
      exposure: state.exposure ?? {},
      ...(isAll ? { leftOut: silent } : {}),
      ...shown?.json,
    },
    exitCode: waiting ? 1 : 0,
  };
}

/** @throws LS8002 a format that there is not */
function formatOf(format = "text"): "text" | "markdown" {
  if (format === "text" || format === "markdown") return format;
  throw new LockstepError("LS8002", `--format ${format}: there are text and markdown.`, {
    hint: "Leave it out for the terminal, or use --format markdown",
  });
}

/** What is said where this run edits nothing, and nothing waits. */
function idleText(
  { plan, unchecked, missingTypes, isUndemanded }: RefreshResult,
  hasPlan: boolean,
  unread: number,
): string {
  const isRefused = plan.state.places.some(({ reasonId }) => reasonId === "refused");
  if (!hasPlan) return nothingToEdit(plan);
  if (isRefused || (unchecked?.leftOut ?? 0) > 0) return "Nothing was edited: what was chosen could not be.";
  return missingTypes === undefined && isUndemanded !== true && unread === 0
    ? "All code edits of this phase are made."
    : "All code edits that were found are made.";
}

/** Of columns without a plan nothing must be edited unless code says so. */
function nothingToEdit({ columns, state }: Plan): string {
  const names = columns.map(({ model, field }) => `${model}.${field}`).join(", ");
  return state.places.length > 0
    ? `${names}: nothing was edited.`
    : `${names}: no place was found that is likely to need it.`;
}

interface NextStep {
  readonly command: string;
  /** What follows once nothing is left to edit. */
  readonly after: string;
  /** Whether this run was that command, without an option. */
  readonly isRepeated: boolean;
  /** Whether it edited what it could of the likely places. */
  readonly isLikelyMade: boolean;
}

/** What is left to do: what must change first, then what is likely. It never names the command that was just run. */
function nextWords(state: Plan["state"], { command, after, isRepeated, isLikelyMade }: NextStep): string {
  const isChosen = (place: Place) => state.choices?.some(({ key }) => key === place.key) === true;
  if (state.places.some(isWaiting)) return `edit the required places, then ${isRepeated ? after : command}`;
  const likely = state.places.filter((place) => place.kind === "likely" && place.key !== undefined && !isChosen(place));
  const [first] = likely;
  if (first === undefined) return after;
  if (isLikelyMade) return `edit by hand which of the likely places need it, then ${after}`;
  return `to edit the likely places: ${command} --code likely.  Some of them: ${command} --only ${first.file}:${first.line}`;
}
