import { blocksWrites, type Plan, strongestMode } from "../model/index.js";
import { phasesOf } from "../plan/phases.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import type { Colors } from "../review/colors.js";
import { counted } from "../review/counted.js";
import { failingText } from "../review/failing-statements.js";
import { fitted, mostLines, type Part, rowsOf } from "../review/fitted.js";
import { commandFor, fileTitle } from "../review/messages.js";
import { missingTypesText, nullUncheckedText } from "../review/missing-types.js";
import { nextStep } from "../review/next-step.js";
import { unsafePhases } from "../review/phase-safety.js";
import { inLine } from "../review/printable.js";
import { stillNamedText } from "../review/still-named.js";
import {
  editsParts,
  hazardRows,
  hazardsText,
  nextText,
  noEdits,
  noticesText,
  planParts,
  planText,
  unformattedText,
  writtenParts,
} from "../review/terminal.js";
import { uncheckedText } from "../review/unchecked.js";
import { unlistedText } from "../review/unlisted.js";
import { addsCheck } from "../sql/unit-words.js";
import type { Told } from "./change.js";
import type { PhaseFiles } from "./release/prepare-phase.js";

/** The messages about a change before its plan, or without one. */
export function toldText({ corrections, notices, unused, warnings = [] }: Told, colors: Colors): string {
  return [
    "Lockstep",
    ...corrections.map((text) => `  ${colors.green("✔")} ${text}`),
    ...(notices.length === 0 ? [] : [noticesText(notices, colors)]),
    ...[...unused, ...warnings].map((text) => `  ${colors.yellow("!")} ${text}`),
  ].join("\n");
}

/**
 * The message about a change that needs a plan, before anything is written: the hazards and their replacements. Empty if the message after
 * writing is enough.
 */
export function foundText(plan: Plan, colors: Colors): string {
  return isBrief(plan) ? "" : `\n${foundLines(plan, colors)}\n`;
}

/** As many lines as leave enough for what is written, and for `Next`. */
function foundLines(plan: Plan, colors: Colors): string {
  const parts: readonly Part[] = [
    colors.bold(inLine(plan.id)),
    { rows: hazardRows(plan, colors), least: 1 },
    ...(plan.notices.length > 0 ? [rowsOf(noticesText(plan.notices, colors), 1)] : []),
    "",
    ...planParts(plan, colors),
  ];
  const few = fitted(parts, Number.POSITIVE_INFINITY, colors);
  return few.split("\n").length <= fewFound ? few : fitted(parts, mostFound, colors);
}

/** No row leaves a message of so many lines. */
const fewFound = 24;
const mostFound = 20;

/** The same, also for a plan whose message after writing is enough. */
export function hazardText(plan: Plan, colors: Colors): string {
  return joined([
    "",
    hazardsText(plan, colors),
    ...(plan.notices.length > 0 ? [noticesText(plan.notices, colors)] : []),
    "",
    planText(plan, colors),
    "",
  ]);
}

/**
 * The files that expand wrote: its migrations, the relaxed models, the plan's folder, the code edits; and the next step.
 *
 * @param plans of the project
 */
export function expandText(
  prepared: PhaseFiles,
  words: OrmPlugin["words"],
  plans: readonly Plan[],
  colors: Colors,
): string {
  const {
    plan,
    migrations,
    changes,
    edits,
    unlisted,
    isCodeLeft = false,
    unchecked,
    missingTypes,
    isNullUnchecked = false,
    unformatted,
    named = [],
    failing = { prepared: [], wholeRows: [] },
  } = prepared;
  if (isBrief(plan)) return briefText(prepared, colors);
  const command = commandFor("code", plan, plans);
  const models = modelFiles(plan);
  const known = new Set([
    ...migrations.map(({ unit }) => unit.file),
    ...models.map(([file]) => file),
    ...edits.map(({ file }) => file),
  ]);
  const others = changes.filter(({ file }) => !known.has(file) && !file.startsWith("lockstep/"));
  const next = nextText(nextStep(plan, words, plans, { named: named.length }), colors);
  const parts: readonly Part[] = [
    ...writtenParts(
      "expand",
      [
        ...migrations.map(({ name, unit }) => [name, fileTitle(unit.units)] as const),
        ...models,
        ...others.map(({ file }) => [file, ""] as const),
        [
          `lockstep/${plan.id}/`,
          `the plan, its README for reviewers, ${plan.state.held.length > 0 ? "unreleased and " : ""}undo migrations`,
        ],
      ],
      colors,
    ),
    ...(isCodeLeft ? [colors.yellow(noEdits)] : []),
    ...(unchecked === undefined ? [] : [uncheckedText(unchecked, `With more time: ${command}`, colors)]),
    ...(missingTypes === undefined ? [] : [missingTypesText(missingTypes, command, colors)]),
    ...(isNullUnchecked ? [colors.yellow(nullUncheckedText(command))] : []),
    ...(unformatted === undefined ? [] : [unformattedText(unformatted, colors)]),
    ...editsParts({ edits, open: plan.state, command }, colors),
    ...(unlisted.length === 0 ? [] : [unlistedText(unlisted, colors)]),
    ...(named.length === 0 ? [] : [stillNamedText(named, plan.id, colors)]),
    ...[failingText(failing)].filter((text) => text !== ""),
  ];
  const most = mostLines - [foundLines(plan, colors), "", next].join("\n").split("\n").length;
  return `\n${fitted(parts, most, colors)}\n${next}\n`;
}

