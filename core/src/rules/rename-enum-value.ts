import { defineRule } from "./rule.js";

export default defineRule({
  id: "rename-enum-value",
  severity: "error",
  summary: "Renames an enum value that running code reads and writes",
  on: ["renameEnumValue"],
  safer: () => ({
    words: "add the new value, make the code write it and read both, change the rows, and keep the old value",
  }),
  examples: {
    unsafe: [`ALTER TYPE "Role" RENAME VALUE 'GUEST' TO 'VISITOR';`],
    safe: [`ALTER TYPE "Role" ADD VALUE 'VISITOR';`],
  },
  background: `Code deployed before the migration writes a value that no longer exists, and reads one that it does not support. Prisma's generated
clients throw on an unknown value.`,
});
