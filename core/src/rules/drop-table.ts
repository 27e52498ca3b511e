import { tableLabel } from "../model/index.js";
import { defineRule } from "./rule.js";
import { staysUntilContract } from "./stays-until-contract.js";
import { dropGates } from "./steps.js";

export default defineRule({
  id: "drop-table",
  severity: "error",
  summary: "Drops a table and its data while running code may still use it",
  on: ["dropTable"],
  safer: () => ({ words: "remove the table from the code and deploy that, then drop it in a later deployment" }),
  consequence: (operation, _, context) =>
    staysUntilContract(operation, context)
      ? `Running code that uses "${tableLabel(operation.table)}" fails from the migration until it is replaced. Only a backup brings the rows back.`
      : undefined,
  columns: () => [],
  rewrite: ({ table }) => ({ contract: dropGates(table, undefined), isLater: true }),
  instead: `A plan keeps the table until contract, and drops it once no running code uses it (gate \`table-unused\`). Its foreign keys go first:
they could reject writes of code that no longer names the table.`,
  examples: {
    rewritten: [`DROP TABLE "Session";`],
    safe: [`CREATE TABLE "Draft" ("id" INT); DROP TABLE "Draft";`],
  },
  background: `The rows are lost and running code fails. PostgreSQL also locks the tables that its foreign keys reference.`,
});