/** Whether a plan only writes safe migrations: no column, no further phase, and nothing to do after its deployment. */
function isBrief(plan: Plan): boolean {
  return (
    plan.columns.length === 0 &&
    phasesOf(plan).length === 1 &&
    plan.units.every(({ spec }) => spec.kind !== "online-copy")
  );
}

/** One line for each object that changes. */
function briefText({ plan, migrations, unlisted, unformatted }: PhaseFiles, colors: Colors): string {
  const units = plan.units.filter((unit) =>
    unit.spec.kind === "original" ? addsCheck(unit.ddl) : !isFollowing(unit, plan),
  );
  const unsafe = [...plan.units.flatMap(lossOf), ...unsafePhases(plan).flatMap(({ words }) => words)];
  const count = migrations.length;
  const own = plan.units.filter(({ spec }) => spec.kind === "original");
  // The notices report the user's own statements that hold a lock for longer.
  const isShort = own.every(({ verdict }) => verdict.held === "instant" || !blocksWrites(strongestMode(verdict)));
  const goesOn = isShort ? `Reads and writes continue while ${count === 1 ? "it runs" : "they run"}. ` : "";
  // An undo leaves the user's own statements.
  const wayBack = own.length > 0 ? "" : colors.dim(`To undo it: npx lockstep undo ${plan.id}`);
  return joined([
    "Lockstep",
    ...units.map(({ title }) => `  ${colors.green("✔")} ${title}`),
    ...unsafe.map((words) => `  ${colors.yellow("!")} ${inLine(words)}`),
    ...(plan.notices.length > 0 ? [noticesText(plan.notices, colors)] : []),
    ...(unformatted === undefined ? [] : [unformattedText(unformatted, colors)]),
    ...(unlisted.length === 0 ? [] : [unlistedText(unlisted, colors)]),
    `  ${counted(count, "migration")} written. ${goesOn}${wayBack}`.trimEnd(),
    "",
  ]);
}

/** What a dropped index no longer does. */
function lossOf({ spec }: Plan["units"][number]): string[] {
  if (spec.kind !== "drop-index") return [];
  const { name, isUnique, columns } = spec.index;
  const repeats = isUnique ? `, and rows may repeat (${columns.join(", ")})` : "";
  return [`queries that used "${name}" may become slow${repeats}`];
}

/** Whether a unit completes an object that another unit adds. The user's own statement may add a foreign key that a unit validates. */
function isFollowing({ spec }: Plan["units"][number], { units }: Plan): boolean {
  if (spec.kind === "prove") return true;
  if (spec.kind !== "validate-foreign-key") return spec.kind === "assert-index" || spec.kind === "attach-unique";
  return units.some(
    (other) => other.spec.kind === "add-foreign-key" && other.spec.foreignKey.name === spec.foreignKey.name,
  );
}

/** The files that declare the models, each with the model's state until contract. */
function modelFiles(plan: Plan): (readonly [string, string])[] {
  const files = new Map<string, Set<string>>();
  for (const { file, model } of plan.originalModels) {
    const what = modelWords(plan, model);
    if (what !== "") files.set(file, (files.get(file) ?? new Set()).add(what));
  }
  return [...files].map(([file, what]) => [file, [...what].join("; ")]);
}

/** The state of a model until contract. */
function modelWords({ columns, keptUniques = [] }: Plan, model: string): string {
  const names = columns
    .filter((column) => column.isRelaxed && column.model === model)
    .map((column) => `${model}.${column.field}`);
  const kept = keptUniques.filter((unique) => unique.model === model).map((unique) => `(${unique.fields.join(", ")})`);
  return [
    ...(names.length === 0 ? [] : [`${names.join(", ")} optional until contract`]),
    ...(kept.length === 0 ? [] : [`${model} still unique on ${kept.join(", ")} until contract`]),
  ].join("; ");
}

/** Removes repeated empty lines. */
function joined(lines: readonly string[]): string {
  return lines.filter((line, index) => !(line === "" && lines[index - 1] === "")).join("\n");
}
