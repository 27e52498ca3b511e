import { LockstepError } from "../base/errors.js";
import { findUnfinished, foreignWork, writeFiles } from "../base/files/write-files.js";
import { finishInterrupted } from "../change/finish-interrupted.js";
import { damagedFiles } from "../change/release/restore-files.js";
import { connect } from "../databases/connect.js";
import { refused } from "../dialect/db/refused.js";
import type { Plan } from "../model/index.js";
import type { Finding } from "../operate/repair/repair.js";
import { repairs } from "../operate/repair/repairs.js";
import { restoreFiles } from "../plan/one-side.js";
import { planFolder } from "../plan/plan-file.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { readTargetState } from "../plugin/target-state.js";
import type { Colors } from "../review/colors.js";
import { requireSystem } from "../target/facts/same-system.js";
import type { Invocation } from "./command.js";
import type { Target } from "./targets.js";

/** A finding and its result. */
export interface RepairedFinding {
  readonly repair: string;
  readonly what: string;
  readonly action: string;
  /** true: Lockstep can repair it. false: a person must. */
  readonly isFixable: boolean;
  /** What was done. Absent if nothing was. */
  readonly done?: string;
}

export interface RepairReport {
  readonly target: string;
  readonly findings: readonly RepairedFinding[];
}

interface RepairRequest {
  readonly invocation: Invocation;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly plans: readonly Plan[];
  readonly isDry: boolean;
}

/**
 * Finishes an interrupted write of files.
 *
 * @throws LS3009 one of its files was changed since
 */
export async function repairFiles(root: string, isDry: boolean): Promise<readonly RepairedFinding[]> {
  const left = findUnfinished(root);
  if (left === undefined) return [];
  const count = left.unfinished.length;
  const finding = {
    repair: "interrupted-write",
    what: `A write was interrupted${count === 0 ? ", after its last file" : `: ${left.unfinished.join(", ")} ${count === 1 ? "is" : "are"} not written yet`}.`,
    action: "complete it",
    isFixable: true,
  };
  if (left.foreign.length > 0) throw foreignWork(left);
  if (isDry) return [finding];
  await finishInterrupted(root, "lockstep repair");
  return [{ ...finding, done: "the write was completed" }];
}

/** Restores the files of plans that a merge or a person changed, as far as they follow from plan.json. */
export function repairPlanFiles({
  project,
  plugin,
  plans,
  isDry,
}: Omit<RepairRequest, "invocation">): readonly RepairedFinding[] {
  const damaged = damagedFiles(project, plugin, plans);
  if (!isDry)
    writeFiles(
      project.root,
      damaged.flatMap(({ change }) => change ?? []),
    );
  return damaged.map(({ plan, file, change }) => ({
    repair: "plan-files",
    what: `${file} ${change !== undefined && change.before === undefined ? "is missing" : "was changed after planning"}.`,
    action: change === undefined ? restoreFiles([file]) : `write it again from ${planFolder(plan)}/plan.json`,
    isFixable: change !== undefined,
    ...(isDry || change === undefined ? {} : { done: "it was written again. Review and commit it" }),
  }));
}

/**
 * Repairs one target, plan by plan. Each repair reads the target again, because an earlier repair may have created what it needs.
 *
 * @throws LS8004, LS7002, LS8005 without a terminal and without --yes, and errors of the repairs
 */
export async function repairOn(target: Target, request: RepairRequest): Promise<RepairReport> {
  const { invocation, plans, project, plugin, isDry } = request;
  const { io } = invocation;
  const connection = await connect(target.url, { applicationName: "lockstep repair", statementTimeoutMs: 0 });
  const findings: RepairedFinding[] = [];
  let isAllowed = invocation.options.yes === true;
  try {
    for (const plan of plans) requireSystem(connection, plan, target.name);
    for (const plan of plans)
      for (const repair of repairs) {
        const state = await readTargetState(connection, request);
        const onProgress = (line: string) => io.progress.update(`${target.name}: ${line}`);
        const context = { plan, project, plugin, target, connection, state, onProgress };
        for (const finding of await repair.find(context)) {
          const { what, action, fix } = finding;
          const told = { repair: repair.id, what, action, isFixable: fix !== undefined };
          if (fix === undefined || isDry) {
            findings.push(told);
            continue;
          }
          isAllowed ||= await mayChange(target, finding, invocation);
          if (isAllowed) findings.push({ ...told, done: await fix() });
          else findings.push(told);
          io.progress.end();
        }
      }
  } catch (error) {
    for (const { done } of findings) if (done !== undefined) io.err(`${target.name}: ${done}`);
    throw refused(error, `Repairing ${target.name}`);
  } finally {
    await connection.close();
  }
  return { target: target.name, findings };
}

/** Prompts once per target, with the first change to make. */
async function mayChange(target: Target, { what, action }: Finding, { io }: Invocation): Promise<boolean> {
  if (!io.isInteractive)
    throw new LockstepError("LS8005", `On ${target.name}: ${what} To do: ${action}. Confirm it with a flag.`, {
      hint: `npx lockstep repair --target ${target.name} --yes`,
    });
  io.err(`${target.name}: ${what}`);
  return io.confirm(`Repair ${target.name}: ${action}?`);
}

/** Lists the findings of one target or project, and what was done. */
export function findingsText(place: string, findings: readonly RepairedFinding[], colors: Colors): string {
  if (findings.length === 0) return "";
  const lines = findings.map(({ what, action, done, isFixable }) => {
    const mark = done === undefined ? colors.yellow("!") : colors.green("✔");
    return `  ${mark} ${what}\n    ${done ?? `${isFixable ? "to do: " : ""}${action.replaceAll("\n", "\n    ")}`}`;
  });
  return [colors.bold(place), ...lines].join("\n");
}
