import type { OperationOf } from "../model/index.js";
import { dropLater, newColumns, replacementOf, whyKept } from "./replaced-unique.js";
import { defineRule, type RuleContext } from "./rule.js";

/** A unique constraint that is replaced by one with a column that the same change adds. */
export default defineRule({
  id: "replace-unique-constraint",
  on: ["dropConstraint"],
  summary: "Keeps the old unique constraint of the database until the one with the new column covers every row",
  examples: {
    rewritten: [
      `ALTER TABLE "setting" DROP CONSTRAINT "UQ_user"; ALTER TABLE "setting" ADD "channel" text; ALTER TABLE "setting" ADD CONSTRAINT "UQ_user_channel" UNIQUE ("userId", "channel");`,
    ],
    safe: [
      `CREATE TABLE "team" ("id" text NOT NULL); ALTER TABLE "team" ADD CONSTRAINT "UQ_team" UNIQUE ("id");`,
      `ALTER TABLE "setting" ADD "channel" text;`,
    ],
    indexes: [
      {
        name: "UQ_user",
        table: { schema: "public", name: "setting" },
        isUnique: true,
        isPrimary: false,
        columns: ["userId"],
        method: "btree",
        constraint: { deferrable: "no" },
      },
    ],
  },
  background: `Like [replace-unique](replace-unique.md), for uniqueness that is a constraint of the database and not only an index. TypeORM creates
one for \`@Unique\` and \`unique: true\`.

From \`UNIQUE ("userId")\` to \`UNIQUE ("userId", "channel")\` the ORM drops the old constraint, adds the column and adds the new constraint.
Rows whose new column is NULL never collide, so nothing is unique until every row has its value. Running code with
\`ON CONFLICT ("userId")\` fails without the old constraint.

A plan keeps the old constraint until contract, also in the model. Contract checks that the index of the new constraint is valid, then
drops the old one under a short lock: \`DROP CONSTRAINT\` changes only the catalog. It also lists code that finds rows by the old key. Undoing
contract builds the index concurrently, and attaches it to a constraint with the old name.`,

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

/** The index of a constraint has its name. Without a constraint, the index belongs to another object. */
function find({ table, name }: OperationOf<"dropConstraint">, context: RuleContext) {
  const old = context.formerIndex({ ...table, name });
  return replacementOf(old?.constraint === undefined ? undefined : old, context);
}
