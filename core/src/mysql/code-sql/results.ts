import type { SqlTable } from "../../dialect/code-sql.js";
import type { TableName } from "../../model/names.js";
import type { Cursor } from "../read/cursor.js";
import { reserved } from "../read/reserved.js";
import type { Token } from "../read/scan.js";

export function isTable(found: TableName, { schema, name }: SqlTable): boolean {
  // A schema that is filled in at run time matches every schema.
  const isOther = schema !== undefined && found.schema !== undefined && found.schema !== schema;
  return found.name === name && !(isOther && /^\w+$/.test(found.schema ?? ""));
}

/** The words after the sources of FROM. */
export const afterFrom =
  "WHERE GROUP HAVING WINDOW ORDER LIMIT INTO FOR LOCK PROCEDURE UNION INTERSECT EXCEPT DUPLICATE RETURNING".split(" ");

/** A column in a result list, with its qualifier. `*` has no column. */
export interface Result {
  readonly of: string | undefined;
  readonly column: string | undefined;
}

const modifiers =
  /^(?:ALL|DISTINCT|DISTINCTROW|HIGH_PRIORITY|STRAIGHT_JOIN|SQL_(?:CALC_FOUND_ROWS|(?:NO_)?CACHE|(?:BIG|SMALL|BUFFER)_RESULT))$/;

/** The columns between SELECT and FROM, or after RETURNING. Aliases of results are not columns. */
export function resultsIn(list: Cursor): readonly Result[] {
  const { sql, tokens, end } = list;
  let from = list.at;
  while (from < end && tokens[from]!.kind === "word" && modifiers.test(tokens[from]!.text)) from += 1;
  const nameOf = ({ kind, text, start, end: until }: Token) => (kind === "word" ? sql.slice(start, until) : text);
  const found: Result[] = [];
  for (let at = from; at < end; at++) {
    const token = tokens[at]!;
    const [before, next] = [at > from ? tokens[at - 1] : undefined, at + 1 < end ? tokens[at + 1] : undefined];
    const isQualified = isSign(before, ".");
    const of = isQualified && at - 2 >= from ? nameOf(tokens[at - 2]!) : undefined;
    if (isSign(token, "*")) {
      if (before === undefined || isQualified || isSign(before, ",")) found.push({ of, column: undefined });
    } else if (isQualified ? token.kind !== "sign" : isColumn(token, before)) {
      // `t.a`, `f(a)`, `_utf8mb4'x'`
      const isOther = isSign(next, ".") || (token.kind === "word" && (isSign(next, "(") || next?.kind === "string"));
      if (!isOther) found.push({ of, column: nameOf(token) });
    }
  }
  return found;
}

/** A word after AS or after an operand is an alias, not a column. */
function isColumn({ kind, text }: Token, before: Token | undefined): boolean {
  if (kind !== "name" && (kind !== "word" || reserved.has(text))) return false;
  if (before === undefined) return true;
  if (before.kind === "word") return reserved.has(before.text) && !/^(?:AS|COLLATE|USING)$/.test(before.text);
  return before.kind === "sign" && !/^[)?@:]$/.test(before.text);
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}
