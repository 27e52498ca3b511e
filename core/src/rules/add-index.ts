import { isFelt, isFilled, type OperationOf } from "../model/index.js";
import { awaitedBy, lateGates, whyLater } from "./awaited-values.js";
import { needsPhases } from "./in-phases.js";
import { defineRule, type RuleContext } from "./rule.js";
import { addColumn, buildIndex, isPlain, unitIndex } from "./steps.js";

/** An index or unique constraint on a column that the same change adds to an existing table. */
export default defineRule({
  id: "add-index",
  on: "createIndex",
  summary: "Builds an index on a new column without blocking writes",
  examples: {
    unsafe: [
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT; CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");`,
      `ALTER TABLE "User" ADD COLUMN "team" TEXT; CREATE INDEX "User_team_idx" ON "User"("team");`,
      `ALTER TABLE "User" ADD COLUMN "tags" TEXT[]; CREATE INDEX "User_tags_idx" ON "User" USING GIN ("tags");`,
    ],
    safe: [
      `CREATE TABLE "Team" ("id" TEXT NOT NULL); CREATE UNIQUE INDEX "Team_id_key" ON "Team"("id");`,
      `CREATE INDEX CONCURRENTLY "User_team_idx" ON "User"("team");`,
    ],
  },
  background: `\`CREATE INDEX\` holds a SHARE lock for the whole build: no row of the table can be written until it is finished.
\`CREATE INDEX CONCURRENTLY\` lets writes go on. It cannot run in a transaction, so it stands alone in its file; a build that fails
leaves an invalid index behind, so a later file asserts that it is valid. The index comes right after the columns, while every
value is NULL and before any code writes it: it is quick, and duplicates never get in. Sort order, operator classes, methods and
predicates stay as the ORM wrote them. A unique index that counts NULL as a value comes in contract: see [needs-values](needs-values.md).

MySQL and MariaDB build an index while writes go on: one over a column that passes as it stands passes, too. A FULLTEXT index they
build while writes wait.

A partitioned table cannot have its index built concurrently, but its partitions can. So the index is declared on the table alone
(\`ON ONLY\`, an instant), and the next file builds it on each partition below 16 MB under a short lock and attaches it. For larger
ones it stops and names the statements to run; deployed again, it attaches what they built.`,

  detect(operation, context) {
    const { table, reads, isConcurrent, isUnique } = operation;
    const awaited = awaitedBy(operation, context);
    if (awaited.length > 0) return whyLater(awaited);
    if (isConcurrent || context.createdInThisChange(table)) return undefined;
    const added = reads.flatMap((column) => context.addedColumn(table, column) ?? []);
    // A rewrite of the table is the greater hazard, and no rule's yet: the index is told with it, as a notice.
    if (added.length === 0 || !added.every(isPlain)) return undefined;
    if (!holdsWrites(operation, context))
      return added.some((column) => needsPhases(table, column, context))
        ? `${isUnique ? "The unique index" : "The index"} is over a column that is filled in phases: it comes right after the column, while every value is NULL.`
        : undefined;
    return `${isUnique ? "The unique index" : "The index"} is built under a lock: nothing can be written to "${table.name}" until it is finished.`;
  },

  columns: ({ table, reads }, context) =>
    reads.filter((column) => context.addedColumn(table, column) !== undefined).map((column) => ({ table, column })),

  rewrite(operation, planned, context) {
    // Added here only where no other rule does: the plan keeps one addition a column.
    const additions = planned.filter((column) => !isFilled(column)).map(addColumn);
    const build = buildIndex(operation.table, unitIndex(operation), planned[0]?.descendants);
    return awaitedBy(operation, context).length > 0
      ? { expand: additions, contract: [...lateGates(planned), ...build] }
      : { expand: [...additions, ...build] };
  },
});

/** Where writes go on while an index is built, there are indexes for which they do not. */
function holdsWrites(operation: OperationOf<"createIndex">, { judging, ...context }: RuleContext): boolean {
  if (!judging.capabilities.buildsIndexesOnline) return true;
  const { locks, held } = judging.verdictOf(operation, { judging, ...context });
  return held !== "instant" && locks.some(({ mode }) => isFelt(mode));
}
