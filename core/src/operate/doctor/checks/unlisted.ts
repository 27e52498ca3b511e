import { type Check, ok, problem, warning } from "../../../dialect/check.js";
import { migrationOf } from "../../../plan/migration-of.js";

export default {
  id: "unlisted",
  title: "migrations that the ORM finds",
  on: "target",
  async run({ unlisted, applied, plans }) {
    const planned = new Set(plans.flatMap(({ state }) => state.written.map(({ file }) => file)));
    const findings = unlisted
      .filter(({ file }) => !applied.includes(migrationOf(file)))
      .map(({ file, statement, help }) =>
        planned.has(file)
          ? problem(statement, { why: "It is part of a plan, and no deployment runs it.", next: help })
          : warning(statement, { why: "It has not run here, and no deployment runs it.", next: help }),
      );
    return findings.length > 0 ? findings : [ok("the ORM finds every migration that has not run here")];
  },
} satisfies Check;
