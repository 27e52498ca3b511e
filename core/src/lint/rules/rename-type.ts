import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "rename-type",
  severity: "error",
  summary: "Renames a type that running code may name",
  on: ["renameType"],
  safer: () => ({ words: "keep the type's name in the database and rename it in the model alone" }),
  examples: {
    unsafe: [`ALTER TYPE "Role" RENAME TO "UserRole";`],
    safe: [`CREATE TYPE "Role" AS ENUM ('A');`],
  },
  background: `ORMs cast to the type by its name in the statements that they send.`,
});
