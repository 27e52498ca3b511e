import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "../base/errors.js";
import { conflictLine } from "../base/files/conflicts.js";
import { isSameTable, type Plan, type TableName, type WrittenUnit } from "../model/index.js";
import { foldersWithout, refuseContradictions } from "./contradictions.js";
import { fileHash } from "./hash.js";
import { oneSideHint, restoreFiles, restoreHint } from "./one-side.js";
import { phasesOf } from "./phases.js";
import { planFolder, readPlan } from "./plan-file.js";
import { planIds } from "./plan-ids.js";
import { fileText } from "./unit-files.js";

/** Every plan of a project, oldest first. @throws the errors of readPlan */
export function listPlans(root: string): Plan[] {
  return planIds(root).map((id) => loadPlan(root, id));
}

/** Every plan of a project; a damaged one does not hide the others. */
export function readPlans(root: string): {
  readonly plans: readonly Plan[];
  readonly damagedPlans: readonly { readonly id: string; readonly error: Error }[];
} {
  const plans: Plan[] = [];
  const damagedPlans: { id: string; error: Error }[] = [];
  for (const id of planIds(root))
    try {
      plans.push(loadPlan(root, id));
    } catch (error) {
      damagedPlans.push({ id, error: error as Error });
    }
  return { plans, damagedPlans };
}

/**
 * Reads one plan.
 *
 * @throws LS3005 no such plan · LS3014 a plan of another folder, and the errors of readPlan
 */
export function loadPlan(root: string, id: string): Plan {
  const file = `${planFolder(id)}/plan.json`;
  if (!existsSync(join(root, file))) {
    const known = planIds(root);
    throw new LockstepError("LS3005", `There is no plan ${id}.${known.length ? ` Plans: ${known.join(", ")}` : ""}`);
  }
  const text = readFileSync(join(root, file), "utf8");
  const line = conflictLine(text);
  if (line !== undefined)
    throw new LockstepError("LS3007", `${file}:${line}: git's conflict markers are in the file.`, {
      hint: oneSideHint(root, id) ?? restoreFiles([file]),
    });
  const plan = readPlan(text, file);
  if (plan.id !== id)
    throw new LockstepError("LS3014", `${file} belongs to plan ${plan.id}.`, {
      hint: `Keep one folder per plan: lockstep/${plan.id}. If lockstep/${id} is a copy, remove it.`,
    });
  return plan;
}

/** Whether phases are left that are not in the repository yet. */
export function isOpen(plan: Plan): boolean {
  return plan.state.released !== "undone" && plan.state.released !== phasesOf(plan).at(-1);
}

/** A command that reverts something. */
export type WayBack = "undo" | "abandon";

/** Which plans a command can work on, besides open ones. */
export interface PlanUse {
  /** It reverts something. */
  readonly wayBack?: WayBack | undefined;
  /** It works on a backfill: of several open plans, only those in expand can have one to run. Default: false */
  readonly isBackfill?: boolean;
}

/**
 * The default plan of a command: the only open one that it can work on, or the last that was not undone; undefined while several are open.
 *
 * @param wayBack a repeated command must not revert another, finished plan: `undo` takes one only if it is the newest and all others are
 *   undone, and `abandon`, which loses values, requires the name
 */
export function defaultPlan(plans: readonly Plan[], { wayBack, isBackfill }: PlanUse = {}): Plan | undefined {
  const open = plans.filter(isOpen);
  const able = isBackfill === true ? open.filter(hasRowsToFill) : [];
  const [only, second] = able.length === 0 ? open : able;
  if (only !== undefined) return second === undefined ? only : undefined;
  const isSure = wayBack === "undo" && plans.findIndex(({ state }) => state.released !== "undone") === plans.length - 1;
  if (wayBack !== undefined && plans.length > 1 && !isSure) return undefined;
  return plans.findLast((plan) => plan.state.released !== "undone") ?? plans.at(-1);
}

