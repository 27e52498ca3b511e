import type { Checking } from "../dialect/checking.js";
import { judging } from "./judging.js";
import { loadParser } from "./read/parser.js";
import { bodyOf } from "./read/read-body.js";
import { readMigrationLeniently } from "./read/read-migration-leniently.js";
import { withoutPublic } from "./read/without-public.js";

/** @throws LS8011 if the parser is not installed */
export async function loadChecking(): Promise<Checking> {
  const parser = await loadParser();
  return {
    judging,
    read: (sql, file) => withoutPublic(readMigrationLeniently(sql, file, parser)),
    bodies: { readBody: (text) => bodyOf(text, parser), dialect: "postgresql" },
    // The rules contain the text.
    saferWay: () => undefined,
    makesPlans: true,
  };
}
