import type { NumberSql } from "../../sql/rehearsal/number-sql.js";
import { quoteIdentifier } from "../quote.js";
import { Scanner } from "../read/scan.js";
import { allowedBy } from "./checked-values.js";
import { valueOfType } from "./value-of-type.js";

/** The most numbers of one `numbers`. */
export const numbersAtOnce = 100_000;

const digits =
  "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";

/**
 * Whole numbers as `n`, from `from` up to but excluding `to`. Works in every version, without a table and without recursion, which has a
 * limit.
 */
export function numbers(from: number, to: number): string {
  const places = ["a", "b", "c", "d", "e"];
  const sum = places.map((place, at) => `${place}.d * ${10 ** at}`).join(" + ");
  return `(SELECT CAST(${from} + ${sum} AS SIGNED) AS n FROM ${places.map((place) => `${digits} ${place}`).join(" CROSS JOIN ")}) numbers WHERE n < ${to}`;
}

/** Numbers are signed 64-bit. */
export const numberSql: NumberSql = {
  insert: ({ quoted, columns }, values, from, to) =>
    `INSERT INTO ${quoted} (${columns.map(({ name }) => quoteIdentifier(name)).join(", ")})
SELECT ${values.join(",\n  ")}
  FROM ${numbers(from, to)}`,
  literal: String,
  divided: (number, by) => `((${number}) DIV ${by})`,
  floor: (number) => `CAST(FLOOR(${number}) AS SIGNED)`,
  // MySQL 9.6 and later have neither MD5 nor SHA1.
  share: (row, seed) => `(CONV(LEFT(SHA2(CONCAT(${row}, ':', ${seed}), 256), 13), 16, 10) / 4503599627370496e0)`,
  // A derived table cannot reference the outer query.
  withShare: (share, made) => made(share),
  given: (expression, row) => `(${row === "n" ? expression : withRow(expression, row)})`,
  pick: (values, number) => `ELT(1 + ((${number}) % ${values.length}), ${values.join(", ")})`,
  valueOf: valueOfType,
  allowed: allowedBy,
  valuesOfType: ({ baseType }) => {
    if (/^(?:tinyint\(1\)|boolean|bit\(1\))/.test(baseType)) return 2;
    const [type = ""] = /^\w+/.exec(baseType) ?? [];
    return { tinyint: 126, smallint: 32_000, year: 80 }[type];
  },
};

/** Replaces `n` in an expression by another number. */
function withRow(expression: string, row: string): string {
  const scanner = new Scanner(expression);
  let text = "";
  let from = 0;
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) {
    if (token.kind !== "word" || expression.slice(token.start, token.end) !== "n") continue;
    text += `${expression.slice(from, token.start)}(${row})`;
    from = token.end;
  }
  return text + expression.slice(from);
}
