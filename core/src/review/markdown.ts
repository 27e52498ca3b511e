import { unitsOf } from "../databases/units.js";
import { statedSettingsWords } from "../model/fill.js";
import {
  type AdviceWords,
  addedBy,
  type ComputedFill,
  type Drop,
  inFiles,
  madeRequiredBy,
  objectLabel,
  type Phase,
  type Plan,
  type Unit,
} from "../model/index.js";
import { phasesOf } from "../plan/phases.js";
import { columnAdvice } from "../rules/advice.js";
import { counted } from "./counted.js";
import { listed } from "./listed.js";
import { codeSpan, joinMarkdown, type Markdown, markdownTable, md, plain } from "./markdown-text.js";
import { columnLabel, lockWords, phaseLines, stayWords } from "./messages.js";
import { unsafePhases } from "./phase-safety.js";
import { placesMarkdown } from "./places.js";
import { type Named, stillNamedMarkdown } from "./still-named.js";
import { isOfHazard } from "./terminal.js";
import { noticeWords } from "./verdict-words.js";

/** The ORM's terms that the page needs. */
export interface OrmWords {
  readonly deploy: string;
  readonly generate: string | undefined;
  readonly advice?: AdviceWords;
}

/**
 * `lockstep/<plan>/README.md`: what a reviewer needs who does not know Lockstep. The same plan gives the same bytes.
 *
 * @param named lines of code that still contain the name of a removed field. Default: none
 */
export function planReadme(plan: Plan, words: OrmWords, named: readonly Named[] = []): string {
  const phases = phasesOf(plan);
  const unsafe = unsafePhases(plan);
  const what = whatOf(plan);
  const ofHazards = plan.notices.filter(isOfHazard);
  const unchanged = plan.notices.filter((notice) => !isOfHazard(notice));
  const paragraphs = [
    md`# ${plan.id}: ${what}${unsafe.length === 0 ? " without downtime" : ""}`,
    ...(plan.state.released === "undone"
      ? [md`**This plan was undone.** The rest of this page describes what it did.`]
      : []),
    intro(plan, phases, unsafe.length === 0),
    md`## What was unsafe`,
    lines(
      plan.hazards.map(
        (hazard) =>
          md`- **${hazard.rule}** (line ${hazard.line} of [original.sql](original.sql)): ${hazard.consequence}\n  ${codeSpan(hazard.sql)}`,
      ),
    ),
    ...(ofHazards.length === 0
      ? []
      : [
          lines(ofHazards.map((notice) => md`- line ${notice.line}: ${codeSpan(notice.sql)} — ${noticeWords(notice)}`)),
        ]),
    ...(unchanged.length === 0
      ? []
      : [
          md`These statements run unchanged. Please review them yourself:`,
          lines(unchanged.map((notice) => md`- line ${notice.line}: ${codeSpan(notice.sql)} — ${noticeWords(notice)}`)),
        ]),
    md`## What happens instead`,
    markdownTable(
      ["phase", "what", "lock", "how to deploy it"],
      phases.flatMap((phase) =>
        phaseLines(plan, phase).map(({ text, lock }, index) => [
          index === 0 ? md`**${phase}**` : "",
          text,
          lock,
          index === 0 ? outgoing(phase, words) : "",
        ]),
      ),
    ),
    ...(unsafe.length === 0
      ? []
      : [
          md`**Not safe with the app version before or after this phase:**`,
          lines(unsafe.map(({ phase, words }) => md`- **${phase}** ${words.join("; ")}`)),
        ]),
    lines(
      unitsOf(plan.dialect)
        .lockMeaning.split("\n")
        .map((line) => md`${line}`),
    ),
    ...(plan.columns.length === 0
      ? []
      : [
          md`## Where the values come from`,
          lines(plan.columns.map((column) => md`- ${columnLabel(column)}: ${sourceWords(column)}`)),
          ...adviceText(plan, words),
        ]),
    md`## Each migration`,
    lines(inFiles(plan.units).map((file) => fileText(plan, file))),
    ...releasedText(plan),
    ...codeText(plan, named),
    ...undoText(plan, phases),
    md`## Commands`,
    lines([
      md`- \`npx lockstep status\` — show the state of each database`,
      md`- ${codeSpan(`npx lockstep plan ${plan.id}`)} — show its hazards, phases and code edits in the terminal`,
      ...(plan.backfills.length > 0
        ? [md`- ${codeSpan(`npx lockstep backfill run ${plan.id}`)} — fill the rows; can be stopped and resumed`]
        : []),
      ...(phases.length > 1
        ? [md`- ${codeSpan(`npx lockstep next ${plan.id}`)} — check the gate and write the next phase`]
        : []),
      md`- ${codeSpan(`npx lockstep undo ${plan.id}`)} — ${phases.length > 1 ? "revert the last phase" : "revert it"}`,
      ...(phases.length > 1 ? [md`- ${codeSpan(`npx lockstep abandon ${plan.id}`)} — revert everything`] : []),
    ]),
    md`Do not edit \`plan.json\` or the SQL files of this folder: Lockstep checks their hashes.`,
  ];
  return md`${joinMarkdown(paragraphs, "\n\n")}\n`.text;
}

