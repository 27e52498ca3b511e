import { isFilled } from "../model/index.js";
import { awaitedBy, lateGates } from "./awaited-values.js";
import { bothNames, recreates, scansExisting } from "./existing-rows.js";
import { addedColumns, addedRefs, whyBesideFilled } from "./in-phases.js";
import { notValid } from "./not-valid.js";
import { defineRule } from "./rule.js";
import { addColumn, addForeignKey, unitForeignKey } from "./steps.js";

/** A foreign key. On an existing table, a plan adds it for new rows first, and then checks the others. */
export default defineRule({
  id: "add-foreign-key",
  severity: "error",
  summary: "ADD FOREIGN KEY blocks writes to both tables while PostgreSQL checks every row",
  on: ["addForeignKey"],
  isMechanical: true,
  safer: notValid,

  consequence(operation, { concerns }, context) {
    const { table, columns, references, isValid } = operation;
    const added = addedColumns(table, columns, context);
    if (!isValid || unitForeignKey(operation) === undefined) return undefined;
    if (added.length === 0 && !scansExisting(operation, concerns, context)) return undefined;
    if (concerns.some(({ kind }) => kind === "rewrites"))
      return `The statement copies the whole table "${table.name}" to check its rows, and blocks writes to it meanwhile.`;
    if (!concerns.some(({ kind }) => kind === "scans"))
      return whyBesideFilled("The foreign key", table, added, context);
    return `The statement checks all rows of "${table.name}" under a lock, and blocks writes to ${bothNames(table, references)} meanwhile.`;
  },
  columns: ({ table, columns }, context) => addedRefs(table, columns, context),
  rewrite(operation, planned, context) {
    if (planned.length === 0 && recreates(operation, context)) return { isKept: true };
    const foreignKey = unitForeignKey(operation);
    // Only if no other rule adds the column: the plan keeps one addition per column.
    const additions = planned.filter((column) => !isFilled(column)).map(addColumn);
    const key =
      foreignKey === undefined
        ? []
        : addForeignKey(operation.table, foreignKey, context.createdInThisChange(foreignKey.references));
    // The key may need the unique index that it refers to.
    return awaitedBy(operation, context).length > 0
      ? { expand: additions, contract: [...lateGates(planned), ...key] }
      : { expand: [...additions, ...key] };
  },

  examples: {
    rewritten: [
      `ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id");`,
      `ALTER TABLE "Order" ADD COLUMN "teamId" INTEGER; ALTER TABLE "Order" ADD CONSTRAINT "Order_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE SET NULL ON UPDATE CASCADE;`,
    ],
    safe: [
      `ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") NOT VALID;`,
      `CREATE TABLE "Team" ("id" TEXT NOT NULL); ALTER TABLE "Team" ADD CONSTRAINT "Team_id_fkey" FOREIGN KEY ("id") REFERENCES "User"("id");`,
      `ALTER TABLE "Order" ADD COLUMN "teamId" INTEGER; ALTER TABLE "Order" ADD CONSTRAINT "Order_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") NOT VALID;`,
    ],
  },
  background: `\`ADD CONSTRAINT … FOREIGN KEY\` holds a SHARE ROW EXCLUSIVE lock on both tables while it checks every row of the referencing table. Writes
to both wait until it ends. While it waits for the second lock, it keeps the first. NOT VALID takes the locks for an instant.
VALIDATE CONSTRAINT, in a separate transaction, lets reads and writes continue.`,
  instead: `A plan takes both locks at once and releases them in milliseconds: from then on PostgreSQL checks new rows. The next file checks existing
rows while reads and writes continue. A key over existing columns needs one phase. Lockstep first counts rows without a referenced row, on
your development database and before the deployment to each target. A key that the same change drops and creates again is replaced in one
step, without a moment in which nothing is checked. A key over a column that the same change adds runs in expand, while every value is NULL.
So PostgreSQL checks every value that the trigger, the backfill or the code writes.`,
  mysql: {
    background: `Both copy the table and block writes to both tables; MariaDB 11.2 and later blocks only writes to the referenced table. With \`foreign_key_checks = 0\` they add the key in
place and check no existing row, so find rows without a referenced row yourself, before and after it. A plan adds the key this way, then
checks existing rows with a query. If a row violates the key, the plan removes the key.`,
    unsafe: ["ALTER TABLE `Post` ADD CONSTRAINT `fk` FOREIGN KEY (`authorId`) REFERENCES `User`(`id`);"],
    safe: [
      "SET SESSION foreign_key_checks = 0; ALTER TABLE `Post` ADD CONSTRAINT `fk` FOREIGN KEY (`authorId`) REFERENCES `User`(`id`);",
    ],
  },
});
