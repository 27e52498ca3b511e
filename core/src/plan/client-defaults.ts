import { type ClientDefault, quotedName } from "../model/index.js";

/**
 * Suggests a source for existing rows if the ORM's client generates the value of new rows. Never chosen automatically: only the user knows
 * the meaning of the value.
 *
 * @param type of the column, as `format_type` prints it
 * @param columns of the table, by their names in the database
 */
export function sourceFor({ kind, text }: ClientDefault, type: string, columns: readonly string[]): string {
  const byFunction =
    "SQL cannot make one: a function in lockstep.config.ts can, with the library that your client uses.";
  switch (kind) {
    case "uuid": {
      const sql = type === "uuid" ? "gen_random_uuid()" : "gen_random_uuid()::text";
      const version = text.includes("7") ? `, of version 4 where ${text} makes version 7` : "";
      return `For example @lockstep.backfill(${sql}): a UUID like those of ${text}${version}.`;
    }
    case "cuid":
      return text.includes("2")
        ? `Validators of cuid2 expect 24 characters, a-z and 0-9, the first one a letter. ${byFunction}`
        : `Validators of cuid expect 25 characters: c, then 24 of a-z and 0-9. ${byFunction}`;
    case "nanoid":
      return `Validators of nanoid expect ${/\d+/.exec(text)?.[0] ?? "21"} characters of A-Z, a-z, 0-9, _ and -. ${byFunction}`;
    case "ulid":
      return `Validators of ulid expect 26 characters: a time and a random part, 0-9 and A-Z without I, L, O, U. ${byFunction}`;
    case "updatedAt": {
      const created = columns.find((column) => /^created_?(at|on|date)?$/i.test(column));
      return created === undefined
        ? "For example @lockstep.backfill(now()): the moment of the backfill."
        : `For example @lockstep.backfill(${created === created.toLowerCase() ? created : quotedName(created)}), or @lockstep.backfill(now()): the moment of the backfill.`;
    }
    default:
      return kind satisfies never;
  }
}
