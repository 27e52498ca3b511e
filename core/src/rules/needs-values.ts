import { awaitedBy, lateGates, whyLater } from "./awaited-values.js";
import { defineRule } from "./rule.js";

/** A statement that needs the backfilled values, and that no other rule rewrites. */
export default defineRule({
  id: "needs-values",
  on: [
    "addCheck",
    "addExclusion",
    "addForeignKey",
    "addKeyOfIndex",
    "addUnique",
    "comment",
    "dropConstraint",
    "dropIndex",
    "form",
    "reindex",
    "validateConstraint",
  ],
  summary: "Runs statements that need the values of a new column after the backfill",
  examples: {
    rewritten: [
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL; ALTER TABLE "User" ADD CONSTRAINT "User_handle_check" CHECK ("handle" IS NOT NULL AND "handle" <> '');`,
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL; ALTER TABLE "User" ADD CONSTRAINT "User_handle_excl" EXCLUDE (coalesce("handle", '') WITH =);`,
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL; CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle"); ALTER TABLE "User" REPLICA IDENTITY USING INDEX "User_handle_key";`,
    ],
    safe: [
      `ALTER TABLE "User" ADD COLUMN "handle" TEXT; COMMENT ON COLUMN "User"."handle" IS 'as shown';`,
      `CREATE TABLE "Team" ("id" TEXT NOT NULL); ALTER TABLE "Team" ADD CONSTRAINT "Team_id_check" CHECK ("id" IS NOT NULL);`,
    ],
  },
  background: `Between expand and the end of the backfill, existing rows have no value in the new column. An object that counts NULL as a value
fails in that time, or rejects rows from running code:

- a unique index or constraint with \`NULLS NOT DISTINCT\`, over \`coalesce("handle", '')\`, or \`WHERE "handle" IS NULL\`
- a CHECK that is false without a value, even if it is \`NOT VALID\`: PostgreSQL applies it to every UPDATE
- an EXCLUDE that counts NULL as a value
- \`REPLICA IDENTITY USING INDEX\`, which requires NOT NULL

Contract builds these objects after it has proved that no value is missing. They keep the order of your statements, and objects that
depend on them move with them. Indexes are built concurrently, and a CHECK or a foreign key is added \`NOT VALID\` and then validated.
PostgreSQL has no such way for EXCLUDE: it blocks reads and writes of the table until its index is built.

Some objects stay in expand: a CHECK that NULL passes, and a unique index or an EXCLUDE that ignores rows without a value. They check every value that
the backfill or code writes. A materialized view, or a table created from a query, would keep a copy of missing values, so Lockstep
refuses it ([LS2016](../errors/LS2016.md)).

Until contract, an upsert by such a unique index fails, and the plan reports it. Prisma's models declare the index without its NULLs: if
\`migrate dev\` would build it, Lockstep refuses that ([LS3004](../errors/LS3004.md)). Remove \`@unique\` from the model until contract.

Undoing contract drops these objects first. It finds an EXCLUDE by its name, so give it one. It resets the replica identity to
\`DEFAULT\`.`,

  isLast: true,

  consequence(operation, _own, context) {
    const awaited = awaitedBy(operation, context);
    return awaited.length === 0 ? undefined : whyLater(awaited);
  },

  columns: (operation, context) => awaitedBy(operation, context),

  rewrite: (_operation, planned) => ({ contract: lateGates(planned), isLater: true }),
});
