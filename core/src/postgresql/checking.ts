import type { Checking } from "../dialects/checking.js";
import { loadParser } from "../sql/postgres/parser.js";
import { readMigrationLeniently } from "../sql/postgres/read-migration-leniently.js";
import { withoutPublic } from "../sql/postgres/without-public.js";
import { judging } from "./judging.js";

/** @throws LS8017 where the parser is not installed */
export async function loadChecking(): Promise<Checking> {
  const parser = await loadParser();
  return {
    judging,
    read: (sql, file) => withoutPublic(readMigrationLeniently(sql, file, parser)),
    // The rules themselves say it.
    saferWay: () => undefined,
    makesPlans: true,
  };
}
