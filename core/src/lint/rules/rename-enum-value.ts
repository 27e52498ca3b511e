import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "rename-enum-value",
  severity: "error",
  summary: "Renames a value of an enum that running code writes and reads",
  on: ["renameEnumValue"],
  safer: () => ({
    words:
      "add the new value, let the code write it and read both, change the rows, and leave the old value where it is",
  }),
  examples: {
    unsafe: [`ALTER TYPE "Role" RENAME VALUE 'GUEST' TO 'VISITOR';`],
    safe: [`ALTER TYPE "Role" ADD VALUE 'VISITOR';`],
  },
  background: `The version before it writes a value that is not there any more, and reads one that it does not know: generated clients of
Prisma throw on those.`,
});
