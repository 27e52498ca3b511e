import { LockstepError } from "../../errors.js";
import { contradictionError, contradictions } from "../../plan/contradictions.js";
import { isOpen, verifyUnits } from "../../plan/store.js";
import { type Check, type Finding, ok, problem } from "../check.js";

export default {
  id: "plans",
  title: "plans and their files",
  on: "project",
  async run({ project, plans, damagedPlans, migrationFiles }) {
    const damaged = damagedPlans.map(({ error }) => problemOf(error));
    const changed = plans.flatMap((plan): Finding[] => {
      try {
        verifyUnits(project.root, plan);
        return [];
      } catch (error) {
        return [problemOf(error)];
      }
    });
    const found = contradictions({
      root: project.root,
      migrations: migrationFiles,
      plans,
      damaged: damagedPlans.map(({ id }) => id),
    });
    const contradicted = found.map((each) => ({ ...problemOf(contradictionError(each)), file: each.files[0] }));
    const open = plans.filter(isOpen).length;
    return [...damaged, ...changed, ...contradicted, ok(`${plans.length} plans can be read, ${open} of them open`)];
  },
} satisfies Check;

function problemOf(error: unknown): Finding {
  if (error instanceof LockstepError)
    return problem(`${error.code} ${error.message}`, { why: error.why, next: error.hint });
  throw error;
}
