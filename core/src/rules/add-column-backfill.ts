import { inPhases } from "./in-phases.js";
import { defineRule } from "./rule.js";
import { isPlain } from "./steps.js";

/** A column that is safe to add as it stands, but whose rows that exist shall get a value of their own. */
export default defineRule({
  id: "add-column-backfill",
  on: ["addColumn"],
  summary: "Fills the rows that exist where the model has a default or an optional field, and an annotation",
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
  background: `An optional column, or one with a constant default, is safe to add: rows that exist get NULL, or the default. Where
\`@lockstep.backfill(<sql>)\` says that they shall get another value, they are filled in batches, outside of any deployment.

With a default, as \`@default("member")\` or \`@Column({ default: "member" })\`, and an annotation, as
\`@lockstep.backfill(CASE WHEN "isStaff" THEN 'staff' ELSE 'member' END)\`, the column is added without the default, which is set in a
statement of its own, so rows that exist stay NULL until the backfill comes to them. New rows get the default, whichever build writes
them. A required column is made required last.

An optional column without NOT NULL in the end: NULL is then a value that code may choose, so there is no trigger and nothing
looks for NULLs. The backfill goes through the table once, up to the greatest key at its start, and waits for rows that others
have locked; the ledger remembers that it is done.`,

  consequence({ column, table }, _own, context) {
    if (!isPlain(column) || column.isSerial || !column.isDefaultStored || context.createdInThisChange(table))
      return undefined;
    if (column.notNull && column.defaultSql === undefined) return undefined;
    const { fill, compute } = context.source(table, column.name) ?? {};
    // A function needs the sweep, which an optional column has not.
    const source =
      fill !== undefined
        ? `@lockstep.${fill.kind}`
        : compute !== undefined && column.notNull
          ? "the function"
          : undefined;
    if (source === undefined) return undefined;
    const value = column.defaultSql === undefined ? "NULL" : `the default ${column.defaultSql}`;
    return `rows of "${table.name}" that exist would get ${value}, and not what ${source} says.`;
  },

  columns: ({ table, column }) => [{ table, column: column.name }],

  rewrite: (_operation, columns) => inPhases(columns),
});
