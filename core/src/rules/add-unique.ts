import { isFilled } from "../model/index.js";
import { whileSmall } from "./add-exclusion.js";
import { valuesFirst } from "./add-index.js";
import { awaitedBy, lateGates, whyLater } from "./awaited-values.js";
import { recreates, scansExisting } from "./existing-rows.js";
import { addedColumns, addedRefs, whyBesideFilled } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { addColumn, buildIndex, constraintIndex } from "./steps.js";

/** A unique constraint. On an existing table, a plan builds its index first, while writes continue, and then attaches it. */
export default defineRule({
  id: "add-unique",
  severity: "error",
  summary: "ADD UNIQUE blocks reads and writes until PostgreSQL has built its index",
  on: ["addUnique"],
  isMechanical: true,
  safer: ({ table, name, columns, hasOther, refusesNull, deferrable, newer }, { alone, quote, concerns }) => {
    if (newer?.includes("temporal-constraint")) return { words: whileSmall };
    const key = quote.identifier(name ?? `${table.name}_${columns.join("_")}_key`);
    const words = `${valuesFirst(concerns, newer)}build the index while writes continue${alone}, then attach it`;
    // INCLUDE, NULLS NOT DISTINCT and storage belong to the index, DEFERRABLE to the constraint.
    if (hasOther || refusesNull !== undefined || deferrable !== "no")
      return { words: `${words}, with the same options` };
    return {
      words,
      sql: [
        `CREATE UNIQUE INDEX CONCURRENTLY ${key} ON ${quote.table(table)} (${columns.map(quote.identifier).join(", ")})`,
        `ALTER TABLE ${quote.table(table)} ADD CONSTRAINT ${key} UNIQUE USING INDEX ${key}`,
      ],
    };
  },

  consequence(operation, { concerns }, context) {
    const { table, columns, refusesNull } = operation;
    if (constraintIndex(operation) === undefined) return undefined;
    const awaited = awaitedBy(operation, context);
    if (awaited.length > 0) return whyLater(awaited);
    // A table rewrite is the greater hazard, and no rule handles it yet: a notice reports it together with the constraint.
    const added = addedColumns(table, columns, context);
    if (added.length === 0 ? !scansExisting(operation, concerns, context) : refusesNull !== undefined) return undefined;
    return concerns.some(({ kind }) => kind === "scans")
      ? `The index of the unique constraint is built under a lock: it blocks reads and writes of "${table.name}" until it is finished.`
      : whyBesideFilled("The unique constraint", table, added, context);
  },
  columns: ({ table, columns }, context) => addedRefs(table, columns, context),
  rewrite(operation, planned, context) {
    if (planned.length === 0 && recreates(operation, context)) return { isKept: true };
    const index = constraintIndex(operation);
    // Only if no other rule adds the column: the plan keeps one addition per column.
    const additions = planned.filter((column) => !isFilled(column)).map(addColumn);
    const build =
      index === undefined
        ? []
        : buildIndex(operation.table, index, planned[0]?.descendants ?? context.descendantsOf(operation.table));
    return awaitedBy(operation, context).length > 0
      ? { expand: additions, contract: [...lateGates(planned), ...build] }
      : { expand: [...additions, ...build] };
  },

  examples: {
    rewritten: [
      `ALTER TABLE "User" ADD CONSTRAINT "User_handle_key" UNIQUE ("handle");`,
      `ALTER TABLE "user" ADD "handle" text; ALTER TABLE "user" ADD CONSTRAINT "UQ_handle" UNIQUE ("handle");`,
      `ALTER TABLE "user" ADD "team" text; ALTER TABLE "user" ADD CONSTRAINT "UQ_team" UNIQUE ("team", "email") DEFERRABLE INITIALLY DEFERRED;`,
    ],
    safe: [
      `ALTER TABLE "User" ADD CONSTRAINT "User_handle_key" UNIQUE USING INDEX "User_handle_key";`,
      `CREATE TABLE "team" ("id" text NOT NULL); ALTER TABLE "team" ADD CONSTRAINT "UQ_id" UNIQUE ("id");`,
      `ALTER TABLE "user" ADD "handle" text;`,
    ],
  },
  background: `\`ADD CONSTRAINT … UNIQUE\` builds an index under an ACCESS EXCLUSIVE lock, which blocks reads and writes of the table. It fails if
two rows have the same values. TypeORM writes it for \`unique: true\`, \`@Unique\` and one-to-one relations.`,
  instead: `A plan needs two steps. \`CREATE UNIQUE INDEX CONCURRENTLY\` builds the
index under the constraint's name, alone in its file. A later file checks that the index is valid and attaches it, which changes only
the catalog (PostgreSQL's documentation of ALTER TABLE: "ADD table_constraint_using_index"). The result is the constraint itself,
deferrable as in the model. Over existing columns both steps are one phase, and Lockstep counts duplicates before. Over a column that the same
change adds, they follow the column, while every value is NULL and before any code writes it. So the build is quick, and duplicates never get in. With \`NULLS NOT DISTINCT\` it comes in contract: see [needs-values](needs-values.md).

PostgreSQL cannot attach an index to a constraint of a partitioned table, but it can for each partition. So the plan declares the
constraint on the table alone (\`ALTER TABLE ONLY\`, an instant). The next file adds it to each partition below 16 MB under a short lock and
attaches it. For larger ones it stops and prints the statements to run. The next deployment attaches what they built.`,
});
