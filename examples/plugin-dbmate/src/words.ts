import type { OrmPlugin } from "@lockstep/core";
import { versionOf } from "./migration-file.js";

/** What dbmate's commands look like, for messages. */
export const wordsFor = (migrationsTable: string): OrmPlugin["words"] => ({
  deploy: "npx dbmate migrate",
  // It has recorded nothing of what failed.
  recover: () => "npx dbmate migrate",
  skip: (migration) => `psql "$DATABASE_URL" -c "INSERT INTO ${migrationsTable} VALUES ('${versionOf(migration)}')"`,
  execute: (file) => `psql "$DATABASE_URL" -f ${file}`,
  generate: undefined,
  develop: "npx dbmate new <name>",
  annotation: (text) => `-- ${text}`,
  columnName: (name) => `"${name}"`,
});
