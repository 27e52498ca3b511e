import type { Unformatted } from "../code/formatters/formatting.js";
import type { Hazard, Notice, Phase, Place, Plan, PlannedEdit } from "../model/index.js";
import { blocksWrites, isTestFile, strongestMode } from "../model/index.js";
import { byDefault } from "../plan/pace.js";
import { phasesOf } from "../plan/phases.js";
import type { Colors } from "./colors.js";
import { columns } from "./columns.js";
import { counted } from "./counted.js";
import { inFull, type Part, rowsOf } from "./fitted.js";
import { listed } from "./listed.js";
import { phaseCount, phaseLines } from "./messages.js";
import { safetyWords, unsafePhases } from "./phase-safety.js";
import { fileRow, type OpenPlaces, type PlaceLimits, perFile, placeGroups, placesParts, whyText } from "./places.js";
import { inLine } from "./printable.js";
import { noticeWords } from "./verdict-words.js";

/** The unsafe statements of the user's migration, and why. */
export function hazardsText(plan: Pick<Plan, "id" | "hazards">, colors: Colors): string {
  const width = Math.max(...plan.hazards.map((hazard) => hazard.rule.length));
  return [colors.bold(inLine(plan.id)), ...plan.hazards.map((hazard) => hazardText(hazard, width, colors))].join("\n");
}

/** The same with one entry for each rule: its first statement, and the lines of the others. */
export function hazardRows({ hazards }: Pick<Plan, "hazards">, colors: Colors): readonly string[] {
  const width = Math.max(...hazards.map((hazard) => hazard.rule.length));
  return [...new Set(hazards.map(({ rule }) => rule))].map((rule) => {
    const [first, ...others] = hazards.filter((hazard) => hazard.rule === rule) as [Hazard, ...Hazard[]];
    return hazardText(first, width, colors, [...new Set(others.map(({ line }) => String(line)))]);
  });
}

function hazardText(hazard: Hazard, width: number, colors: Colors, others: readonly string[] = []): string {
  const more = others.length === 0 ? "" : `, and the same in line${others.length === 1 ? "" : "s"} ${listed(others)}`;
  return [
    `  ${colors.red("✖")} ${colors.bold(hazard.rule.padEnd(width))}  line ${hazard.line}${more}`,
    `    ${oneLine(hazard.sql)}`,
    `    ${colors.dim(inLine(hazard.consequence))}`,
  ].join("\n");
}

/** Statements that run unchanged and that a person should review, one line each. */
export function noticesText(notices: readonly Notice[], colors: Colors): string {
  return notices
    .map(
      (notice) =>
        `  ${colors.yellow("!")} line ${notice.line}${isOfHazard(notice) ? "" : " runs unchanged"}: ${oneLine(notice.sql)} — ${inLine(noticeWords(notice))}`,
    )
    .join("\n");
}

/** Drift, likely renames and values that code cannot compute are also reported for statements that a plan replaces. */
export function isOfHazard({ verdict, remarks = [] }: Notice): boolean {
  return (
    verdict === undefined &&
    remarks.every(({ kind }) =>
      /^(?:not-edited|not-migrated|may-be-renamed|numbered-source|takes-whole-row|used-by)$/.test(kind),
    )
  );
}

/** The plan, phase by phase, with lock levels. `at` marks the current phase. */
export function planText(plan: Plan, colors: Colors, isWritten?: (phase: Phase) => boolean): string {
  return inFull(planParts(plan, colors, isWritten));
}

/** The same, with a list for each phase. */
export function planParts(
  plan: Plan,
  colors: Colors,
  isWritten: (phase: Phase) => boolean = () => false,
): readonly Part[] {
  const phases = phasesOf(plan);
  const steps = phases.map((phase, index) =>
    phaseLines(plan, phase).map(({ text, lock }, line) => {
      const written = isWritten(phase) ? colors.dim(" (written)") : "";
      const name = line === 0 ? `${index + 1} ${colors.bold(phase)}${written}` : "";
      return [
        name,
        text,
        plan.units.some((unit) => unit.title === text && blocksWrites(strongestMode(unit.verdict)))
          ? colors.yellow(lock)
          : colors.dim(lock),
      ];
    }),
  );
  const rows = columns(steps.flat()).split("\n");
  const own = steps.map(({ length }) => ({ rows: rows.splice(0, length), least: 1 }));
  return [
    `${colors.bold("Plan")}: ${safetyWords(plan, phaseCount(plan))}`,
    ...unsafePhases(plan).map(({ phase, words }) => `  ${colors.yellow("!")} ${phase}: ${inLine(words.join("; "))}`),
    ...(phases.length > 1 && plan.paceReason !== byDefault ? [`Pace ${plan.pace} (${inLine(plan.paceReason)})`] : []),
    ...own,
  ];
}

/** The files that a phase wrote, each with a description. */
export function writtenParts(
  phase: string,
  files: readonly (readonly [string, string])[],
  colors: Colors,
): readonly Part[] {
  const rows = columns(files.map(([file, what]) => [file, colors.dim(what)])).split("\n");
  return [colors.bold(`Written for ${phase}`), { rows: rows.slice(0, -1), least: 2 }, ...rows.slice(-1)];
}