/**
 * `add "User"."handle"`
 * @param most names of each kind
 */
export function whatOf(plan: Plan, most = Number.POSITIVE_INFINITY): string {
  const added = listed(addedBy(plan).map(columnLabel), most);
  const required = listed(madeRequiredBy(plan).map(columnLabel), most);
  const dropped = listed((plan.drops ?? []).map(objectLabel), most);
  return [
    ...(added === "" ? [] : [`add ${added}`]),
    ...(required === "" ? [] : [`make ${required} required`]),
    ...(dropped === "" ? [] : [`drop ${dropped}`]),
    ...(added + required + dropped === "" ? ["change tables"] : []),
  ].join(" and ");
}

const lines = (all: readonly Markdown[]) => joinMarkdown(all, "\n");

function intro(plan: Plan, phases: readonly Phase[], isSafe: boolean): Markdown {
  if (phases.length === 1)
    return md`${plan.source.file === undefined ? "The migration that the ORM generated" : "Your migration"} was rewritten${isSafe && !plan.units.some(({ spec }) => spec.kind === "online-copy") ? " so that reads and writes continue" : ""}. The plan has one phase: it is done once this is deployed.`;
  const isDrop = plan.columns.length === 0 && plan.drops !== undefined;
  return md`The generated migration would have ${isDrop ? "broken running code" : "failed, blocked the application or left rows without values"}. Lockstep rewrote it into ${phases.length} phases.
Deploy each phase separately.${isSafe ? " Each one works with the application version before and after it." : ""} Every phase can be reverted${plan.drops === undefined ? "" : " until the drop has run"}.${stayWords(plan)}
${isDrop ? "Code stops using what it drops one deployment earlier." : paceText(plan)}${plan.state.held.length > 0 ? md`\nThe migrations of later phases are in [held](held), until Lockstep has checked in the database that they are safe.` : ""}`;
}

/** One line for each choice of a new column that is often regretted. */
function adviceText({ columns, dialect }: Plan, { advice }: OrmWords): readonly Markdown[] {
  const all = columns.flatMap(({ defaultSql, sequence, ...column }) =>
    columnAdvice(
      { ...column, hasDefault: defaultSql !== undefined, isNumbered: sequence !== undefined },
      dialect,
      advice,
    ),
  );
  if (all.length === 0) return [];
  return [lines(all.map(({ id, regret, instead }) => md`- Advice (${id}): ${regret} — ${instead}.`))];
}

function paceText(plan: Plan): string {
  const { pace, paceReason } = plan;
  if (addedBy(plan).length === 0) return "Code writes the column one deployment before the database requires it.";
  return pace === "brisk"
    ? `The pace is brisk (${paceReason}): code starts to read the column in the deployment that makes it required.`
    : `The pace is careful (${paceReason}): code starts to read the column in a separate deployment, before it becomes required.`;
}

/** How a phase is released; commands in backticks. */
export function outgoing(phase: Phase, words: OrmWords): string {
  if (phase === "backfill") return "`npx lockstep backfill run`, once expand is live";
  const build = words.generate === undefined ? "" : `, \`${words.generate}\``;
  if (phase === "switch") return `\`npx lockstep next\`, commit${build}, deploy the code`;
  return `${phase === "contract" ? "`npx lockstep next`, commit, " : ""}\`${words.deploy}\` first${build}, then the code`;
}

