import { inPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { isPlain } from "./steps.js";

/** A column that is safe to add, but whose existing rows need a value of their own. */
export default defineRule({
  id: "add-column-backfill",
  on: ["addColumn"],
  summary: "Fills existing rows from an annotation if the new column is optional or has a default",
  examples: {
    rewritten: [
      `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member'; -- role: @lockstep.backfill(lower("name"))`,
      `ALTER TABLE "User" ADD COLUMN "nickname" TEXT; -- nickname: @lockstep.backfill("name")`,
    ],
    safe: [
      `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member';`,
      `ALTER TABLE "User" ADD COLUMN "nickname" TEXT;`,
    ],
  },
  background: `An optional column, or one with a constant default, is safe to add: existing rows get NULL or the default. If
\`@lockstep.backfill(<sql>)\` defines another value, Lockstep fills existing rows in batches, outside any deployment.

The default can be \`@default("member")\` or \`@Column({ default: "member" })\`, and the annotation
\`@lockstep.backfill(CASE WHEN "isStaff" THEN 'staff' ELSE 'member' END)\`. The plan then adds the column without the default, and sets
the default in a separate statement. Existing rows stay NULL until the backfill reaches them. New rows get the default from every build.
A required column becomes required last.

In an optional column NULL can be a value that your code chose. So there is no trigger and no search for NULLs. The backfill reads the
table once, up to the greatest key at its start, and waits for locked rows. The ledger records that it is done.`,

  consequence({ column, table }, _own, context) {
    if (!isPlain(column) || column.isSerial || !column.isDefaultStored || context.createdInThisChange(table))
      return undefined;
    if (column.notNull && column.defaultSql === undefined) return undefined;
    const { fill, compute } = context.source(table, column.name) ?? {};
    // A function needs the sweep, which optional columns do not have.
    const source =
      fill !== undefined
        ? `@lockstep.${fill.kind}`
        : compute !== undefined && column.notNull
          ? "the function"
          : undefined;
    if (source === undefined) return undefined;
    const value = column.defaultSql === undefined ? "NULL" : `the default ${column.defaultSql}`;
    return `Existing rows of "${table.name}" would get ${value} instead of the value from ${source}.`;
  },

  columns: ({ table, column }) => [{ table, column: column.name }],

  rewrite: (_operation, columns) => inPhases(columns),
});
