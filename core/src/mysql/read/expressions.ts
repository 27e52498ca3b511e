import type { Cursor } from "./cursor.js";
import { reserved } from "./reserved.js";

/** Every column that a part of the text names, each once. What is a name, a unit or a type is not told apart: rather one too many. */
export function columnsOf({ sql, tokens, at, end }: Cursor): string[] {
  const found = new Set<string>();
  for (let index = at; index < end; index++) {
    const { kind, text, start, end: until } = tokens[index]!;
    const [before, next] = [tokens[index - 1]?.text, tokens[index + 1]];
    if (kind !== "name" && (kind !== "word" || reserved.has(text) || next?.text === "(")) continue;
    // `_utf8mb4'x'`, `t.a`, `COLLATE utf8mb4_bin`, `@variable`
    if (next?.text === "." || before === "COLLATE" || before === "@" || (kind === "word" && next?.kind === "string"))
      continue;
    found.add(kind === "name" ? text : sql.slice(start, until));
  }
  return [...found];
}

/** The functions that a part of the text calls, with their schema where it says one. */
export function functionsOf({ sql, tokens, at, end }: Cursor): string[] {
  const found = new Set<string>();
  for (let index = at; index < end - 1; index++) {
    const { kind, text, start, end: until } = tokens[index]!;
    if (tokens[index + 1]?.text !== "(" || tokens[index + 1]?.kind !== "sign") continue;
    if (kind !== "name" && (kind !== "word" || (reserved.has(text) && !functions.has(text)))) continue;
    const isQualified = tokens[index - 1]?.text === "." && index - 2 >= at;
    const name = kind === "name" ? text : sql.slice(start, until);
    const schema = tokens[index - 2];
    found.add(
      isQualified && schema !== undefined
        ? `${schema.kind === "name" ? schema.text : sql.slice(schema.start, schema.end)}.${name}`
        : name,
    );
  }
  return [...found];
}

/** Reserved words that are functions as well. */
const functions: ReadonlySet<string> = new Set(
  "IF LEFT RIGHT REPEAT REPLACE INSERT MOD CHAR CONVERT DATABASE SCHEMA".split(" "),
);

/**
 * The columns of an expression whose NULL may give another result than NULL: all, unless everything in it is known to pass NULL on. In a
 * unique index such rows collide, and a CHECK may refuse them.
 */
export function countedNulls(expression: Cursor): string[] {
  const { tokens, at, end } = expression;
  const asks = tokens.slice(at, end).some(({ kind, text }) => kind !== "string" && kind !== "name" && asking.has(text));
  const isStrict = functionsOf(expression).every((name) => strictFunctions.has(name.toUpperCase()));
  return isStrict && !asks ? [] : columnsOf(expression);
}

const asking: ReadonlySet<string> = new Set(["IS", "<=>", "CASE"]);

const strictFunctions: ReadonlySet<string> = new Set(
  `ABS CAST CEIL CEILING CHARACTER_LENGTH CHAR_LENGTH CONCAT CONVERT DATE DAY FLOOR HEX HOUR INSTR JSON_CONTAINS JSON_EXTRACT JSON_LENGTH
  JSON_TYPE JSON_UNQUOTE JSON_VALID LCASE LEFT LENGTH LOCATE LOWER LPAD LTRIM MD5 MINUTE MOD MONTH OCTET_LENGTH REGEXP_INSTR REGEXP_LIKE
  REGEXP_REPLACE REGEXP_SUBSTR REPEAT REPLACE REVERSE RIGHT ROUND RPAD RTRIM SECOND SHA1 SHA2 SIGN SQRT SUBSTR SUBSTRING TRIM TRUNCATE UCASE
  UNHEX UPPER YEAR`.split(/\s+/),
);

/** Parentheses in parentheses that anybody writes; whoever writes more is not followed. */
export const deepest = 20;

/** The columns of which a condition says that they are not NULL, and whether it says nothing else. */
export function notNullIn(condition: Cursor, depth = 0): { notNull: readonly string[]; isNotNullOnly: boolean } {
  if (depth < deepest && isWrapped(condition)) return notNullIn(condition.group(), depth + 1);
  const notNull: string[] = [];
  let isNotNullOnly = true;
  const all = condition.within(condition.at, condition.end);
  if (depth === deepest || hasTop(all, "OR", "XOR", "|", "BETWEEN")) return { notNull, isNotNullOnly: false };
  for (;;) {
    const from = condition.at;
    condition.skipTo("AND");
    const part = condition.within(from, condition.at);
    if (isWrapped(part)) {
      const inside = notNullIn(part, depth + 1);
      notNull.push(...inside.notNull);
      isNotNullOnly &&= inside.isNotNullOnly;
    } else {
      const column = part.isName() ? part.name() : undefined;
      if (column !== undefined && part.take("IS", "NOT", "NULL") && part.isDone) notNull.push(column);
      else isNotNullOnly = false;
    }
    if (!condition.take("AND")) return { notNull, isNotNullOnly };
  }
}

/** One pair of parentheses around everything. */
function isWrapped(condition: Cursor): boolean {
  if (!condition.is("(")) return false;
  const inside = condition.within(condition.at, condition.end);
  inside.group();
  return inside.isDone;
}

function hasTop(condition: Cursor, ...words: readonly string[]): boolean {
  condition.skipTo(...words);
  return !condition.isDone;
}
