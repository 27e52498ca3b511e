import { join, posix } from "node:path";
import { aboutFile, type CheckFinding } from "../check/finding.js";
import type { PlansAt } from "../check/own-units.js";
import openPlan from "../check/rules/open-plan.js";
import type { ProjectFacts } from "../doctor/check.js";
import interruptedWrite from "../doctor/checks/interrupted-write.js";
import planModels from "../doctor/checks/plan-models.js";
import plansCheck from "../doctor/checks/plans.js";
import settings from "../doctor/checks/settings.js";
import { runProjectChecks } from "../doctor/run-checks.js";
import { isNoBug } from "../expected-errors.js";
import { readPlans } from "../plan/store.js";
import type { OrmPlugin } from "../plugin.js";
import { findPlanFaults } from "../release/verify-plans.js";
import { projectFacts } from "./examine.js";
import type { Io } from "./io.js";

/** What was asked of the plans of a project. */
export interface CheckedPlans {
  readonly findings: readonly CheckFinding[];
  /** The models were compared with them: not where the ORM is not installed, or its models cannot be read. */
  readonly hasModels: boolean;
}

/** What contradicts the plans of a project: its files, its models, other plans. The same questions as `doctor` asks of the project. */
export async function checkPlans(
  cwd: string,
  { root, migrations }: PlansAt,
  plugins: readonly OrmPlugin[],
  env: Io["env"],
): Promise<CheckedPlans> {
  // What the files say, whether or not the ORM is installed.
  const files = migrations.map((file) => posix.relative(root, file));
  const folder = join(cwd, root);
  const plugin = plugins.find(({ id }) => readPlans(folder).plans.some(({ orm }) => orm === id)) ?? plugins[0]!;
  const facts = { ...(await factsOf(folder, plugins, env)), planFaults: await findPlanFaults(folder, files, plugin) };
  const hasModels = facts.models !== undefined;
  const checks = [
    plansCheck,
    interruptedWrite,
    ...(hasModels || facts.modelsError !== undefined ? [planModels] : []),
    ...(facts.configError === undefined ? [] : [settings]),
  ];
  const ids = [...facts.plans, ...facts.damagedPlans].map(({ id }) => id);
  const answers = await runProjectChecks(checks, facts);
  const findings = answers
    .flatMap((answer) => answer.findings)
    .flatMap(({ level, what, why = "", next, file: about }, at): CheckFinding[] => {
      if (level === "ok") return [];
      const id = ids.find((each) => what.includes(each)) ?? ids.at(-1) ?? "";
      const file = posix.join(root, about ?? `lockstep/${id}/plan.json`);
      const finding = aboutFile(openPlan, file, { kind: "plan", what, why }, [what, at]);
      const safer = next === undefined ? finding.safer : { words: next };
      return [{ ...finding, severity: level === "problem" ? "error" : "warning", safer }];
    });
  return { findings, hasModels };
}

async function factsOf(folder: string, plugins: readonly OrmPlugin[], env: Io["env"]): Promise<ProjectFacts> {
  for (const plugin of plugins) {
    try {
      const project = await plugin.findProject(folder);
      return await projectFacts(plugin, project, env);
    } catch (error) {
      // Not of this ORM, or nothing of it is installed.
      if (!isNoBug(error)) throw error;
    }
  }
  return {
    project: { root: folder, migrationsFolder: "", ormVersion: "", developmentUrl: undefined },
    migrations: [],
    planFaults: [],
    unlisted: [],
    words: { deploy: "", develop: "", recover: () => "" },
    config: { targets: {} },
    configFile: undefined,
    configError: undefined,
    ...readPlans(folder),
    models: undefined,
    env,
  };
}
