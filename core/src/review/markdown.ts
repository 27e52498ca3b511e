import { unitsOf } from "../databases/units.js";
import { statedSettingsWords } from "../model/fill.js";
import { type AdviceWords, type ComputedFill, inFiles, type Phase, type Plan, type Unit } from "../model/index.js";
import { phasesOf } from "../plan/phases.js";
import { columnAdvice } from "../rules/advice.js";
import { counted } from "./counted.js";
import { codeSpan, joinMarkdown, type Markdown, markdownTable, md, plain } from "./markdown-text.js";
import { columnLabel, lockWords, phaseLines, stayWords } from "./messages.js";
import { unsafePhases } from "./phase-safety.js";
import { placesMarkdown } from "./places.js";
import { noticeWords } from "./verdict-words.js";

/** Words of the ORM that the page needs. */
export interface OrmWords {
  readonly deploy: string;
  readonly generate: string | undefined;
  readonly advice?: AdviceWords;
}

/** `lockstep/<plan>/README.md`: what a reviewer has to know without knowing Lockstep. The same plan gives the same bytes. */
export function planReadme(plan: Plan, words: OrmWords): string {
  const phases = phasesOf(plan);
  const unsafe = unsafePhases(plan);
  const names = plan.columns.map(columnLabel).join(", ");
  const what = names === "" ? "change tables" : `add ${names}`;
  const paragraphs = [
    md`# ${plan.id}: ${what}${unsafe.length === 0 ? " without stopping anything" : ""}`,
    ...(plan.state.released === "undone" ? [md`**This plan was undone.** What follows is what it was.`] : []),
    intro(plan, phases, unsafe.length === 0),
    md`## What was unsafe`,
    lines(
      plan.hazards.map(
        (hazard) =>
          md`- **${hazard.rule}** (line ${hazard.line} of [original.sql](original.sql)): ${hazard.consequence}\n  ${codeSpan(hazard.sql)}`,
      ),
    ),
    ...(plan.notices.length === 0
      ? []
      : [
          md`These run as they stand, please look at them yourself:`,
          lines(
            plan.notices.map((notice) => md`- line ${notice.line}: ${codeSpan(notice.sql)} — ${noticeWords(notice)}`),
          ),
        ]),
    md`## What happens instead`,
    markdownTable(
      ["phase", "what", "lock", "how it goes out"],
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
          md`**Not safe with the app version before or after it:**`,
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
    ...codeText(plan),
    ...undoText(plan, phases),
    md`## Commands`,
    lines([
      md`- \`npx lockstep status\` — where each database stands`,
      md`- ${codeSpan(`npx lockstep plan ${plan.id}`)} — this page in the terminal, with the phases released so far`,
      ...(plan.backfills.length > 0
        ? [md`- ${codeSpan(`npx lockstep backfill run ${plan.id}`)} — fill the rows; stops and goes on at any time`]
        : []),
      ...(phases.length > 1
        ? [md`- ${codeSpan(`npx lockstep next ${plan.id}`)} — check the gate, write the next phase`]
        : []),
      md`- ${codeSpan(`npx lockstep undo ${plan.id}`)} — take the last phase back`,
      md`- ${codeSpan(`npx lockstep abandon ${plan.id}`)} — take everything back`,
    ]),
    md`\`plan.json\` is the plan itself; it and the SQL files of this folder are checked by hash, so edit neither.`,
  ];
  return md`${joinMarkdown(paragraphs, "\n\n")}\n`.text;
}

const lines = (all: readonly Markdown[]) => joinMarkdown(all, "\n");

function intro(plan: Plan, phases: readonly Phase[], isSafe: boolean): Markdown {
  if (phases.length === 1)
    return md`The migration that the ORM generated was rewritten${isSafe && !plan.units.some(({ spec }) => spec.kind === "online-copy") ? " so that nobody has to wait for it" : ""}. It is one phase: once it is deployed, the plan is done.`;
  return md`The migration as it stood would have failed, blocked the running application or left rows without their values. It was rewritten into ${phases.length} phases.
Each phase is deployed by itself${isSafe ? " and works with the application version before it and after it" : ""}. Every phase can be taken back.${stayWords(plan)}
${paceText(plan)}${plan.state.held.length > 0 ? md`\nThe later phases wait in [held](held) until the database says that they are safe.` : ""}`;
}

/** One line for each choice of a new column that somebody may regret. */
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

function paceText({ pace, paceReason }: Plan): string {
  return pace === "brisk"
    ? `The pace is brisk (${paceReason}): reads open in the same deployment that makes the column required.`
    : `The pace is careful (${paceReason}): reads open in a deployment of their own, before the column becomes required.`;
}

/** How a phase goes out; commands in backticks. */
export function outgoing(phase: Phase, words: OrmWords): string {
  if (phase === "backfill") return "`npx lockstep backfill run`, any time after expand is live";
  const build = words.generate === undefined ? "" : `, \`${words.generate}\``;
  if (phase === "switch") return `\`npx lockstep next\`, commit${build}, deploy the code`;
  return `${phase === "contract" ? "`npx lockstep next`, commit, " : ""}\`${words.deploy}\` first${build}, then the code`;
}

function sourceWords(column: Plan["columns"][number]): Markdown {
  const fill = column.fill ?? column.compute?.fallback;
  const stated = md`.\n  What that gives depends on settings of the session, so it is evaluated under ${statedSettingsWords} wherever it is evaluated`;
  return md`${valueWords(column)}${fill?.dependsOnSession ? stated : ""}`;
}

function valueWords(column: Plan["columns"][number]): Markdown {
  if (column.compute !== undefined) return functionWords(column, column.compute);
  const byDefault = codeSpan(column.defaultSql ?? "");
  if (column.fill === undefined)
    return column.defaultSql === undefined ? md`stays NULL until code writes it` : md`default ${byDefault}`;
  const value = md`${codeSpan(column.fill.sql)} (${column.fill.source})`;
  if (!column.isRelaxed) {
    const later = column.defaultSql === undefined ? "what code gives, or NULL" : md`the default ${byDefault}`;
    return md`${value}, once, by the backfill for rows that exist; new rows get ${later}`;
  }
  if (column.defaultSql !== undefined)
    return md`${value} by the backfill for rows that exist; new rows get the default ${byDefault}`;
  const follows = column.fill.kind === "mirror" ? ", and follows it until contract" : "";
  const written =
    column.write.kind === "typescript"
      ? md`; code writes ${codeSpan(column.write.text)}${column.fill.kind === "mirror" ? " from switch on" : ""}`
      : column.write.kind === "none"
        ? "; new rows get the model's own default"
        : "";
  if (column.fill.withoutTrigger === true) return md`${value}, by the backfill${written}. ${untriggered}`;
  return md`${value}${follows}, by a trigger for new rows, by the backfill for those that exist${written}`;
}

const untriggered = md`There is no trigger: new rows of code that does not know the column stay NULL until the backfill looks back. That all running code
  writes it is what the gate writers-aware asks.`;

/** No trigger can call a function: what that means for new rows has to be said plainly. */
function functionWords({ write }: Plan["columns"][number], { name, source, reads, fallback }: ComputedFill): Markdown {
  const given = reads.length === 0 ? "" : md`, given ${joinMarkdown(reads.map(codeSpan), ", ")}`;
  const written =
    write.kind === "typescript"
      ? md`code writes ${codeSpan(write.text)}`
      : write.kind === "none"
        ? "new rows get the model's own default"
        : "each place of the code that makes rows is listed, for you to write the value";
  const skipped =
    fallback === undefined
      ? "A database that applies all phases at once refuses to become required while a row has no value."
      : md`A database that applies all phases at once fills its rows with the fallback ${codeSpan(fallback.sql)} instead.`;
  return md`the function ${codeSpan(`fills.${name}`)} of ${source}${given}, called by the backfill; ${written}.
  ${untriggered} ${skipped}`;
}

function fileText(plan: Plan, [first, ...more]: readonly [Unit, ...Unit[]]): Markdown {
  if (more.length === 0) return md`- **${first.phase}** ${unitText(plan, first)}\n  ${codeSpan(first.ddl)}`;
  const all = [first, ...more].map((unit) => md`  - ${unitText(plan, unit)}\n    ${codeSpan(unit.ddl)}`);
  return lines([md`- **${first.phase}** In one file:`, ...all]);
}

function unitText(plan: Plan, { title, verdict, undo }: Unit): Markdown {
  return md`${plain(title)}. Lock: ${lockWords(plan, verdict)}. Undo: ${plain(undo)}`;
}

/** What was done in the code, phase by phase, and the places that were not edited. */
function codeText({ id, state }: Plan): readonly Markdown[] {
  if (state.released === "undone") return [];
  const made = (["expand", "switch", "contract"] as const).flatMap((phase) => {
    const own = state.edits.filter((edit) => edit.phase === phase);
    const files = [...new Set(own.map(({ file }) => file))].sort().map(codeSpan);
    return own.length === 0
      ? []
      : [md`- **${phase}** ${counted(own.length, "edit")} made: ${joinMarkdown(files, ", ")}`];
  });
  const open = placesMarkdown(state, `npx lockstep code ${id} --all`);
  if (made.length + open.length === 0) return [];
  return [md`## The code`, ...(made.length === 0 ? [] : [lines(made)]), ...open];
}

/** What takes each phase back, the last first. Words are Markdown. */
export function wayBackRows(plan: Plan, phases: readonly Phase[]): readonly WayBackRow[] {
  const lost = plan.columns.map(columnLabel).join(", ");
  const before = phases.includes("switch") ? "switch" : "expand";
  const isTriggered = plan.columns.some(({ fill, isRelaxed }) => isRelaxed && fill && fill.withoutTrigger !== true);
  const trigger = isTriggered ? ", with its trigger" : "";
  return [
    ...(phases.includes("contract")
      ? ([["contract", before, `a forward migration makes the column optional again${trigger}`, ""]] as const)
      : []),
    ...(phases.includes("switch")
      ? ([["switch", "expand", "no migration; reads are kept away again", ""]] as const)
      : []),
    lost === ""
      ? ["expand", "nothing", "a forward migration changes the tables back, where anybody knows how", ""]
      : ["expand", "nothing", "a forward migration drops the column", `the values in ${lost}`],
  ];
}

/** The phase, where it leads to, what is done in the database, and what is lost: empty for nothing. */
export type WayBackRow = readonly [
  phase: "expand" | "switch" | "contract",
  leads: "switch" | "expand" | "nothing",
  what: string,
  lost: string,
];

function undoText(plan: Plan, phases: readonly Phase[]): readonly Markdown[] {
  const goes =
    plan.columns.length === 0
      ? ""
      : md`\nWhen the column goes, deploy the code first, then the migration: code that still writes the column fails once it is gone. Where contract is live, its undo comes before both: code of before the change writes no value.`;
  const rows = wayBackRows(plan, phases).map(([phase, leads, what, lost]) => [
    phase,
    leads,
    what,
    lost === "" ? "no" : md`**yes: ${lost}**.${stayWords(plan)}`,
  ]);
  return [
    md`## Taking it back`,
    markdownTable(["`npx lockstep undo` takes back", "and leads to", "in the database", "data lost"], rows),
    md`After an undo \`npx lockstep next\` goes on again, with the same reviewed SQL. ${codeSpan(`npx lockstep abandon ${plan.id}`)} takes everything back at once.${goes}`,
  ];
}
