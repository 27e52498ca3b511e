import { defineRule } from "./rule.js";

export default defineRule({
  id: "concurrently-in-transaction",
  severity: "error",
  summary: "CONCURRENTLY, VACUUM and similar statements fail in a transaction",
  on: ["createIndex", "dropIndex", "reindex", "detachPartition", "form"],
  claims: (concern) => concern.kind === "fails-in-transaction" && concern.why === "concurrently",
  safer: (_operation, { alone }) => ({
    words: `run it${alone === "" ? " without a BEGIN around it" : alone.replace(/^,/, "")}`,
  }),
  examples: {
    unsafe: [`BEGIN; CREATE INDEX CONCURRENTLY "User_team_idx" ON "User"("team"); COMMIT;`],
    safe: [`CREATE INDEX CONCURRENTLY "User_team_idx" ON "User"("team");`],
  },
  background: `PostgreSQL rejects the statement in a transaction. A file that is sent as a whole is also one transaction, unless it contains only this statement.`,
});
