import type { GateStep, Place, Plan } from "../model/index.js";
import { objectLabel } from "../model/index.js";
import { dropGates } from "../plan/next-phase.js";
import { phasesOf } from "../plan/phases.js";
import { releasesOf } from "../plan/releases.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import { commandFor, stayWords } from "./messages.js";
import { placeGroups } from "./places.js";

/** What determines the order of an undo, besides the plan. */
export interface WayBackOn {
  /**
   * Of a plan that was undone in contract: the migrations that make its columns optional again, if a database lacks them. Default: none.
   */
  readonly contractUndo?: readonly string[];
  /** Names of the targets. Default: one, which commands need not name. */
  readonly targets?: readonly string[];
  /** Services that announce their builds. Default: none. */
  readonly services?: readonly string[];
  /** The places that the output lists before. Default: those of the plan. */
  readonly places?: readonly Place[];
  /** The number of listed lines that may still use a removed field. Default: none. */
  readonly named?: number;
}

/**
 * The next steps after a phase's files were written: the lines of `Next`, as `nextText` prints them.
 *
 * @param plans of the project: if several are open, a command has to name its own
 */
export function nextStep(plan: Plan, words: OrmPlugin["words"], plans: readonly Plan[], on: WayBackOn = {}): string {
  return [...editSteps(plan, on), ...stepsOf(plan, words, plans, on)].join("\n");
}

/** Code that a person has to change before the review. */
function editSteps({ state, drops = [] }: Plan, { places = state.places, named = 0 }: WayBackOn): readonly string[] {
  const required = placeGroups({ ...state, places }).required.length;
  const gone = state.released === "undone" && state.written.length > 0 ? drops : [];
  const them = gone.length === 1 ? "it" : "them";
  const names = gone.map((drop) => drop.name ?? objectLabel(drop)).join(", ");
  return [
    ...(gone.length === 0 ? [] : [`Restore ${names} in the model and the code, or the ORM drops ${them} again.`]),
    ...(required === 0 ? [] : [required === 1 ? "Edit the place above." : `Edit the ${required} places above.`]),
    ...(named === 0 ? [] : [`Check the ${named === 1 ? "line" : `${named} lines`} above: remove each use.`]),
  ];
}

function stepsOf(plan: Plan, words: OrmPlugin["words"], plans: readonly Plan[], on: WayBackOn): readonly string[] {
  const reviewed = [...(words.generate === undefined ? [] : [words.generate]), "Review and commit."];
  const migrated = [...reviewed, deployOf(plan, words), "Deploy the code."];
  const undone = [
    ...(isTakenBack(plan) ? migrated : [...reviewed, "Deploy the code."]),
    `${commandFor("next", plan, plans)}   # to resume later`,
  ];
  switch (plan.state.released) {
    case "expand":
      if (phasesOf(plan).length === 1) return ["Review and commit.", deployWords(words)];
      if (plan.state.undos !== undefined) return undone;
      return [...migrated, afterExpand(plan, plans)];
    case "switch":
      if (isTakenBack(plan)) return undone;
      if (phasesOf(plan).at(-1) === "switch") return [...reviewed, "Deploy the code.", "npx lockstep status"];
      return ["Review and commit.", "Deploy the code, and let it run for a while.", commandFor("next", plan, plans)];
    case "contract":
      return [...migrated, "npx lockstep status"];
    case "undone":
      return afterUndo(plan, words, reviewed, on);
    default:
      return plan.state.released satisfies never;
  }
}

/** The command after expand and its code are deployed. */
export function afterExpand(plan: Plan, plans: readonly Plan[]): string {
  return commandFor(plan.backfills.length > 0 ? "backfill run" : "next", plan, plans);
}

