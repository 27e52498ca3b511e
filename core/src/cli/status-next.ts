import { backfillCommand } from "../backfill/state.js";
import type { Phase, Plan } from "../model/index.js";
import { isDroppedConcurrently } from "../model/unit-spec.js";
import { migrationOf } from "../plan/migration-of.js";
import { releasesOf } from "../plan/releases.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import { deployCommand, nextStep } from "../review/next-step.js";
import { deployTo } from "./ask-target.js";
import type { TargetStatus } from "./plan-status.js";

/**
 * The next command of a plan that is not done on all of these targets.
 * @param isPartial there are further targets, which the command must not reach. Default: false
 */
export function nextOf(plan: Plan, states: readonly TargetStatus[], plugin: OrmPlugin, isPartial = false): string {
  const problem = states.find((state) => state.error !== undefined);
  if (problem !== undefined) return problem.help ?? `make ${problem.target} reachable: ${problem.error}`;
  const failed = states.find((state) => state.failed.length > 0);
  if (failed !== undefined) return failedText(plan, failed, plugin);
  const running = states.find(({ remains }) => remains?.running !== undefined);
  if (running !== undefined)
    return `Wait until process ${running.remains?.running} has run its migrations on ${running.target}.\nnpx lockstep status ${plan.id}`;
  const broken = states.find(({ remains }) => remains?.left.some(({ isRepaired }) => isRepaired) === true);
  if (broken !== undefined) return `npx lockstep repair ${plan.id} --target ${broken.target}`;
  const unknown = states.flatMap(({ unlisted }) => unlisted)[0];
  if (unknown !== undefined) return unknown.help;
  const lack = states.flatMap((state) => state.lacking)[0];
  if (lack !== undefined) return lack.help;
  const isOpen = (phase: Phase) =>
    states.some((state) => state.phases.some((each) => each.phase === phase && each.state === "open"));
  // They would make contract fail.
  const value = states.flatMap(({ values }) => values)[0];
  if (isOpen("contract") && !isOpen("expand") && value !== undefined && plan.state.released !== "undone")
    return value.help;
  const copied = states.find(({ copies }) => copies.length > 0);
  if (copied !== undefined) return `npx lockstep online run ${plan.id} --target ${copied.target}`;
  if (isOpen("expand") || isOpen("contract"))
    return plan.state.released === "undone"
      ? nextStep(plan, plugin.words, [], {
          contractUndo: pendingContractUndo(plan, states),
          targets: states
            .filter(({ phases }) => phases.some(({ state }) => state === "open"))
            .map(({ target }) => target),
          services: states.flatMap(({ services = [] }) => services.map(({ service }) => service)),
        })
      : `${deploying(states, plugin)}${plan.columns.length === 0 && plan.drops === undefined ? "" : "\nDeploy the code."}`;
  const refused = states.flatMap(({ values }) => values).find(({ isRefused }) => isRefused);
  if (isOpen("backfill")) {
    const open = states.filter(({ phases }) =>
      phases.some(({ phase, state }) => phase === "backfill" && state === "open"),
    );
    const target = (isPartial || states.length > open.length) && open.length === 1 ? open[0]?.target : undefined;
    // New rows without a value may have been added since it was done.
    const begun = open.flatMap(({ backfills }) => backfills).map((state) => (state === "done" ? "stopped" : state));
    return refused?.help ?? backfillCommand(plan.id, begun, target) ?? `npx lockstep backfill run ${plan.id}`;
  }
  const goOn = `npx lockstep next ${plan.id}`;
  return isOpen("switch") ? `Deploy the code if it is not live yet, and let it run for a while.\n${goOn}` : goOn;
}

/** Deploys to targets that lack migrations. */
function deploying(states: readonly TargetStatus[], plugin: OrmPlugin): string {
  const open = states.filter(({ phases }) =>
    phases.some(({ phase, state }) => (phase === "expand" || phase === "contract") && state === "open"),
  );
  return open.length === 1 ? deployTo(open[0]!.target, plugin) : deployCommand(plugin.words);
}

/** A failed migration runs again once its cause is fixed. A migration reverted since need not run at all. */
export function failedText(
  plan: Plan,
  { target, failed }: Pick<TargetStatus, "target" | "failed">,
  { words }: Pick<OrmPlugin, "words">,
): string {
  const past = releasesOf(plan).filter(({ kind, isPast }) => kind === "phase" && isPast);
  const names = past.map(({ file }) => migrationOf(file));
  const first = names.findIndex((name) => failed.includes(name));
  if (first === -1)
    return `Remove the cause.\n${failed.map((name) => words.recover(name)).join(" && ")}   # with the URL of ${target}`;
  const isDrop = (id: string) =>
    plan.units.some(({ id: own, spec }) => own === id && spec.kind === "drop-index" && isDroppedConcurrently(spec));
  // An interrupted drop leaves an invalid index, which the undo would mistake for the index that it restores.
  if (past.some(({ id, file }) => failed.includes(migrationOf(file)) && isDrop(id)))
    return `npx lockstep deploy --target ${target}   # removes what its run left: the migration was reverted since`;
  const skips = names.slice(first).map((name) => words.skip(name));
  return `${skips.join(" && ")} && ${words.deploy}   # with the URL of ${target}: the migration was reverted since`;
}

/** Pending undo migrations of contract. Where contract is live, they must make its columns optional before the code is reverted. */
function pendingContractUndo(plan: Plan, states: readonly TargetStatus[]): string[] {
  const pending = new Set(states.flatMap((state) => state.pendingUndo));
  return releasesOf(plan)
    .filter(({ kind, phase, isPast, file }) => kind === "undo" && phase === "contract" && !isPast && pending.has(file))
    .map(({ file }) => file);
}
