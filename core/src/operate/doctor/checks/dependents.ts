import { type Check, type Finding, ok, warning } from "../../../dialect/check.js";
import { names } from "../../../dialect/format-values.js";
import { brokenRoutines, userNames } from "../../../dialect/whole-rows.js";
import { isSameTable } from "../../../model/index.js";
import { usersMatter, wholeRowAdvice, wholeRowWords } from "../../../sql/whole-row-words.js";

export default {
  id: "dependents",
  title: "triggers, routines and views that use planned tables",
  on: "target",
  async run({ connection, tables }) {
    const existing = tables.filter(({ oid }) => oid !== undefined);
    const { systemCatalog } = connection.dialect.live;
    const users = await systemCatalog.users(
      connection,
      existing.map(({ table }) => table),
    );
    const findings = existing.flatMap(({ table, label }): readonly Finding[] => {
      const own = users.filter(({ routine }) => isSameTable(routine.table, table));
      if (own.length === 0) return [];
      const next = "review them before the backfill, and recreate views that should show the column";
      return [
        warning(`${label} is referenced by ${names(userNames(own))}`, { why: usersMatter, next }),
        ...brokenRoutines(own).map((broken) =>
          warning(`${label} is taken as a whole row by ${broken.routine}`, {
            why: wholeRowWords(broken),
            next: wholeRowAdvice,
          }),
        ),
      ];
    });
    return findings.length > 0 ? findings : [ok("nothing else in the database references a planned table")];
  },
} satisfies Check;
