import { tableLabel } from "../model/index.js";
import { defineRule } from "./rule.js";
import { staysUntilContract } from "./stays-until-contract.js";
import { dropGates } from "./steps.js";

export default defineRule({
  id: "drop-column",
  severity: "error",
  summary: "Drops a column and its data while running code may still use it",
  on: ["dropColumn"],
  safer: () => ({ words: "remove the column from the code and deploy that, then drop it in a later deployment" }),
  consequence(operation, _, context) {
    if (!staysUntilContract(operation, context)) return undefined;
    const { table, column } = operation;
    const name = `"${tableLabel(table)}"."${column}"`;
    const former = context.formerColumn?.(table, column);
    const isRelaxed = former?.isRequired === true && !former.hasDefault;
    const relaxed = isRelaxed
      ? ` New code writes no value, so the column becomes optional first. Code of the release before may fail on a row without a value.`
      : "";
    return `Running code names ${name} in its queries, and fails from the migration until it is replaced. Only a backup brings the values back.${relaxed}`;
  },
  columns: () => [],
  rewrite({ table, column }, _, context) {
    const former = context.formerColumn?.(table, column);
    if (former === undefined) return {};
    const { type, attributes, isRequired, hasDefault } = former;
    const columns = [{ name: column, type, ...attributes }];
    return {
      ...(isRequired && !hasDefault
        ? { expand: [{ kind: "ddl", unit: { kind: "drop-not-null", table, columns } }] }
        : {}),
      contract: [...dropGates(table, column), { kind: "ddl", unit: { kind: "drop-column", table, columns } }],
    };
  },
  instead: `A plan keeps the column until contract. Until then new code does not name it: a required column without a default becomes
optional. Contract drops it with its indexes, once no running code uses it (gate \`column-unused\`).`,
  examples: {
    rewritten: [`ALTER TABLE "User" DROP COLUMN "nickname";`],
    safe: [`CREATE TABLE "User" ("id" INT, "nickname" TEXT); ALTER TABLE "User" DROP COLUMN "nickname";`],
  },
  background: `ORMs name every column of a model in each SELECT and INSERT. Old instances fail from the migration until they are replaced. Only a backup brings the values back.`,
});