function sourceWords(column: Plan["columns"][number]): Markdown {
  const fill = column.fill ?? column.compute?.fallback;
  const stated = md`.\n  The result depends on session settings, so Lockstep always evaluates it under ${statedSettingsWords}`;
  return md`${valueWords(column)}${fill?.dependsOnSession ? stated : ""}`;
}

function valueWords(column: Plan["columns"][number]): Markdown {
  if (column.compute !== undefined) return functionWords(column, column.compute);
  const byDefault = codeSpan(column.defaultSql ?? "");
  if (column.fill === undefined && column.becomesRequired)
    return md`its rows have values. Contract checks that, and fails if one has none`;
  if (column.fill === undefined)
    return column.defaultSql === undefined ? md`stays NULL until code writes it` : md`default ${byDefault}`;
  const value = md`${codeSpan(column.fill.sql)} (${column.fill.source})`;
  if (!column.isRelaxed) {
    const later =
      column.defaultSql === undefined ? "the value that code writes, or NULL" : md`the default ${byDefault}`;
    return md`${value} for existing rows, written once by the backfill; new rows get ${later}`;
  }
  if (column.defaultSql !== undefined)
    return md`${value} for existing rows, written by the backfill; new rows get the default ${byDefault}`;
  const follows = column.fill.kind === "mirror" ? ", kept in sync until contract" : "";
  const written =
    column.write.kind === "typescript"
      ? md`; code writes ${codeSpan(column.write.text)}${column.fill.kind === "mirror" ? " from switch on" : ""}`
      : column.write.kind === "none"
        ? "; new rows get the model's own default"
        : "";
  if (column.fill.withoutTrigger === true) return md`${value}, by the backfill${written}. ${untriggered}`;
  return md`${value}${follows}: a trigger fills new rows, the backfill fills existing ones${written}`;
}

const untriggered = md`There is no trigger. Rows that older code inserts stay NULL until the backfill has filled them. The gate writers-aware opens
  once all running code writes the column.`;

/** No trigger can call a function: the page has to explain what that means for new rows. */
function functionWords({ write }: Plan["columns"][number], { name, source, reads, fallback }: ComputedFill): Markdown {
  const given = reads.length === 0 ? "" : md`, given ${joinMarkdown(reads.map(codeSpan), ", ")}`;
  const written =
    write.kind === "typescript"
      ? md`code writes ${codeSpan(write.text)}`
      : write.kind === "none"
        ? "new rows get the model's own default"
        : "Lockstep lists each call site that creates rows, and you write the value there";
  const skipped =
    fallback === undefined
      ? "On a database that applies all phases at once, contract fails if a row has no value."
      : md`A database that applies all phases at once uses the fallback ${codeSpan(fallback.sql)} instead.`;
  return md`the function ${codeSpan(`fills.${name}`)} of ${source}${given}, called by the backfill; ${written}.
  ${untriggered} ${skipped}`;
}

/** The files of the phases that are in the repository. */
function releasedText({ state, originalModels }: Plan): readonly Markdown[] {
  const files = [...new Set([...state.written, ...originalModels].map(({ file }) => file))];
  return files.length === 0 ? [] : [md`Files of the released phases: ${joinMarkdown(files.map(codeSpan), ", ")}`];
}

function fileText(plan: Plan, [first, ...more]: readonly [Unit, ...Unit[]]): Markdown {
  if (more.length === 0) return md`- **${first.phase}** ${unitText(plan, first)}\n  ${codeSpan(first.ddl)}`;
  const all = [first, ...more].map((unit) => md`  - ${unitText(plan, unit)}\n    ${codeSpan(unit.ddl)}`);
  return lines([md`- **${first.phase}** In one file:`, ...all]);
}

function unitText(plan: Plan, unit: Unit): Markdown {
  return md`${plain(unit.title)}. Lock: ${lockWords(plan, unit)}. Undo: ${plain(unit.undo)}`;
}

