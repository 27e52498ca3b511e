import { type ComputedFill, inFiles, type Phase, type Plan, type Unit } from "../model/index.js";
import { phasesOf } from "../plan/phases.js";
import { statedSettingsWords } from "../sql/postgres/stated-settings.js";
import { unitsOf } from "../units.js";
import { counted } from "./counted.js";
import { unsafePhases } from "./phase-safety.js";
import { placesMarkdown } from "./places.js";
import { noticeWords } from "./verdict-words.js";
import { columnLabel, lockWords, phaseLines, stayWords } from "./words.js";

/** Words of the ORM that the page needs. */
export interface OrmWords {
  readonly deploy: string;
  readonly generate: string | undefined;
}

/** `lockstep/<plan>/README.md`: what a reviewer has to know without knowing Lockstep. The same plan gives the same bytes. */
export function planReadme(plan: Plan, words: OrmWords): string {
  const phases = phasesOf(plan);
  const unsafe = unsafePhases(plan);
  const names = plan.columns.map(columnLabel).join(", ");
  const what = names === "" ? "change tables" : `add ${names}`;
  return `${[
    `# ${plan.id}: ${what}${unsafe.length === 0 ? " without stopping anything" : ""}`,
    ...(plan.state.released === "undone" ? ["**This plan was undone.** What follows is what it was."] : []),
    intro(plan, phases, unsafe.length === 0),
    "## What was unsafe",
    plan.hazards
      .map(
        (hazard) =>
          `- **${hazard.rule}** (line ${hazard.line} of [original.sql](original.sql)): ${hazard.consequence}\n  \`${hazard.sql.replace(/\s+/g, " ")}\``,
      )
      .join("\n"),
    ...(plan.notices.length === 0
      ? []
      : [
          "These run as they stand, please look at them yourself:",
          plan.notices
            .map((notice) => `- line ${notice.line}: \`${notice.sql.replace(/\s+/g, " ")}\` — ${noticeWords(notice)}`)
            .join("\n"),
        ]),
    "## What happens instead",
    table(
      ["phase", "what", "lock", "how it goes out"],
      phases.flatMap((phase) =>
        phaseLines(plan, phase).map(({ text, lock }, index) => [
          index === 0 ? `**${phase}**` : "",
          text,
          lock,
          index === 0 ? outgoing(phase, words) : "",
        ]),
      ),
    ),
    ...(unsafe.length === 0
      ? []
      : [
          "**Not safe with the app version before or after it:**",
          unsafe.map(({ phase, words }) => `- **${phase}** ${words.join("; ")}`).join("\n"),
        ]),
    unitsOf(plan.dialect).lockMeaning,
    ...(plan.columns.length === 0
      ? []
      : [
          "## Where the values come from",
          plan.columns.map((column) => `- ${columnLabel(column)}: ${sourceWords(column)}`).join("\n"),
        ]),
    "## Each migration",
    inFiles(plan.units)
      .map((file) => fileText(plan, file))
      .join("\n"),
    ...codeText(plan),
    ...undoText(plan, phases),
    "## Commands",
    [
      "- `npx lockstep status` — where each database stands",
      `- \`npx lockstep plan ${plan.id}\` — this page in the terminal, with the phases released so far`,
      ...(plan.backfills.length > 0
        ? [`- \`npx lockstep backfill run ${plan.id}\` — fill the rows; stops and goes on at any time`]
        : []),
      ...(phases.length > 1 ? [`- \`npx lockstep next ${plan.id}\` — check the gate, write the next phase`] : []),
      `- \`npx lockstep undo ${plan.id}\` — take the last phase back`,
      `- \`npx lockstep abandon ${plan.id}\` — take everything back`,
    ].join("\n"),
    "`plan.json` is the plan itself; it and the SQL files of this folder are checked by hash, so edit neither.",
  ].join("\n\n")}\n`;
}

function intro(plan: Plan, phases: readonly Phase[], isSafe: boolean): string {
  if (phases.length === 1)
    return `The migration that the ORM generated was rewritten${isSafe && !plan.units.some(({ spec }) => spec.kind === "online-copy") ? " so that nobody has to wait for it" : ""}. It is one phase: once it is deployed, the plan is done.`;
  return `The migration as it stood would have failed, blocked the running application or left rows without their values. It was rewritten into ${phases.length} phases.
