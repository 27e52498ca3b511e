import type { OperationOf } from "../model/index.js";
import { defineRule, type RuleContext } from "./rule.js";
import { dropReplacedIndex, isPlain, unitIndex } from "./steps.js";

/** A unique index that gives way to one with a column that the same change adds. */
export default defineRule({
  id: "replace-unique",
  on: "dropIndex",
  summary: "Keeps the old unique constraint until the one with the new column guards every row",
  examples: {
    unsafe: [
      `DROP INDEX "Setting_userId_key"; ALTER TABLE "Setting" ADD COLUMN "channel" TEXT; CREATE UNIQUE INDEX "Setting_userId_channel_key" ON "Setting"("userId", "channel");`,
    ],
    safe: [
      `ALTER TABLE "Setting" ADD COLUMN "channel" TEXT; DROP INDEX CONCURRENTLY "Setting_userId_key";`,
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
  background: `From \`@@unique([userId])\` to \`@@unique([userId, channel])\` the ORM drops the old index, adds the column and builds the new
index. Rows whose new column is NULL never collide, so until every row has its value nothing is unique at all; and code that is running
still says \`ON CONFLICT ("userId")\`, which fails without the old index.

Instead the old index stays, in the model too, until contract. Then the new one is checked to be valid, and the old one is dropped with
\`DROP INDEX CONCURRENTLY\`, alone in its file (of a partitioned table, which has no such thing, under a short lock). Code that finds rows by the old key is listed at contract.`,

  detect(operation, context) {
    const found = replacementOf(operation, context);
    if (found === undefined) return undefined;
    const { old, replacement } = found;
    return `Until every row has its value in the new column, "${replacement.name}" refuses less than "${old.name}" does now, and running code that names the old key fails.`;
  },

  columns(operation, context) {
    const replacement = replacementOf(operation, context)?.replacement;
    return (replacement?.columns ?? [])
      .filter((column) => replacement !== undefined && context.addedColumn(replacement.table, column) !== undefined)
      .flatMap((column) => (replacement === undefined ? [] : [{ table: replacement.table, column }]));
  },

  rewrite(operation, planned, context) {
    const found = replacementOf(operation, context);
    if (found === undefined) return {};
    const { name, isUnique, columns, method, definition } = found.old;
    const old = { name, isUnique, columns, method, ...(definition === undefined ? {} : { definition }) };
    return {
      contract: dropReplacedIndex(found.replacement.table, old, unitIndex(found.replacement), planned[0]?.descendants),
    };
  },
});

/** The unique index of the change that takes the place of a dropped one: it shares a column with it and has a new one. */
function replacementOf(operation: OperationOf<"dropIndex">, context: RuleContext) {
  const old = operation.isConcurrent ? undefined : context.droppedIndex(operation.name);
  if (old === undefined || !old.isUnique || old.isPrimary) return undefined;
  const replacement = context.operations.find((other): other is OperationOf<"createIndex"> => {
    if (other.kind !== "createIndex" || !other.isUnique || other.columns === undefined) return false;
    if (other.table.name !== old.table.name || (other.table.schema ?? old.table.schema) !== old.table.schema)
      return false;
    const added = other.columns.flatMap((column) => context.addedColumn(other.table, column) ?? []);
    const isShared = other.columns.some((column) => old.columns.includes(column));
    return isShared && added.length > 0 && added.every(isPlain);
  });
  return replacement && { old, replacement };
}
