/**
 * The bytes of a value as a column of this type stores it. Text is converted to one character set. Values that only the collation treats as
 * equal are different.
 */
export function storedBytes(value: string, type: string): string {
  const stored = storedValue(value, type);
  const inOneSet = /^(?:(?:tiny|medium|long)?text|varchar|enum|set)\b/.test(type)
    ? `CONVERT(${stored} USING utf8mb4)`
    : stored;
  return `CAST(${inOneSet} AS BINARY)`;
}

/**
 * A value as a column of this type stores it: 3.14 becomes 3 in an integer.
 *
 * @param type as the catalog prints it
 */
export function storedValue(sql: string, type: string): string {
  const value = `(${sql}\n)`;
  const [, name = "", size = ""] = /^(\w+)(\([^)]*\))?/.exec(type) ?? [];
  switch (name) {
    case "tinyint":
    case "smallint":
    case "mediumint":
    case "int":
    case "bigint":
    case "year":
      return `CAST(ROUND(${value}) AS ${type.includes("unsigned") || name === "year" ? "UNSIGNED" : "SIGNED"})`;
    case "decimal":
      return `CAST(${value} AS DECIMAL${size})`;
    case "float":
      // A float loses digits that a double keeps, so both are compared by their reliable digits.
      return `ROUND(${value}, 6 - FLOOR(LOG10(ABS(${value}) + (${value} = 0))))`;
    case "double":
      return `(${value} + 0e0)`;
    case "date":
      return `CAST(${value} AS DATE)`;
    case "datetime":
    case "timestamp":
      return `CAST(${value} AS DATETIME${size})`;
    case "time":
      return `CAST(${value} AS TIME${size})`;
    case "binary":
      return `CAST(${value} AS BINARY${size})`;
    case "json":
      return `CAST(CAST(${value} AS JSON) AS CHAR)`;
    case "char":
      // The type does not keep trailing blanks.
      return `TRIM(TRAILING ' ' FROM CONVERT(${value} USING utf8mb4))`;
    default:
      return value;
  }
}
