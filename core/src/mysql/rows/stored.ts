/**
 * A value as a column of the type stores it: 3.14 becomes 3 in an integer. Texts are given in one character set, and all is given as
 * bytes: of two values byte by byte the collation says nothing.
 *
 * @param type as the catalogue prints it
 */
export function storedBytes(value: string, type: string): string {
  return `CAST(${stored(`(${value}\n)`, type.toLowerCase())} AS BINARY)`;
}

function stored(value: string, type: string): string {
  const [, name = "", size = ""] = /^(\w+)(\([^)]*\))?/.exec(type) ?? [];
  const text = (sql: string) => `CONVERT(${sql} USING utf8mb4)`;
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
      // What a float has lost a double has not: both are compared by what is sure of them.
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
    case "varbinary":
    case "tinyblob":
    case "blob":
    case "mediumblob":
    case "longblob":
      return value;
    case "json":
      return text(`CAST(${value} AS JSON)`);
    case "char":
      // Blanks at its end are not kept.
      return `TRIM(TRAILING ' ' FROM ${text(value)})`;
    default:
      return text(value);
  }
}