function afterUndo(
  plan: Plan,
  words: OrmPlugin["words"],
  reviewed: readonly string[],
  on: WayBackOn,
): readonly string[] {
  if (plan.state.written.length === 0) {
    const { file } = plan.source;
    if (file !== undefined && plan.units.some(({ spec }) => spec.kind === "original"))
      return [`Put the other statements of ${file} into a new migration: no migration contains them any more`];
    // Their migration was deleted with the others, but code that runs with this model expects them in the database.
    if (stayWords(plan) !== "")
      return [`${words.develop}   # re-creates the safe changes, which are in the model but in no migration`];
    return [...reviewed.slice(0, -1), "Review and commit: there is nothing to deploy."];
  }
  const { contractUndo = [] } = on;
  // Code deployed before the change writes no value: it needs the trigger that contract dropped.
  const optional = contractUndo.map((file) => words.execute(file)).join(" && ");
  const dropped = plan.undo.expand.flatMap((unit) => dropGates(plan, unit));
  if (dropped.length > 0) return [...reviewed, ...dropSteps(dropped, optional, words, on)];
  const deployed = [deployOf(plan, words), "Deploy the code."];
  return [...reviewed, ...(optional === "" ? deployed.reverse() : deployed)];
}

/** The order in which to deploy an undo that drops columns. The deployment of Lockstep stops at the gate, the ORM's own does not. */
function dropSteps(
  dropped: readonly GateStep[],
  optional: string,
  words: OrmPlugin["words"],
  { targets = [], services = [] }: WayBackOn,
): readonly string[] {
  const names = columnsText(dropped);
  const deploy = `npx lockstep deploy${targets.length > 1 ? " --target <target>" : ""}`;
  const where = targets.length > 1 ? `on each target (${targets.join(", ")}), ` : "";
  const instead = `or ${words.deploy}, which does not stop at this gate`;
  return wayBackSteps(dropped, {
    first:
      optional === ""
        ? []
        : [`${deploy}   # ${where}where contract is live: makes ${names} optional, then stops; or ${optional}`],
    drop: [
      services.length === 0
        ? `${deploy} --confirm column-unused   # ${where}drops ${names}; ${instead}`
        : `${deploy}   # ${where}drops ${names} once every service has announced such a build; ${instead}`,
    ],
  });
}

/** The steps around a drop, in order. @param first the steps before the code @param drop the steps after it */
export function wayBackSteps(
  dropped: readonly GateStep[],
  { first, drop }: { readonly first: readonly string[]; readonly drop: readonly string[] },
): readonly string[] {
  const [it, isGone] = dropped.length === 1 ? ["it", "it is gone"] : ["them", "they are gone"];
  return [
    ...first,
    `Deploy the code that does not use ${columnsText(dropped)}. Builds that still use ${it} fail once ${isGone}.`,
    ...drop,
  ];
}

const columnsText = (dropped: readonly GateStep[]) => [...new Set(dropped.map(objectLabel))].join(", ");

/** The files that revert a released contract, which may not be deployed everywhere. */
export function contractUndos(plan: Plan): string[] {
  return releasesOf(plan)
    .filter(({ kind, phase, isPast }) => kind === "undo" && phase === "contract" && !isPast)
    .map(({ file }) => file);
}

/** Lockstep's own deployment, to one target or all; the files that the ORM loads are compiled before. */
export function deployCommand({ build }: OrmPlugin["words"], target?: string): string {
  return `${build === undefined ? "" : `${build} && `}npx lockstep deploy${target === undefined ? "" : ` --target ${target}`}`;
}

/** The ORM's own command uses the database of its environment, which may be the developer's. */
function deployWords(words: OrmPlugin["words"]): string {
  return `${deployCommand(words)}   # or ${words.deploy}, with the URL of each target`;
}

/** Only Lockstep's own deployment skips a drop that was undone before the target got it. */
function deployOf(plan: Plan, words: OrmPlugin["words"]): string {
  return plan.drops !== undefined && isTakenBack(plan) ? deployCommand(words) : deployWords(words);
}

/** The contract was released and then undone: the database has to follow. */
function isTakenBack(plan: Plan): boolean {
  return releasesOf(plan).some(({ kind, isPast }) => kind === "undo" && !isPast);
}
