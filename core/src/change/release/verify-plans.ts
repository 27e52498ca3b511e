import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "../../base/errors.js";
import type { Plan } from "../../model/index.js";
import { type Contradiction, contradictionError, contradictions } from "../../plan/contradictions.js";
import { unfoundedParts } from "../../plan/derived.js";
import { fileHash, withUnixLines } from "../../plan/hash.js";
import { migrationOf } from "../../plan/migration-of.js";
import { planFolder } from "../../plan/plan-file.js";
import { releasesOf } from "../../plan/releases.js";
import { readPlans, verifyUnits } from "../../plan/store.js";
import { takenFromOthers } from "../../plan/taken-from-others.js";
import { contentOf, pendingUnitFiles, undoFiles, unitsText } from "../../plan/unit-files.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";

/** Why a plan cannot be used. */
export interface PlanFault {
  /** Its id. */
  readonly plan: string;
  /** Relative to the project's root. */
  readonly file: string;
  readonly error: LockstepError;
  /** Present if both the plan and its migrations exist and contradict each other. */
  readonly contradiction?: Contradiction;
}

type Files = Pick<OrmPlugin, "isMigrationOf" | "packageFolder">;

/**
 * The faults of a project's plans: a file that cannot be read or was changed, a plan without its migrations or the reverse, and content
 * that does not follow from the reviewed parts. Every command that acts on a plan or reports on plans calls this. Only reads files.
 *
 * @param migrations files in the order in which the ORM runs them, relative to the root
 * @param isAsked whether to recompute what follows from a plan's columns and units. Default: for all, because a new target runs the fills
 *   of plans that are complete elsewhere
 */
export async function findPlanFaults(
  root: string,
  migrations: readonly string[],
  plugin: Files,
  isAsked: (plan: Plan) => boolean = () => true,
): Promise<PlanFault[]> {
  const { plans, damagedPlans } = readPlans(root);
  const damaged = damagedPlans.map(({ id, error }): PlanFault => {
    if (error instanceof LockstepError) return { plan: id, file: `${planFolder(id)}/plan.json`, error };
    throw error;
  });
  const found = contradictions({ root, migrations, plans, damaged: damaged.map(({ plan }) => plan) });
  const contradicted = found.map(
    (each): PlanFault => ({
      plan: each.plan,
      file: each.files[0],
      error: contradictionError(each),
      contradiction: each,
    }),
  );
  const taken = (await takenFromOthers({ root, migrations, plans })).map(
    ({ plan, files, error }): PlanFault => ({
      plan,
      file: files[0],
      error,
      contradiction: { plan, files, what: error.message, next: error.hint },
    }),
  );
  const own: PlanFault[] = [];
  for (const plan of plans) {
    const error = await faultOf(root, plan, isAsked(plan) ? plugin : undefined);
    if (error !== undefined) own.push({ plan: plan.id, file: `${planFolder(plan.id)}/plan.json`, error });
  }
  return [...damaged, ...own, ...contradicted, ...taken];
}

/** The same for a project, with the ORM's own list of migrations. */
export async function planFaultsIn(
  project: Project,
  plugin: Files & Pick<OrmPlugin, "listMigrations" | "migrationPath">,
  isAsked?: (plan: Plan) => boolean,
): Promise<PlanFault[]> {
  return findPlanFaults(project.root, migrationFiles(project, plugin), plugin, isAsked);
}

/** The files of the migrations that the ORM lists, in its order; paths relative to the root. */
export function migrationFiles(
  project: Project,
  plugin: Pick<OrmPlugin, "listMigrations" | "migrationPath">,
): readonly string[] {
  const { plans } = readPlans(project.root);
  const written = new Map(
    plans.flatMap(({ state }) => state.written.map(({ file }) => [migrationOf(file), file] as const)),
  );
  return plugin.listMigrations(project).map((name) => written.get(name) ?? plugin.migrationPath(project, name));
}

/**
 * Checks that the executed content is what was planned and reviewed.
 *
 * @throws LS3003 · LS3010 a file was changed · LS3014 plan and migrations contradict each other · LS3015 content that was not reviewable
 */
export async function verifyPlan(
  project: Project,
  plugin: Files & Pick<OrmPlugin, "listMigrations" | "migrationPath">,
  plan: Plan,
): Promise<void> {
  const faults = await planFaultsIn(project, plugin, ({ id }) => id === plan.id);
  const own = faults.find((fault) => fault.plan === plan.id);
  if (own !== undefined) throw own.error;
}

function versionIn(packageFolder: string): string {
  return (JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as { version: string }).version;
}

async function faultOf(root: string, plan: Plan, plugin: Files | undefined): Promise<LockstepError | undefined> {
  try {
    verifyUnits(root, plan);
    if (plugin === undefined) return undefined;
    const isOwn = plan.versions.lockstep === versionIn(plugin.packageFolder);
    const parts = [...(await unfoundedParts(plan, isOwn)), ...(isOwn ? unfoundedFiles(root, plan, plugin) : [])];
    if (parts.length === 0) return undefined;
    return new LockstepError("LS3015", `${planFolder(plan.id)}/plan.json: ${parts.join("; ")}.`, {
      details: { parts },
    });
  } catch (error) {
    if (error instanceof LockstepError) return error;
    throw error;
  }
}

/** Files that differ from what the plan's units produce. Another version may render the same units differently. */
function unfoundedFiles(root: string, plan: Plan, plugin: Files): string[] {
  const made = new Map(
    [...pendingUnitFiles(plan, plan.units), ...undoFiles(plan)].map((each) => [each.file, each.sha256]),
  );
  const beside = [...plan.state.held, ...plan.state.undo].filter(({ file, sha256 }) => made.get(file) !== sha256);
  const released = releasesOf(plan).filter(({ file, units, kind, phase }) => {
    if (!existsSync(join(root, file))) return false;
    const text = withUnixLines(readFileSync(join(root, file), "utf8"));
    const sql = unitsText(plan, units, kind === "undo" ? "undo" : phase);
    return !plugin.isMigrationOf(text, file, contentOf(plan, units, sql));
  });
  const source = `${planFolder(plan.id)}/original.sql`;
  const isOther =
    existsSync(join(root, source)) && fileHash(source, readFileSync(join(root, source), "utf8")) !== plan.source.sha256;
  return [...beside, ...released, ...(isOther ? [{ file: source }] : [])].map(
    ({ file }) => `${file} does not match its units`,
  );
}
