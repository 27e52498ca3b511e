import type { GateStep, Plan } from "../model/index.js";
import { dropGates } from "../plan/next-phase.js";
import { phasesOf } from "../plan/phases.js";
import { releasesOf } from "../plan/releases.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import { columnLabel, commandFor, stayWords } from "./messages.js";

/** What the order of a way back depends on, besides the plan. */
export interface WayBackOn {
  /**
   * Of a plan that was left in contract: the migrations that make its columns optional again, where a database does not have them yet.
   * Default: none.
   */
  readonly contractUndo?: readonly string[];
  /** Names of the targets. Default: one, which commands need not name. */
  readonly targets?: readonly string[];
  /** Those that announce their builds. Default: none. */
  readonly services?: readonly string[];
}

/**
 * What to do after the files of a phase were written: the `Next` line.
 *
 * @param plans of the project: while several are open a command has to name its own
 */
export function nextStep(plan: Plan, words: OrmPlugin["words"], plans: readonly Plan[], on: WayBackOn = {}): string {
  const build = words.generate === undefined ? "" : `${words.generate}, `;
  const goOn = `To go on again: ${commandFor("next", plan, plans)}`;
  switch (plan.state.released) {
    case "expand":
      if (phasesOf(plan).length === 1) return "commit and deploy: this plan has one phase";
      if (plan.state.undos !== undefined) return `${build}review and commit, ${afterUndo(plan, words)}.  ${goOn}`;
      return `${build}review and commit, deploy (first ${deployWords(words)}, then the code).  Then: ${commandFor(plan.backfills.length > 0 ? "backfill run" : "next", plan, plans)}`;
    case "switch":
      if (isTakenBack(plan)) return `${build}review and commit, ${afterUndo(plan, words)}.  ${goOn}`;
      if (phasesOf(plan).at(-1) === "switch")
        return `${build}review and commit, deploy the code.  Then: npx lockstep status`;
      return `review and commit, deploy the code.  When it has run well for a while: ${commandFor("next", plan, plans)}`;
    case "contract":
      return `${build}review and commit, deploy (first ${deployWords(words)}, then the code).  Then: npx lockstep status`;
    case "undone": {
      if (plan.state.written.length === 0) {
        const { file } = plan.source;
        if (file !== undefined && plan.units.some(({ spec }) => spec.kind === "original"))
          return `put what else stood in ${file} into a migration of its own: no migration has it any more`;
        // Their migration is gone with the others, and code that runs with this model expects them in the database.
        if (stayWords(plan) !== "")
          return `${words.develop}, for what passed as it stood: the model keeps it, and no migration has it any more`;
        return `${build}review and commit: there is nothing to deploy`;
      }
      const { contractUndo = [] } = on;
      // Code of before the change writes no value: it needs the trigger that contract took away.
      const optional = contractUndo.map((file) => words.execute(file)).join(" && ");
      const dropped = plan.undo.expand.flatMap((unit) => dropGates(plan, unit));
      if (dropped.length > 0) return `${build}review and commit.${dropText(dropped, optional, words, on)}`;
      const codeFirst = `deploy the code first, then ${deployWords(words)}`;
      return `${build}review and commit, ${optional === "" ? codeFirst : `run ${optional} on each database where contract is live, then ${codeFirst}`}`;
    }
    default:
      return plan.state.released satisfies never;
  }
}

/** The order in which a way back is deployed that drops columns. The deployment of Lockstep stops at the gate, the ORM's own nowhere. */
function dropText(
  dropped: readonly GateStep[],
  optional: string,
  words: OrmPlugin["words"],
  { targets = [], services = [] }: WayBackOn,
): string {
  const names = columnsText(dropped);
  const deploy = `npx lockstep deploy${targets.length > 1 ? " --target <target>" : ""}`;
  const steps = wayBackSteps(dropped, {
    first: optional === "" ? [] : [`${deploy}: where contract is live it makes ${names} optional again, then it stops`],
    drop: [
      services.length === 0
        ? `${deploy} --confirm column-unused: it drops ${names}`
        : `${deploy}: it drops ${names} once every service has announced such a build`,
    ],
  });
  const where = targets.length > 1 ? ` on each target (${targets.join(", ")}),` : "";
  const by = `With ${words.deploy}, which does not stop: run it as step ${steps.length}`;
  return [
    `  Then${where} in this order:`,
    ...numbered(steps),
    optional === "" ? by : `${by}, and as step 1, where contract is live, ${optional}`,
  ].join(nextLine);
}

/** What is done around a drop, in order. @param first what comes before the code @param drop what comes after it */
export function wayBackSteps(
  dropped: readonly GateStep[],
  { first, drop }: { readonly first: readonly string[]; readonly drop: readonly string[] },
): readonly string[] {
  const it = dropped.length === 1 ? "it is" : "they are";
  return [
    ...first,
    `deploy the code that does not use ${columnsText(dropped)}: builds that still do fail once ${it} gone`,
    ...drop,
  ];
}

/** Steps as a list of `Next`. */
export function numbered(steps: readonly string[]): readonly string[] {
  return steps.map((step, at) => `${at + 1}. ${step.replaceAll(nextLine, `${nextLine}   `)}`);
}

/** Under the first line of `Next`. */
export const nextLine = "\n       ";

const columnsText = (dropped: readonly GateStep[]) =>
  [...new Set(dropped.map(({ table, column }) => columnLabel({ table, name: column })))].join(", ");

/** The files that take a released contract back, which may not have arrived everywhere. */
export function contractUndos(plan: Plan): string[] {
  return releasesOf(plan)
    .filter(({ kind, phase, isPast }) => kind === "undo" && phase === "contract" && !isPast)
    .map(({ file }) => file);
}

/** Lockstep's own deployment, to one target or all; what the ORM loads is compiled before. */
export function deployCommand({ build }: OrmPlugin["words"], target?: string): string {
  return `${build === undefined ? "" : `${build} && `}npx lockstep deploy${target === undefined ? "" : ` --target ${target}`}`;
}

/** The ORM's own command reaches the database of the environment that it is typed in, which may be the developer's. */
function deployWords(words: OrmPlugin["words"]): string {
  return `${deployCommand(words)}, or ${words.deploy} with the URL of each target`;
}

function afterUndo(plan: Plan, words: OrmPlugin["words"]): string {
  return isTakenBack(plan) ? `deploy (first ${deployWords(words)}, then the code)` : "deploy the code";
}

/** The contract was released and taken back since: the database has to follow. */
function isTakenBack(plan: Plan): boolean {
  return releasesOf(plan).some(({ kind, isPast }) => kind === "undo" && !isPast);
}
