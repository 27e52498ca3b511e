import { defineRule } from "./rule.js";

export default defineRule({
  id: "restrict-access",
  severity: "warning",
  summary: "Removes rows or privileges from roles that running code may use",
  on: ["form"],
  claims: (concern) => concern.kind === "changes-access" && concern.takes !== undefined,
  safer: () => ({
    words: "check which role each service connects as, and create the policies or grants that it needs first",
  }),
  examples: {
    unsafe: [
      `ALTER TABLE "User" ENABLE ROW LEVEL SECURITY;`,
      `DROP POLICY "own" ON "User";`,
      `REVOKE INSERT ON "User" FROM "app";`,
    ],
    safe: [
      `CREATE TABLE "User" ("id" INT); ALTER TABLE "User" ENABLE ROW LEVEL SECURITY;`,
      `GRANT SELECT ON "User" TO "app";`,
    ],
  },
  background: `With row level security, a role that does not own the table sees only rows that a policy allows. Without a policy it sees no rows, and gets
no error. Owners and roles with BYPASSRLS see every row, unless it is FORCED. So a migration that works for the owner can hide
every row from the application. A revoked privilege causes an error at once.`,
});