const hasRowsToFill = ({ state, backfills }: Plan) => state.released === "expand" && backfills.length > 0;

/** The command that needs a plan. */
export interface PlanChoice extends PlanUse {
  /** The command as it has to be typed for a plan. */
  typed(id: string): string;
}

/**
 * The plan that a command works on: the named one, or the default.
 *
 * @throws LS3005 none · LS3006 several are open, or the command reverts something and none is open
 */
export function choosePlan(root: string, id: string | undefined, choice: PlanChoice): Plan {
  if (id !== undefined) return loadPlan(root, id);
  const { typed, wayBack, isBackfill } = choice;
  const plans = listPlans(root);
  const plan = defaultPlan(plans, choice);
  if (plan !== undefined) return plan;
  if (wayBack !== undefined && plans.length > 1 && !plans.some(isOpen)) throw noneOpen(plans, typed);
  const open = plans.filter(isOpen);
  // A merge may have left parts of a plan.
  if (open.length === 0) refuseContradictions(foldersWithout(root));
  if (open.length === 0)
    throw new LockstepError("LS3005", "This project has no plan.", {
      hint: "A migration that needs a plan creates one: edit the model, then generate a migration as usual",
    });
  const able = open.filter(hasRowsToFill);
  throw new LockstepError("LS3006", `Open plans: ${inPhases(open)}.`, {
    hint: eachTyped(isBackfill === true && able.length > 0 ? able : open, typed),
  });
}

/** `a (expand), b (switch)` */
const inPhases = (plans: readonly Plan[]) => plans.map(({ id, state }) => `${id} (${state.released})`).join(", ");

const eachTyped = (plans: readonly Plan[], typed: PlanChoice["typed"]) =>
  plans.map(({ id }) => typed(id)).join("\n       ");

/** A plan whose last phase is released is only undone by name. */
function noneOpen(plans: readonly Plan[], typed: PlanChoice["typed"]): LockstepError {
  const able = plans.filter(({ state }) => state.released !== "undone");
  if (able.length === 0)
    return new LockstepError("LS3006", "Every plan is undone already.", { hint: "npx lockstep status" });
  return new LockstepError("LS3006", `No plan has a phase left to release. Plans to undo: ${inPhases(able)}.`, {
    hint: eachTyped(able, typed),
  });
}

/** The open plan of a column. */
export function planOf(plans: readonly Plan[], table: TableName, column: string): Plan | undefined {
  return plans.find(
    (plan) => isOpen(plan) && plan.columns.some((own) => own.name === column && isSameTable(own.table, table)),
  );
}

/**
 * Checks that held, undo and released units are unchanged.
 *
 * @throws LS3003 a held or undo unit was changed · LS3010 a released migration was changed
 */
export function verifyUnits(root: string, plan: Plan): void {
  const isDerived = (record: Pick<WrittenUnit, "file" | "sha256">) => fileText(plan, record) !== undefined;
  for (const { file, sha256: expected } of [...plan.state.held, ...plan.state.undo]) {
    const actual = existsSync(join(root, file)) ? fileHash(file, readFileSync(join(root, file), "utf8")) : undefined;
    if (actual !== expected)
      throw new LockstepError(
        "LS3003",
        `${file} ${actual === undefined ? "is missing" : "was changed after planning"}.`,
        { hint: restoreHint(root, plan.id, { file, sha256: expected }, isDerived({ file, sha256: expected })) },
      );
  }
  for (const { file, sha256: expected } of plan.state.written) {
    // A squashed history no longer has this file: its end state decides.
    if (!existsSync(join(root, file))) continue;
    if (fileHash(file, readFileSync(join(root, file), "utf8")) !== expected)
      throw new LockstepError("LS3010", `${file} was changed after planning.`, {
        // Only the ORM's plugin writes the text of a migration.
        hint: restoreHint(root, plan.id, { file, sha256: expected }, true),
      });
  }
}
