import { defineRule } from "./rule.js";
import { keepsSome } from "./stays-until-contract.js";

export default defineRule({
  id: "drop-type",
  summary: "Drops a type after the columns that a plan keeps until contract",
  on: ["dropType"],
  consequence: ({ name, isCascade }, _, context) =>
    isCascade !== true && keepsSome(context)
      ? `"${name.name}" can only go after the columns that have it, and these stay until no running code uses them.`
      : undefined,
  columns: () => [],
  rewrite: () => ({ isLater: true }),
  examples: {
    rewritten: [`ALTER TABLE "User" DROP COLUMN "role"; DROP TYPE "Role";`],
    safe: [`DROP TYPE "Role";`],
  },
  background: `The same change drops a column or a table, which stays until contract. PostgreSQL refuses to drop a type that a column still has, so
the type is dropped in contract, too, last.`,
});
