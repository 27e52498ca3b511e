import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "concurrently-in-transaction",
  severity: "error",
  summary: "CONCURRENTLY, VACUUM and the like fail inside of a transaction",
  on: ["createIndex", "dropIndex", "reindex", "detachPartition", "form"],
  claims: (concern) => concern.kind === "fails-in-transaction" && concern.why === "concurrently",
  safer: (_operation, { alone }) => ({
    words: `run it${alone === "" ? " without BEGIN around it" : alone.replace(/^,/, "")}`,
  }),
  examples: {
    unsafe: [`BEGIN; CREATE INDEX CONCURRENTLY "User_team_idx" ON "User"("team"); COMMIT;`],
    safe: [`CREATE INDEX CONCURRENTLY "User_team_idx" ON "User"("team");`],
  },
  background: `PostgreSQL refuses it. A file that is sent as one is a transaction, too, unless the statement stands alone in it.`,
});
