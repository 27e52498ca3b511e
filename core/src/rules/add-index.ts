import { type Concern, isFilled, type NewerForm } from "../model/index.js";
import { awaitedBy, lateGates, whyLater } from "./awaited-values.js";
import { recreates, scansExisting } from "./existing-rows.js";
import { addedColumns, addedRefs, whyBesideFilled } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { addColumn, buildIndex, unitIndex } from "./steps.js";

/** What a unique index requires before it is built, CONCURRENTLY or not. Empty: nothing. */
export function valuesFirst(concerns: readonly Concern[], newer: readonly NewerForm[] = []): string {
  const why = concerns.flatMap((concern) => (concern.kind === "fails-on-rows" ? [concern.why] : []));
  if (why.includes("two-rows")) return "give each row a value of its own first, then ";
  if (!why.includes("duplicates")) return "";
  return `resolve duplicate values${newer.includes("nulls-not-distinct") ? ", NULL included," : ""} first, then `;
}

/** An index. On an existing table, a plan builds it while writes continue. */
export default defineRule({
  id: "add-index",
  severity: "error",
  summary: "CREATE INDEX blocks writes to the table during the whole build",
  on: ["createIndex"],
  isMechanical: true,
  safer: ({ sql, newer }, { alone, concerns }) => {
    const words = `${valuesFirst(concerns, newer)}build it while writes continue${alone}`;
    // CONCURRENTLY would fail as well.
    if (concerns.some((concern) => concern.kind === "fails-on-rows" && concern.why === "two-rows")) return { words };
    return { words, sql: [sql.replace(/\bINDEX\b(?!\s+CONCURRENTLY)/i, "INDEX CONCURRENTLY")] };
  },

  consequence(operation, { concerns }, context) {
    const { table, reads, isConcurrent, isUnique } = operation;
    const awaited = awaitedBy(operation, context);
    if (awaited.length > 0) return whyLater(awaited);
    // A table rewrite is the greater hazard, and no rule handles it yet: a notice reports it together with the index.
    const added = addedColumns(table, reads, context);
    if (isConcurrent) return undefined;
    const index = isUnique ? "The unique index" : "The index";
    const blocks = `${index} is built under a lock: it blocks writes to "${table.name}" until it is finished.`;
    if (added.length === 0) return scansExisting(operation, concerns, context) ? blocks : undefined;
    return concerns.some(({ kind }) => kind === "scans" || kind === "rewrites")
      ? blocks
      : whyBesideFilled(index, table, added, context);
  },
  columns: ({ table, reads }, context) => addedRefs(table, reads, context),
  rewrite(operation, planned, context) {
    if (planned.length === 0 && recreates(operation, context)) return { isKept: true };
    // Only if no other rule adds the column: the plan keeps one addition per column.
    const additions = planned.filter((column) => !isFilled(column)).map(addColumn);
    const build = buildIndex(
      operation.table,
      unitIndex(operation),
      planned[0]?.descendants ?? context.descendantsOf(operation.table),
    );
    return awaitedBy(operation, context).length > 0
      ? { expand: additions, contract: [...lateGates(planned), ...build] }
      : { expand: [...additions, ...build] };
  },

  examples: {
    rewritten: [
      `CREATE INDEX "User_team_idx" ON "User"("team");`,
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT; CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");`,
      `ALTER TABLE "User" ADD COLUMN "team" TEXT; CREATE INDEX "User_team_idx" ON "User"("team");`,
      `ALTER TABLE "User" ADD COLUMN "tags" TEXT[]; CREATE INDEX "User_tags_idx" ON "User" USING GIN ("tags");`,
    ],
    safe: [
      `CREATE INDEX CONCURRENTLY "User_team_idx" ON "User"("team");`,
      `CREATE TABLE "Team" ("id" TEXT NOT NULL); CREATE UNIQUE INDEX "Team_id_key" ON "Team"("id");`,
    ],
  },
  background: `\`CREATE INDEX\` holds a SHARE lock for the whole build: writes to the table wait until it ends. \`CREATE INDEX CONCURRENTLY\` lets writes
continue. It cannot run in a transaction, and a failed build leaves an invalid index: drop it before the next attempt.`,
  instead: `A plan builds the index with CONCURRENTLY, alone in its file, and a later file checks that it is valid. An index over existing columns
needs one phase: deploy its migrations, and the plan is done. Lockstep first counts duplicates under a unique index without an expression or
predicate, on your development database and before the deployment to each target. An index over a column that the same change adds follows the columns, while every value
is NULL and before any code writes it. So the build is quick, and duplicates never get in. Sort order, operator classes, methods and predicates stay as the ORM wrote them. A unique index that counts NULL as a value comes in contract: see [needs-values](needs-values.md).

PostgreSQL cannot build an index of a partitioned table concurrently, but it can for each partition. So the plan declares the index on
the table alone (\`ON ONLY\`, an instant). The next file builds it on each partition below 16 MB under a short lock and attaches it. For larger
ones it stops and prints the statements to run. The next deployment attaches what they built.`,
  mysql: {
    background: `Writes continue while MySQL and MariaDB build an index. Lockstep reports unique indexes because they fail on duplicate values, and FULLTEXT and SPATIAL ones
because they block writes. An index over a new column that passes unchanged passes too.`,
    unsafe: [
      "CREATE UNIQUE INDEX `User_email_key` ON `User`(`email`);",
      "CREATE FULLTEXT INDEX `User_bio_idx` ON `User`(`bio`);",
    ],
    safe: ["CREATE INDEX `User_team_idx` ON `User`(`team`);"],
  },
});
