import { isFilled } from "../model/index.js";
import { awaitedBy, lateGates, whyLater } from "./awaited-values.js";
import { needsPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { addColumn, buildIndex, constraintIndex, isPlain } from "./steps.js";

/** A unique constraint over a column that the same change adds to an existing table. */
export default defineRule({
  id: "add-unique",
  on: "addUnique",
  summary: "Adds a unique constraint over a new column without blocking reads and writes",
  examples: {
    unsafe: [
      `ALTER TABLE "user" ADD "handle" text; ALTER TABLE "user" ADD CONSTRAINT "UQ_handle" UNIQUE ("handle");`,
      `ALTER TABLE "user" ADD "team" text; ALTER TABLE "user" ADD CONSTRAINT "UQ_team" UNIQUE ("team", "email") DEFERRABLE INITIALLY DEFERRED;`,
    ],
    safe: [
      `CREATE TABLE "team" ("id" text NOT NULL); ALTER TABLE "team" ADD CONSTRAINT "UQ_id" UNIQUE ("id");`,
      `ALTER TABLE "user" ADD "handle" text;`,
    ],
  },
  background: `\`ADD CONSTRAINT … UNIQUE\` builds an index under an ACCESS EXCLUSIVE lock: nobody can read or write the table until it is
finished. It is what TypeORM writes for \`unique: true\`, \`@Unique\` and one-to-one relations.

Instead the index is built with \`CREATE UNIQUE INDEX CONCURRENTLY\` under the constraint's name, alone in its file; a later file
asserts that it is valid and attaches it, which changes the catalogue alone (PostgreSQL's documentation of ALTER TABLE:
"ADD table_constraint_using_index"). What is there in the end is the constraint, deferrable as the model wants it, and not an index
alone. It comes right after the columns, while every value is NULL and before any code writes it: it is quick, and duplicates never
get in. With \`NULLS NOT DISTINCT\` it comes in contract: see [needs-values](needs-values.md).

A partitioned table cannot have an index attached to a constraint, but its partitions can. So the constraint is declared on the table
alone (\`ALTER TABLE ONLY\`, an instant), and the next file adds it to each partition below 16 MB under a short lock and lets it join.
For larger ones it stops and names the statements to run; deployed again, it attaches what they built.`,

  detect(operation, context) {
    const { table, columns, refusesNull } = operation;
    if (constraintIndex(operation) === undefined || context.createdInThisChange(table)) return undefined;
    const awaited = awaitedBy(operation, context);
    if (awaited.length > 0) return whyLater(awaited);
    if (refusesNull !== undefined) return undefined;
    const added = columns.flatMap((column) => context.addedColumn(table, column) ?? []);
    // A rewrite of the table is the greater hazard, and no rule's yet: the constraint is told with it, as a notice.
    if (added.length === 0 || !added.every(isPlain)) return undefined;
    if (context.judging.capabilities.buildsIndexesOnline)
      return added.some((column) => needsPhases(table, column, context))
        ? "The unique constraint is over a column that is filled in phases: it comes right after the column, while every value is NULL."
        : undefined;
    return `The index of the unique constraint is built under a lock: nobody can read or write "${table.name}" until it is finished.`;
  },

  columns: ({ table, columns }, context) =>
    columns.filter((column) => context.addedColumn(table, column) !== undefined).map((column) => ({ table, column })),

  rewrite(operation, planned, context) {
    const index = constraintIndex(operation);
    // Added here only where no other rule does: the plan keeps one addition a column.
    const additions = planned.filter((column) => !isFilled(column)).map(addColumn);
    const build = index === undefined ? [] : buildIndex(operation.table, index, planned[0]?.descendants);
    return awaitedBy(operation, context).length > 0
      ? { expand: additions, contract: [...lateGates(planned), ...build] }
      : { expand: [...additions, ...build] };
  },
});
