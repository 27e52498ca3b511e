import { join, posix } from "node:path";
import { isNoBug } from "../base/expected-errors.js";
import { findPlanFaults } from "../change/release/verify-plans.js";
import type { ProjectFacts } from "../dialect/check.js";
import { aboutFile, type CheckFinding } from "../lint/finding.js";
import type { PlansAt } from "../lint/own-units.js";
import type { NotLookedAt } from "../lint/report.js";
import interruptedWrite from "../operate/doctor/checks/interrupted-write.js";
import planModels from "../operate/doctor/checks/plan-models.js";
import plansCheck from "../operate/doctor/checks/plans.js";
import { runProjectChecks } from "../operate/doctor/run-checks.js";
import { planFolder } from "../plan/plan-file.js";
import { isOpen, readPlans } from "../plan/store.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import openPlan from "../rules/open-plan.js";
import type { Invocation } from "./command.js";
import type { Io } from "./io.js";

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
  const models = plans.plans.some(isOpen) ? await modelsOf(plugin, folder, files) : { models: [] };
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
): Promise<Pick<ProjectFacts, "models" | "modelsError">> {
  try {
    return { models: await plugin.readModelsIn?.(folder, migrations) };
  } catch (error) {
    if (!isNoBug(error)) throw error;
    return { models: undefined, modelsError: error as Error };
  }
}
