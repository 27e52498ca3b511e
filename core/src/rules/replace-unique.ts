import type { OperationOf } from "../model/index.js";
import { dropLater, newColumns, replacementOf, whyKept } from "./replaced-unique.js";
import { defineRule, type RuleContext } from "./rule.js";

/** A unique index that is replaced by one with a column that the same change adds. */
export default defineRule({
  id: "replace-unique",
  on: ["dropIndex"],
  summary: "Keeps the old unique index until the one with the new column covers every row",
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
  background: `From \`@@unique([userId])\` to \`@@unique([userId, channel])\` (in TypeORM: \`@Index\` with \`unique: true\`) the ORM drops the old index,
adds the column and builds the new index. Rows whose new column is NULL never collide, so nothing is unique until every row has its
value. Running code with \`ON CONFLICT ("userId")\` fails without the old index.

A plan keeps the old index until contract, also in the model. Contract checks that the new index is valid, then drops the old one with
\`DROP INDEX CONCURRENTLY\`, alone in its file. Partitioned tables do not support that, so there it needs a short lock. Contract also lists
code that finds rows by the old key.`,

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
