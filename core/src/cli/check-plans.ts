import { join, posix } from "node:path";
import { isNoBug } from "../base/expected-errors.js";
import { modelEdits } from "../change/release/model-edits.js";
import { findPlanFaults, migrationFiles } from "../change/release/verify-plans.js";
import type { Finding, ProjectFacts } from "../dialect/check.js";
import { aboutFile, type CheckFinding } from "../lint/finding.js";
import type { PlansAt } from "../lint/own-units.js";
import type { NotLookedAt } from "../lint/report.js";
import type { Plan, PlannedColumn } from "../model/index.js";
import interruptedWrite from "../operate/doctor/checks/interrupted-write.js";
import planModels, { modelFindings } from "../operate/doctor/checks/plan-models.js";
import plansCheck from "../operate/doctor/checks/plans.js";
import { runProjectChecks } from "../operate/doctor/run-checks.js";
import { followNames, namedColumns } from "../plan/follow-names.js";
import { planFolder } from "../plan/plan-file.js";
import { isOpen, readPlans } from "../plan/store.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import openPlan from "../rules/open-plan.js";
import type { Invocation } from "./command.js";
import type { Io } from "./io.js";

type ModelFacts = Pick<ProjectFacts, "models" | "closedReads" | "modelsError">;

/** The result of checking the plans of a project. */
export interface CheckedPlans {
  readonly findings: readonly CheckFinding[];
  readonly notLookedAt: readonly NotLookedAt[];
}

/**
 * Checks a project's plans against its files, its models and other plans, with the same checks as `doctor`. Reads only files: loads no
 * configuration and runs no code of the repository.
 */
export async function checkPlans(
  cwd: string,
  { root, migrations }: PlansAt,
  { plugins, io, version }: Pick<Invocation, "plugins" | "version"> & { readonly io: Pick<Io, "env"> },
): Promise<CheckedPlans> {
  const files = migrations.map((file) => posix.relative(root, file));
  const folder = join(cwd, root);
  const plans = readPlans(folder);
  const plugin = plugins.find(({ id }) => plans.plans.some(({ orm }) => orm === id)) ?? plugins[0]!;
  const models = plans.plans.some(isOpen) ? await modelsOf(plugin, folder, files, plans.plans) : { models: [] };
  const facts: ProjectFacts = {
    project: { root: folder, migrationsFolder: "", ormVersion: "", developmentUrl: undefined },
    migrations: [],
    planFaults: await findPlanFaults(folder, files, plugin),
    unlisted: [],
    words: plugin.words,
    config: { targets: {} },
    configFile: undefined,
    configError: undefined,
    ...plans,
    ...models,
    env: io.env,
  };
  const hasModels = models.models !== undefined || models.modelsError !== undefined;
  const checks = [plansCheck, interruptedWrite, ...(hasModels ? [planModels] : [])];
  const ids = [...facts.plans, ...facts.damagedPlans].map(({ id }) => id);
  const answers = await runProjectChecks(checks, facts);
  const findings = answers
    .flatMap((answer) => answer.findings)
    .flatMap(({ level, what, why = "", next, file: about, line = 1 }, at): CheckFinding[] => {
      if (level === "ok") return [];
      const id = ids.find((each) => what.includes(each)) ?? ids.at(-1) ?? "";
      const file = posix.join(root, about ?? `lockstep/${id}/plan.json`);
      const finding = aboutFile(openPlan, file, { kind: "plan", what, why }, [what, at]);
      const [words, ...steps] = next?.split("\n") ?? [];
      const safer = words === undefined ? finding.safer : { words, ...(steps.length > 0 && { steps }) };
      return [
        {
          ...finding,
          line,
          endLine: line,
          statementLine: line,
          severity: level === "problem" ? "error" : "warning",
          safer,
        },
      ];
    });
  const notLookedAt: NotLookedAt[] = hasModels ? [] : [{ kind: "models", folder: root }];
  for (const { id, versions } of plans.plans.filter(isOpen))
    if (versions.lockstep !== version)
      notLookedAt.push({ kind: "files", folder: posix.join(root, planFolder(id)), version: versions.lockstep });
  return { findings, notLookedAt };
}

/** The models of a folder as declared in its files alone, or why they cannot be read. */
export async function modelsOf(
  plugin: OrmPlugin,
  folder: string,
  migrations: readonly string[],
  plans: readonly Plan[],
): Promise<ModelFacts> {
  try {
    const models = await plugin.readModelsIn?.(folder, migrations);
    if (models === undefined) return { models };
    return { models, closedReads: await closedReads(plugin, { root: folder, migrations, plans, models }) };
  } catch (error) {
    if (!isNoBug(error)) throw error;
    return { models: undefined, modelsError: error as Error };
  }
}

/** Why the models do not fit the phase of an open plan, as their files declare them. */
export async function modelProblems(
  plans: readonly Plan[],
  project: Project,
  plugin: OrmPlugin,
): Promise<readonly Finding[]> {
  if (!plans.some(isOpen)) return [];
  const facts = await modelsOf(plugin, project.root, migrationFiles(project, plugin), plans);
  const isRead = facts.models !== undefined || facts.modelsError !== undefined;
  const found = isRead ? modelFindings({ plans, words: plugin.words, ...facts }) : [];
  return found.filter(({ level }) => level === "problem");
}

/** The columns of plans in switch that the models still keep from reads: a merge can bring an entity of expand. */
export async function closedReads(
  plugin: Pick<OrmPlugin, "closedReads">,
  {
    root,
    migrations,
    plans,
    models,
  }: {
    readonly root: string;
    readonly migrations: readonly string[];
    readonly plans: readonly Plan[];
    readonly models: NonNullable<ModelFacts["models"]>;
  },
): Promise<readonly PlannedColumn[]> {
  const declared = namedColumns(models);
  const opened = plans
    .filter((plan) => isOpen(plan) && plan.state.released === "switch")
    .flatMap((plan) => modelEdits(followNames(plan, declared), "switch"))
    .flatMap((edit) => (edit.kind === "openReads" ? [edit] : []));
  return opened.length === 0 ? [] : ((await plugin.closedReads?.(root, migrations, opened)) ?? []);
}
