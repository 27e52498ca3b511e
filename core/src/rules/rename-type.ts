import { defineRule } from "./rule.js";

export default defineRule({
  id: "rename-type",
  severity: "error",
  summary: "Renames a type that running code may use",
  on: ["renameType"],
  safer: () => ({ words: "keep the type's name in the database and rename it only in the model" }),
  examples: {
    unsafe: [`ALTER TYPE "Role" RENAME TO "UserRole";`],
    safe: [`CREATE TYPE "Role" AS ENUM ('A');`],
  },
  background: `ORMs cast values to the type by its name.`,
});