Each phase is deployed by itself${isSafe ? " and works with the application version before it and after it" : ""}. Every phase can be taken back.${stayWords(plan)}
${paceText(plan)}
${plan.state.held.length > 0 ? "The later phases wait in [held](held) until the database says that they are safe." : ""}`.trimEnd();
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

function sourceWords(column: Plan["columns"][number]): string {
  const fill = column.fill ?? column.compute?.fallback;
  const stated = `.\n  What that gives depends on settings of the session, so it is evaluated under ${statedSettingsWords} wherever it is evaluated`;
  return `${valueWords(column)}${fill?.dependsOnSession ? stated : ""}`;
}

function valueWords(column: Plan["columns"][number]): string {
  if (column.compute !== undefined) return functionWords(column, column.compute);
  if (column.fill === undefined)
    return column.defaultSql === undefined ? "stays NULL until code writes it" : `default \`${column.defaultSql}\``;
  if (!column.isRelaxed) {
    const later = column.defaultSql === undefined ? "what code gives, or NULL" : `the default \`${column.defaultSql}\``;
    return `\`${column.fill.sql}\` (${column.fill.source}), once, by the backfill for rows that exist; new rows get ${later}`;
  }
  if (column.defaultSql !== undefined)
    return `\`${column.fill.sql}\` (${column.fill.source}) by the backfill for rows that exist; new rows get the default \`${column.defaultSql}\``;
  const follows = column.fill.kind === "mirror" ? ", and follows it until contract" : "";
  const written =
    column.write.kind === "typescript"
      ? `; code writes \`${column.write.text}\`${column.fill.kind === "mirror" ? " from switch on" : ""}`
      : column.write.kind === "none"
        ? "; new rows get the model's own default"
        : "";
  if (column.fill.withoutTrigger === true)
    return `\`${column.fill.sql}\` (${column.fill.source}), by the backfill${written}. ${untriggered}`;
  return `\`${column.fill.sql}\` (${column.fill.source})${follows}, by a trigger for new rows, by the backfill for those that exist${written}`;
}

const untriggered = `There is no trigger: new rows of code that does not know the column stay NULL until the backfill looks back. That all running code
  writes it is what the gate writers-aware asks.`;

/** No trigger can call a function: what that means for new rows has to be said plainly. */
function functionWords({ write }: Plan["columns"][number], { name, source, reads, fallback }: ComputedFill): string {
  const given = reads.length === 0 ? "" : `, given ${reads.map((each) => `\`${each}\``).join(", ")}`;
  const written =
    write.kind === "typescript"
      ? `code writes \`${write.text}\``
      : write.kind === "none"
        ? "new rows get the model's own default"
        : "each place of the code that makes rows is listed, for you to write the value";
  const skipped =
    fallback === undefined
      ? "A database that applies all phases at once refuses to become required while a row has no value."
      : `A database that applies all phases at once fills its rows with the fallback \`${fallback.sql}\` instead.`;
  return `the function \`fills.${name}\` of ${source}${given}, called by the backfill; ${written}.
  ${untriggered} ${skipped}`;
}

function fileText(plan: Plan, [first, ...more]: readonly [Unit, ...Unit[]]): string {
  if (more.length === 0) return `- **${first.phase}** ${unitText(plan, first)}\n  \`${first.ddl}\``;
  const all = [first, ...more].map((unit) => `  - ${unitText(plan, unit)}\n    \`${unit.ddl}\``);
  return [`- **${first.phase}** In one file:`, ...all].join("\n");
}

function unitText(plan: Plan, { title, verdict, undo }: Unit): string {
  return `${title}. Lock: ${lockWords(plan, verdict)}. Undo: ${undo}`;
}

/** What was done in the code, phase by phase, and the places that were not edited. */
function codeText({ id, state }: Plan): string[] {
  if (state.released === "undone") return [];
  const made = (["expand", "switch", "contract"] as const).flatMap((phase) => {
    const own = state.edits.filter((edit) => edit.phase === phase);
    const files = [...new Set(own.map(({ file }) => `\`${file}\``))].sort();
    return own.length === 0 ? [] : [`- **${phase}** ${counted(own.length, "edit")} made: ${files.join(", ")}`];
  });
  const open = placesMarkdown(state, `npx lockstep code ${id} --all`);
  if (made.length + open.length === 0) return [];
  return ["## The code", ...(made.length === 0 ? [] : [made.join("\n")]), ...open];
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

function undoText(plan: Plan, phases: readonly Phase[]): string[] {
  const goes =
    plan.columns.length === 0
      ? ""
      : "\nWhen the column goes, deploy the code first, then the migration: code that still writes the column fails once it is gone. Where contract is live, its undo comes before both: code of before the change writes no value.";
  const rows = wayBackRows(plan, phases).map(([phase, leads, what, lost]) => [
    phase,
    leads,
    what,
    lost === "" ? "no" : `**yes: ${lost}**.${stayWords(plan)}`,
  ]);
  return [
    "## Taking it back",
    table(["`npx lockstep undo` takes back", "and leads to", "in the database", "data lost"], rows),
    `After an undo \`npx lockstep next\` goes on again, with the same reviewed SQL. \`npx lockstep abandon ${plan.id}\` takes everything back at once.${goes}`,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