/** The edits of each phase, and the places that were not edited. */
function codeText({ id, state }: Plan, named: readonly Named[]): readonly Markdown[] {
  const left = stillNamedMarkdown(named);
  if (state.released === "undone") return left.length === 0 ? [] : [md`## The code`, ...left];
  const made = (["expand", "switch", "contract"] as const).flatMap((phase) => {
    const own = state.edits.filter((edit) => edit.phase === phase);
    const files = [...new Set(own.map(({ file }) => file))].sort().map(codeSpan);
    return own.length === 0
      ? []
      : [md`- **${phase}** ${counted(own.length, "edit")} made: ${joinMarkdown(files, ", ")}`];
  });
  const open = [...left, ...placesMarkdown(state, `npx lockstep code ${id} --all`)];
  if (made.length + open.length === 0) return [];
  return [md`## The code`, ...(made.length === 0 ? [] : [lines(made)]), ...open];
}

/** How to revert each phase, the last first. Texts are Markdown. */
export function wayBackRows(plan: Plan, phases: readonly Phase[]): readonly WayBackRow[] {
  const lost = addedBy(plan).map(columnLabel).join(", ");
  const before = phases.includes("switch") ? "switch" : "expand";
  const isTriggered = plan.columns.some(({ fill, isRelaxed }) => isRelaxed && fill && fill.withoutTrigger !== true);
  const trigger = isTriggered ? ", with its trigger" : "";
  const namesOf = (drops: readonly Drop[]) => drops.map(objectLabel).join(", ");
  const dropped = namesOf(plan.drops ?? []);
  const gone = dropped === "" ? "" : `the values in ${dropped} where contract has run`;
  const [columns, tables] = [
    namesOf((plan.drops ?? []).filter(({ column }) => column !== undefined)),
    namesOf((plan.drops ?? []).filter(({ column }) => column === undefined)),
  ];
  const back = [
    ...(plan.columns.length === 0 ? [] : [`makes the column optional again${trigger}`]),
    ...(columns === "" ? [] : [`adds ${columns} again, empty where contract has run`]),
  ];
  const forward = back.length > 0 ? `a forward migration ${back.join(" and ")}` : "no migration";
  const stays = tables === "" ? "" : `; where contract has run, ${tables} stays dropped`;
  const kept = [
    ...(madeRequiredBy(plan).length === 0 ? [] : ["the column stays optional, with its values"]),
    ...(dropped === "" ? [] : [`${dropped} is still there. You restore it in the model and the code`]),
  ];
  const undone =
    lost !== ""
      ? "a forward migration drops the column"
      : kept.length > 0
        ? `nothing: ${kept.join("; ")}`
        : "a forward migration changes the tables back, where Lockstep can";
  return [
    ...(phases.includes("contract") ? ([["contract", before, `${forward}${stays}`, gone]] as const) : []),
    ...(phases.includes("switch")
      ? ([["switch", "expand", "no migration; code stops reading the column", ""]] as const)
      : []),
    ["expand", "nothing", undone, lost === "" ? "" : `the values in ${lost}`],
  ];
}

/** The phase, the phase it returns to, the change in the database, and the data that is lost: empty for nothing. */
export type WayBackRow = readonly [
  phase: "expand" | "switch" | "contract",
  leads: "switch" | "expand" | "nothing",
  what: string,
  lost: string,
];

function undoText(plan: Plan, phases: readonly Phase[]): readonly Markdown[] {
  const drop =
    addedBy(plan).length === 0
      ? ""
      : "Before the column is dropped, deploy the code that no longer writes it: older builds fail afterwards. ";
  const goes =
    plan.columns.length === 0
      ? ""
      : `\n${drop}${phases.includes("contract") ? "If contract is live, deploy its undo first: code from before the change writes no value." : ""}`.trimEnd();
  const rows = wayBackRows(plan, phases).map(([phase, leads, what, lost]) => [
    phase,
    leads,
    what,
    lost === "" ? "no" : md`**yes: ${lost}**.${stayWords(plan)}`,
  ]);
  return [
    md`## Revert`,
    markdownTable(["`npx lockstep undo` reverts", "to", "in the database", "data lost"], rows),
    ...(phases.length > 1
      ? [
          md`After an undo, \`npx lockstep next\` releases the same reviewed SQL again. ${codeSpan(`npx lockstep abandon ${plan.id}`)} reverts everything at once.${goes}`,
        ]
      : goes === ""
        ? []
        : [md`${goes.trim()}`]),
  ];
}
