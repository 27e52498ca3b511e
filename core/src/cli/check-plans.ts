import { join, posix } from "node:path";
import { type CheckFinding, fingerprint } from "../check/finding.js";
import type { PlansAt } from "../check/own-units.js";
import openPlan from "../check/rules/open-plan.js";
import type { ProjectFacts } from "../doctor/check.js";
import interruptedWrite from "../doctor/checks/interrupted-write.js";
import planConflicts from "../doctor/checks/plan-conflicts.js";
import planModels from "../doctor/checks/plan-models.js";
import plansCheck from "../doctor/checks/plans.js";
import { runProjectChecks } from "../doctor/run-checks.js";
import type { OrmPlugin } from "../plugin.js";
import { projectFacts, readPlans } from "./examine.js";
import type { Io } from "./io.js";

/**
 * What contradicts the plans of a project: its files, its models, other plans. The same questions as `doctor` asks of the project; what
 * needs the ORM is left out where it is not installed.
 */
export async function checkPlans(
  cwd: string,
  { root }: PlansAt,
  plugins: readonly OrmPlugin[],
  env: Io["env"],
): Promise<CheckFinding[]> {
  const folder = join(cwd, root);
  const found = await factsOf(folder, plugins, env);
  const checks = [plansCheck, planConflicts, interruptedWrite, ...(found.isWhole ? [planModels] : [])];
  const { facts } = found;
  const ids = [...facts.plans.map(({ id }) => id), ...facts.damagedPlans.map(({ id }) => id)];
  const answers = await runProjectChecks(checks, facts);
  return answers
    .flatMap(({ findings }) => findings)
    .flatMap(({ level, what, why = "", next }, at): CheckFinding[] => {
      if (level === "ok") return [];
      const id = ids.find((each) => what.includes(each)) ?? ids.at(-1) ?? "";
      const file = posix.join(root, "lockstep", id, "plan.json");
      return [
        {
          rule: openPlan.id,
          severity: level === "problem" ? "error" : "warning",
          file,
          line: 1,
          column: 1,
          endLine: 1,
          endColumn: 1,
          statementLine: 1,
          sql: "",
          about: { kind: "plan", what, why },
          safer: { words: next ?? openPlan.safer().words },
          isRewritten: false,
          fingerprint: fingerprint(openPlan.id, file, what, at),
        },
      ];
    });
}

async function factsOf(
  folder: string,
  plugins: readonly OrmPlugin[],
  env: Io["env"],
): Promise<{ readonly facts: ProjectFacts; readonly isWhole: boolean }> {
  for (const plugin of plugins) {
    try {
      const project = await plugin.findProject(folder);
      const facts = await projectFacts(plugin, project, env);
      return { facts, isWhole: facts.models !== undefined };
    } catch {}
  }
  const facts = {
    project: { root: folder, migrationsFolder: "", ormVersion: "", developmentUrl: undefined },
    migrations: [],
    unlisted: [],
    words: { deploy: "", develop: "", recover: () => "" },
    config: { targets: {} },
    configFile: undefined,
    configError: undefined,
    ...readPlans(folder),
    models: undefined,
    env,
  };
  return { facts, isWhole: false };
}
