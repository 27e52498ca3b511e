/** The size of integers in bytes. */
const bytes: Readonly<Record<string, bigint>> = { tinyint: 1n, smallint: 2n, mediumint: 3n, int: 4n, bigint: 8n };

const number = String.raw`^[[:space:]]*[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$`;

/** A condition for values that a type rejects; undefined: unknown without storing them. */
export interface RefusedByType {
  readonly isTooLong?: { readonly sql: string; readonly limit: number };
  readonly isRefused: string;
}

/**
 * Finds the values that a column rejects in strict mode. Neither server has a statement for this without storing them: a cast accepts and
 * converts any value.
 *
 * @param value an SQL expression
 * @param type as the catalog prints it
 */
export function refusedByType(value: string, type: string): RefusedByType | undefined {
  const [, name = "", rest = ""] = /^(\w+)(.*)$/s.exec(type.toLowerCase()) ?? [];
  const length = Number(/^\((\d+)\)/.exec(rest)?.[1]);
  const text = `CAST(${value} AS CHAR)`;
  const unless = (condition: string): RefusedByType => ({ isRefused: `${value} IS NOT NULL AND NOT (${condition})` });
  switch (name) {
    case "char":
    case "varchar":
      // The server truncates blanks beyond the length.
      return {
        isTooLong: { sql: `CHAR_LENGTH(TRIM(TRAILING ' ' FROM ${text})) > ${length}`, limit: length },
        isRefused: "FALSE",
      };
    case "binary":
    case "varbinary":
      return { isTooLong: { sql: `LENGTH(${value}) > ${length}`, limit: length }, isRefused: "FALSE" };
    case "text":
    case "mediumtext":
    case "longtext":
    case "blob":
    case "mediumblob":
    case "longblob":
      return { isRefused: "FALSE" };
    case "tinyint":
    case "smallint":
    case "mediumint":
    case "int":
    case "bigint": {
      const bits = 8n * (bytes[name] ?? 8n);
      const [low, high] = rest.includes("unsigned")
        ? [0n, 2n ** bits - 1n]
        : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
      return unless(`${text} REGEXP '${number}' AND CAST(${value} AS DECIMAL(30,0)) BETWEEN ${low} AND ${high}`);
    }
    case "decimal": {
      const [, digits = "10", after = "0"] = /^\((\d+)(?:,(\d+))?\)/.exec(rest) ?? [];
      const limit = `1${"0".repeat(Number(digits) - Number(after))}`;
      return unless(`${text} REGEXP '${number}' AND ABS(ROUND(CAST(${value} AS DECIMAL(65,30)), ${after})) < ${limit}`);
    }
    case "float":
    case "double":
      return unless(`${text} REGEXP '${number}'`);
    case "date":
    case "datetime":
      return unless(`CAST(${value} AS DATETIME(6)) IS NOT NULL AND ${text} <> ''`);
    case "json":
      return unless(`JSON_VALID(${value})`);
    case "enum":
      return unless(`${text} IN (${rest.slice(1, rest.lastIndexOf(")"))})`);
    default:
      return undefined;
  }
}
