import type { Checking } from "../dialects/checking.js";
import type { Parser } from "../sql/postgres/parser.js";
import { readMigrationLeniently } from "../sql/postgres/read-migration-leniently.js";
import { withoutPublic } from "../sql/postgres/without-public.js";
import { judging } from "./judging.js";

export function checkingWith(parser: Parser): Checking {
  return {
    judging,
    read: (sql, file) => withoutPublic(readMigrationLeniently(sql, file, parser)),
    // The rules themselves say it.
    saferWay: () => undefined,
    makesPlans: true,
  };
}
