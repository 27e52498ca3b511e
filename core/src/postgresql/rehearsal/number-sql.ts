import type { NumberSql } from "../../sql/rehearsal/number-sql.js";
import { quoteIdentifier } from "../quote.js";
import { allowedBy } from "./checked-values.js";
import { valueOfType } from "./value-of-type.js";

/** Types of few values. */
const valuesOf: Readonly<Record<string, number>> = { boolean: 2, smallint: 32_000, '"char"': 26 };

/** Numbers are bigints. */
export const numberSql: NumberSql = {
  insert: ({ quoted, columns }, values, from, to) =>
    `INSERT INTO ${quoted} (${columns.map(({ name }) => quoteIdentifier(name)).join(", ")}) OVERRIDING SYSTEM VALUE
SELECT ${values.join(",\n  ")}
  FROM generate_series(${from}::bigint, ${to - 1}::bigint) AS n`,
  literal: (number) => `${number}::bigint`,
  divided: (number, by) => `((${number}) / ${by})`,
  floor: (number) => `floor(${number})::bigint`,
  share: (row, seed) => `((hashint8extended(${row}, ${seed}) & 9007199254740991) / 9007199254740992.0::float8)`,
  withShare: (share, made) => `(SELECT ${made("r")} FROM (SELECT ${share} AS r) s)`,
  given: (expression, row, { type }) => `(SELECT (${expression})::${type} FROM (SELECT ${row} AS n) g)`,
  pick: (values, number, { type }) =>
    `(ARRAY[${values.join(", ")}])[1 + ((${number}) % ${values.length})::int]::${type}`,
  valueOf: valueOfType,
  allowed: allowedBy,
  valuesOfType: ({ baseType }) => valuesOf[baseType],
};
