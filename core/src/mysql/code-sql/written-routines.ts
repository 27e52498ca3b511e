import { attempt } from "../../base/expected-errors.js";
import type { SqlTable } from "../../dialect/code-sql.js";
import type { WrittenRoutine } from "../../dialect/whole-rows.js";
import { Cursor, notUnderstood } from "../read/cursor.js";
import { cutStatements } from "../read/cut-statements.js";
import { Unclosed } from "../read/scan.js";

/**
 * The triggers, routines and events that statements create and do not drop again.
 *
 * @param texts in the order in which they run
 */
export function routinesWritten(texts: readonly string[], table: SqlTable): readonly WrittenRoutine[] {
  const found = new Map<string, WrittenRoutine>();
  for (const sql of texts.filter((each) => /\b(?:trigger|procedure|function|event)\b/i.test(each))) {
    const cuts =
      attempt(
        () => [...cutStatements(sql)],
        (error) => error instanceof Unclosed,
      ) ?? [];
    for (const { tokens } of cuts) {
      const cursor = new Cursor(sql, tokens);
      const isMade = cursor.take("CREATE");
      if (!isMade && !cursor.take("DROP")) continue;
      // OR REPLACE, DEFINER = …
      while (!cursor.isDone && !kinds.some((kind) => cursor.is(kind))) cursor.next();
      const kind = cursor.one(...kinds);
      if (kind === undefined) continue;
      cursor.take("IF", "NOT", "EXISTS");
      cursor.take("IF", "EXISTS");
      const made = attempt(
        () => (isMade ? routineOf(kind, cursor, table) : cursor.table().name),
        (error) => error === notUnderstood,
      );
      if (typeof made === "string") found.delete(`${kind} ${made}`);
      else if (made !== undefined) found.set(`${kind} ${made.name}`, made);
    }
  }
  return [...found.values()];
}

const kinds = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];

/** The cursor is at the name, and reads to where the body begins. */
function routineOf(word: string, cursor: Cursor, table: SqlTable): WrittenRoutine {
  const { name } = cursor.table();
  const kind = word.toLowerCase() as "trigger" | "procedure" | "function" | "event";
  let writes: readonly string[] = [];
  if (kind === "trigger") {
    cursor.one("BEFORE", "AFTER");
    const write = cursor.next().text;
    cursor.need("ON");
    if (cursor.table().name === table.name) writes = [write];
    cursor.need("FOR", "EACH", "ROW");
    if (cursor.one("FOLLOWS", "PRECEDES") !== undefined) cursor.name();
  } else if (kind === "event") {
    cursor.skipTo("DO");
    cursor.need("DO");
  } else cursor.group();
  const start = cursor.token?.start ?? cursor.sql.length;
  const end = cursor.tokens[cursor.end - 1]?.end ?? start;
  const body = cursor.sql.slice(start, end);
  const triggers = writes.length === 0 ? [] : [{ definition: "", events: writes }];
  return { what: `${kind} ${name}`, kind, name, language: "sql", body, arguments: "", returns: "", triggers };
}
