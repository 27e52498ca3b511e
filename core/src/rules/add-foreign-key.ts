import { isFilled, isSameTable } from "../model/index.js";
import { awaitedBy, lateGates } from "./awaited-values.js";
import { defineRule } from "./rule.js";
import { addColumn, addForeignKey, isPlain, unitForeignKey } from "./steps.js";

/** A foreign key over a column that the same change adds to an existing table. */
export default defineRule({
  id: "add-foreign-key",
  on: "addForeignKey",
  summary: "Adds a foreign key over a new column without a scan under a lock",
  examples: {
    unsafe: [
      `ALTER TABLE "Order" ADD COLUMN "teamId" INTEGER; ALTER TABLE "Order" ADD CONSTRAINT "Order_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE SET NULL ON UPDATE CASCADE;`,
    ],
    safe: [
      `CREATE TABLE "Team" ("id" TEXT NOT NULL); ALTER TABLE "Team" ADD CONSTRAINT "Team_id_fkey" FOREIGN KEY ("id") REFERENCES "User"("id");`,
      `ALTER TABLE "Order" ADD COLUMN "teamId" INTEGER; ALTER TABLE "Order" ADD CONSTRAINT "Order_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") NOT VALID;`,
    ],
  },
  background: `\`ADD CONSTRAINT … FOREIGN KEY\` holds a SHARE ROW EXCLUSIVE lock on both tables while it looks at every row of the one that
refers: no row of either can be written until it is finished, and while it waits for the second lock it keeps the first.

Instead both locks are taken at once and given back in milliseconds (\`NOT VALID\`: new rows are checked from now on), and the rows that
exist are checked in a file of its own, while reads and writes go on. It happens in expand, while every value is NULL: every value that
the trigger, the backfill or code writes is checked from the start.

MySQL and MariaDB copy the whole table for it while writes wait. Without \`foreign_key_checks\` they add it in place, and a query looks
at the rows that exist while new ones are checked already; where one references nothing the key is taken back.`,

  detect(operation, context) {
    const { table, columns, references, isValid } = operation;
    if (!isValid || unitForeignKey(operation) === undefined || context.createdInThisChange(table)) return undefined;
    const added = columns.flatMap((column) => context.addedColumn(table, column) ?? []);
    if (added.length === 0 || !added.every(isPlain)) return undefined;
    if (!context.judging.capabilities.hasNotValidChecks)
      return `The whole of "${table.name}" is copied to look at its rows: nothing can be written to it until that is finished.`;
    const both = isSameTable(references, table) ? `"${table.name}"` : `"${table.name}" and "${references.name}"`;
    return `All rows of "${table.name}" are checked under a lock: nothing can be written to ${both} until that is finished.`;
  },

  columns: ({ table, columns }, context) =>
    columns.filter((column) => context.addedColumn(table, column) !== undefined).map((column) => ({ table, column })),

  rewrite(operation, planned, context) {
    const foreignKey = unitForeignKey(operation);
    // Added here only where no other rule does: the plan keeps one addition a column.
    const additions = planned.filter((column) => !isFilled(column)).map(addColumn);
    const key =
      foreignKey === undefined
        ? []
        : addForeignKey(operation.table, foreignKey, context.createdInThisChange(foreignKey.references));
    // The unique index that it leads to.
    return awaitedBy(operation, context).length > 0
      ? { expand: additions, contract: [...lateGates(planned), ...key] }
      : { expand: [...additions, ...key] };
  },
});
