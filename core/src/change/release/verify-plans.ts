import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "../../base/errors.js";
import { ignoring, isNoBug } from "../../base/expected-errors.js";
import type { Plan } from "../../model/index.js";
import { type Contradiction, contradictionError, contradictions } from "../../plan/contradictions.js";
import { unfoundedParts } from "../../plan/derived.js";
import { namedColumns } from "../../plan/follow-names.js";
import { fileHash, withUnixLines } from "../../plan/hash.js";
import { migrationOf } from "../../plan/migration-of.js";
import { planFolder } from "../../plan/plan-file.js";
import { releasesOf } from "../../plan/releases.js";
import { returnedFields } from "../../plan/returned-fields.js";
import { isOpen, readPlans, verifyUnits } from "../../plan/store.js";
import type { SqlOf } from "../../plan/taken-by-own.js";
import { takenFromOthers } from "../../plan/taken-from-others.js";
import { contentOf, fileText, unitsText } from "../../plan/unit-files.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import { restoredError } from "../second-change.js";

/** Why a plan cannot be used. */
export interface PlanFault {
  /** Its id. */
  readonly plan: string;
  /** Relative to the project's root. */
  readonly file: string;
  readonly error: LockstepError;
  /** Present if both the plan and its migrations exist and contradict each other. */
  readonly contradiction?: Contradiction;
  /**
   * The plan can be undone, and all but these migrations deployed. `all`: no plan goes on, and nothing is deployed. Absent: nothing of this
   * plan may run.
   */
  readonly due?: readonly string[] | "all";
}

type Files = Pick<OrmPlugin, "isMigrationOf" | "packageFolder" | "findMigrations" | "readModelsIn" | "words">;

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
  const taken = (await takenFromOthers({ root, migrations, plans }, sqlOf(root, plugin))).map(
    ({ plan, files, error, due }): PlanFault => ({
      plan,
      file: files[0],
      error,
      contradiction: { plan, files, what: error.message, next: error.hint },
      ...(due && { due }),
    }),
  );
  const own: PlanFault[] = [];
  for (const plan of plans) {
    const error = await faultOf(root, plan, isAsked(plan) ? plugin : undefined);
    if (error !== undefined) own.push({ plan: plan.id, file: `${planFolder(plan.id)}/plan.json`, error });
  }
  const returned = await returnedTo(root, migrations, plans, plugin);
  return [...damaged, ...own, ...contradicted, ...taken, ...returned];
}

/** The fields of the models whose column a plan drops, as far as the files show them. Another check reports models that cannot be read. */
async function returnedTo(
  root: string,
  migrations: readonly string[],
  plans: readonly Plan[],
  { readModelsIn, words }: Files,
): Promise<PlanFault[]> {
  const dropping = plans.filter(({ state, drops }) => state.released === "undone" || drops !== undefined);
  if (dropping.length === 0 || readModelsIn === undefined) return [];
  const models = await readModelsIn(root, migrations).catch(ignoring(isNoBug));
  if (models === undefined) return [];
  const declared = namedColumns(models);
  const faultOf = (
    plan: string,
    error: LockstepError,
    drop: string | undefined,
    due: NonNullable<PlanFault["due"]>,
  ): PlanFault => {
    const file = drop ?? `${planFolder(plan)}/plan.json`;
    return { plan, file, error, contradiction: { plan, files: [file], what: error.message, next: error.hint }, due };
  };
  const textOf = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "");
  return [
    ...returnedFields({ plans, migrations, declared, words, textOf }).map(({ plan, drop, error }) =>
      faultOf(plan, error, drop, "all"),
    ),
    ...plans.filter(isOpen).flatMap((plan) => {
      const error = restoredError(plan, declared);
      return error === undefined ? [] : [faultOf(plan.id, error, undefined, [])];
    }),
  ];
}

/** The SQL in the texts of migrations. */
function sqlOf(root: string, { findMigrations }: Pick<OrmPlugin, "findMigrations">): SqlOf {
  return async (paths) => {
    const textOf = (file: string) => readFileSync(join(root, file), "utf8");
    const sets = await findMigrations({ paths, read: (file) => (paths.includes(file) ? textOf(file) : undefined) });
    return new Map(
      sets.flatMap(({ files, read }) => files.map((file) => [file, read(textOf(file), file).sql] as const)),
    );
  };
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
 * @param use what the command does with the plan: `undo` solves a conflict with another one, `release` writes a phase. Default: neither
 * @throws LS3003 · LS3010 a file was changed · LS3014 plan and migrations contradict each other · LS3015 content that was not reviewable ·
 *   LS3023 it takes what another open plan needs · LS3024 a field in the models whose column a plan has dropped
 */
export async function verifyPlan(
  project: Project,
  plugin: Files & Pick<OrmPlugin, "listMigrations" | "migrationPath">,
  plan: Plan,
  use?: "undo" | "release",
): Promise<void> {
  const faults = await planFaultsIn(project, plugin, ({ id }) => id === plan.id);
  const own = faults.find((fault) =>
    fault.plan === plan.id ? use !== "undo" || fault.due === undefined : use === "release" && fault.due === "all",
  );
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
  const beside = [...plan.state.held, ...plan.state.undo].filter((each) => fileText(plan, each) === undefined);
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