/** The code changes of a phase. */
export interface CodeWork {
  readonly edits: readonly PlannedEdit[];
  /** The places that were not edited. */
  readonly open: OpenPlaces;
  /** As typed for this plan: it lists the places. */
  readonly command: string;
}

/** The code edits of a phase, one line for each file, and the places that wait for a person. */
export function editsText(work: CodeWork, colors: Colors, done?: string, limits?: PlaceLimits): string {
  return inFull(editsParts(work, colors, done, limits));
}

/** The same as lists. */
export function editsParts(
  { edits, open, command }: CodeWork,
  colors: Colors,
  done = "made",
  limits: PlaceLimits = { likely: 5, possible: 0 },
): readonly Part[] {
  const lines: Part[] = [];
  const whatText = (edit: PlannedEdit) => `${edit.what}${broughtBy(edit, open)}`;
  if (edits.length > 0) {
    const shown = editedPlaces(edits);
    lines.push(`${colors.bold(counted(shown.length, "code edit"))} ${done}`);
    const code = shown.filter(({ file }) => limits.tests === "each" || !isTestFile(file));
    const tests = perFile(shown.filter((edit) => !code.includes(edit)));
    const files = limits.tests === "each" ? code.map((edit) => [edit] as const) : perFile(code);
    const rows = [...files.map((its) => editRow(its, whatText)), ...tests.map((its) => fileRow(its, whatText, "edit"))];
    lines.push(rowsOf(columns(rows), 2));
  }
  const { required } = placeGroups(open);
  if (required.length > 0) {
    lines.push(`${colors.bold(counted(required.length, "place"))} for you to edit ${colors.dim("(see the reason)")}`);
    const rows = required.map((place) => [`${place.file}:${place.line}`, `${place.what} — ${whyText(place)}`]);
    lines.push(rowsOf(columns(rows), 4));
  }
  return [...lines, ...placesParts(open, { limits, command, colors })];
}

/** `src/db.ts:2, 6  import of the Prisma namespace; options of new PrismaClient` */
function editRow(edits: readonly PlannedEdit[], whatText: (edit: PlannedEdit) => string): readonly string[] {
  const its = [...edits].sort((a, b) => a.line - b.line);
  const [lines, whats] = [its.map(({ line }) => String(line)), its.map(whatText)].map((all) => [...new Set(all)]);
  const more = whats!.length > 3 ? ` and ${whats!.length - 3} more` : "";
  return [`${its[0]?.file}:${listed(lines!)}`, `${whats!.slice(0, 3).join("; ")}${more}`];
}

/** One edit of each place: several columns, or parts of one text, written there are one line, and count once. */
export function editedPlaces(edits: readonly PlannedEdit[]): readonly PlannedEdit[] {
  return [...new Map(edits.map((edit) => [`${edit.file}:${edit.line} ${edit.what}`, edit])).values()];
}

/** `, with toDto: copy of User`: for an edit that was not chosen, and that a chosen one needs. */
function broughtBy({ file, site, role, model, field }: PlannedEdit, { choices = [] }: OpenPlaces): string {
  if (site === undefined || role !== undefined) return "";
  const isOf = (its = "") => its === site || its.startsWith(`${site}~`);
  const choice = choices.find(
    (each) =>
      each.by === "needed" &&
      each.model === model &&
      each.field === field &&
      each.key.includes(`:${file}#`) &&
      isOf(each.site),
  );
  return choice?.for === undefined ? "" : `, with ${choice.for}`;
}

/** The message if the user chose to edit nothing. */
export const noEdits =
  "No code was edited (level none). Make the listed required edits: without them the phase may break, and contract waits.";

/** The message if the project's formatter failed. */
export function unformattedText({ formatter, why }: Unformatted, colors: Colors): string {
  return colors.yellow(`${formatter} could not format the files (${why}). Format them before you commit.`);
}

/** Places with little evidence, in full. */
export function silentText(places: readonly Omit<Place, "kind">[], colors: Colors): string {
  return [
    `${colors.bold(counted(places.length, "place"))} with little evidence`,
    columns(
      places.map(({ file, line, what, reason }) => [
        `${file}:${line}`,
        `${what}${reason === "" ? "" : ` — ${reason}`}`,
      ]),
    ),
  ].join("\n");
}

/**
 * `Next   …`: the last lines of every run.
 *
 * @param text one command, or steps, a line each: these are numbered. A line that begins with a blank belongs to the step before.
 */
export function nextText(text: string, colors: Colors): string {
  const steps = text.split(/\n(?! )/);
  return steps.length === 1 ? `${colors.bold("Next")}   ${text}` : [colors.bold("Next"), ...numbered(steps)].join("\n");
}

/** Steps in their order, a line each. */
export function numbered(steps: readonly string[]): readonly string[] {
  return steps.map((step, at) => `  ${at + 1}. ${step}`);
}

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length > 110 ? `${line.slice(0, 109)}…` : line;
}

/** Code that could not be read. Lockstep edits nothing in it, and does not detect what it writes. */
export function unreadText(files: readonly { readonly file: string; readonly why: string }[], colors: Colors): string {
  if (files.length === 0) return "";
  return [
    `${colors.yellow("!")} ${counted(files.length, "file")} could not be read and may write the column`,
    columns(files.map(({ file, why }) => [file, why])),
  ].join("\n");
}
