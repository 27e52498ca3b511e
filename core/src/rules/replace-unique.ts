import type { OperationOf } from "../model/index.js";
import { dropLater, newColumns, replacementOf, whyKept } from "./replaced-unique.js";
import { defineRule, type RuleContext } from "./rule.js";

/** A unique index that gives way to one with a column that the same change adds. */
export default defineRule({
  id: "replace-unique",
  on: ["dropIndex"],
  summary: "Keeps the old unique constraint until the one with the new column guards every row",
  examples: {
    rewritten: [
      `DROP INDEX "Setting_userId_key"; ALTER TABLE "Setting" ADD COLUMN "channel" TEXT; CREATE UNIQUE INDEX "Setting_userId_channel_key" ON "Setting"("userId", "channel");`,
    ],
    safe: [
      `DROP INDEX CONCURRENTLY "Setting_userId_key";`,
      `CREATE TABLE "Team" ("id" TEXT NOT NULL); CREATE UNIQUE INDEX "Team_id_key" ON "Team"("id");`,
    ],
    indexes: [
      {
        name: "Setting_userId_key",
        table: { schema: "public", name: "Setting" },
        isUnique: true,
        isPrimary: false,
        columns: ["userId"],
        method: "btree",
      },
    ],
  },
  background: `From \`@@unique([userId])\` to \`@@unique([userId, channel])\` (in TypeORM: of \`@Index\` with \`unique: true\`) the ORM drops the old index,
adds the column and builds the new index. Rows whose new column is NULL never collide, so until every row has its value nothing is
unique at all; and code that is running still says \`ON CONFLICT ("userId")\`, which fails without the old index.

Instead the old index stays, in the model too, until contract. Then the new one is checked to be valid, and the old one is dropped with
\`DROP INDEX CONCURRENTLY\`, alone in its file (of a partitioned table, which has no such thing, under a short lock). Code that finds rows by the old key is listed at contract.`,

  consequence(operation, _own, context) {
    const replaced = find(operation, context);
    return replaced && whyKept(replaced);
  },

  columns(operation, context) {
    const replaced = find(operation, context);
    return replaced === undefined ? [] : newColumns(replaced, context);
  },

  rewrite(operation, planned, context) {
    const replaced = find(operation, context);
    return replaced === undefined ? {} : dropLater(replaced, planned);
  },
});

function find(operation: OperationOf<"dropIndex">, context: RuleContext) {
  return replacementOf(operation.isConcurrent ? undefined : context.formerIndex(operation.name), context);
}
