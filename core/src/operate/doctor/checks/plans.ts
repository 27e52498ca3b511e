import { type Check, ok, problem } from "../../../dialect/check.js";
import { isOpen } from "../../../plan/store.js";

export default {
  id: "plans",
  title: "plans and their files",
  on: "project",
  async run({ plans, planFaults }) {
    const faults = planFaults.map(({ error, file }) => ({
      ...problem(`${error.code} ${error.message}`, { why: error.why, next: error.hint }),
      file,
    }));
    const open = plans.filter(isOpen).length;
    return [...faults, ok(`${plans.length} plans can be read, ${open} of them open`)];
  },
} satisfies Check;
