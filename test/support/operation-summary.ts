import {
  type ColumnDeclaration,
  type ColumnPosition,
  type IndexKey,
  type Operation,
  type TableName,
  tableLabel,
} from "../../core/src/model/index.js";

/** An operation in one line, for tables of cases: `addColumn t.a int NOT NULL first`. Everything that it says is in it, but its place. */
export function summary({ statement: _statement, sql: _sql, line: _line, demands, ...operation }: Operation): string {
  const words = Object.entries(operation).flatMap(([key, value]) => said(key, value));
  const { algorithm, lock, waitSeconds } = demands ?? {};
  const wait = waitSeconds === undefined ? [] : [`wait=${waitSeconds}`];
  return [...words, ...(algorithm ? [`algorithm=${algorithm}`] : []), ...(lock ? [`lock=${lock}`] : []), ...wait].join(
    " ",
  );
}

function said(key: string, value: unknown): string[] {
  if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) return [];
  if (["kind", "what"].includes(key)) return [String(value)];
  if (key === "column" && typeof value === "object") return [`(${columnSummary(value as ColumnDeclaration)})`];
  if (key === "columns" && typeof (value as unknown[])[0] === "object")
    return [`(${(value as ColumnDeclaration[]).map(columnSummary).join(", ")})`];
  if (key === "position") {
    const position = value as ColumnPosition;
    return [position === "first" ? "first" : `after ${position.after}`];
  }
  if (key === "deferrable" || key === "isValid") return [];
  if ((key === "onUpdate" || key === "onDelete") && value === "NO ACTION") return [];
  if (value === true) return [key];
  return [key === "table" ? text(value) : `${key}=${text(value)}`];
}

function columnSummary(column: ColumnDeclaration): string {
  const { name, typeSql: _typeSql, type, isDefaultStored, defaultSql, checks, references, ...rest } = column;
  const computed = isDefaultStored ? [] : ["computed"];
  const others = Object.entries({ ...rest, references: references?.sql, checks: checks.map(({ sql }) => sql) });
  const byDefault = defaultSql === undefined ? [] : [`default ${defaultSql}`];
  return [name, type, ...byDefault, ...computed, ...others.flatMap(([key, value]) => said(key, value))].join(" ");
}

function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if ("length" in value || "isDescending" in value || ("column" in value && Object.keys(value).length === 1)) {
    const { column = "expression", length, isDescending } = value as IndexKey;
    return `${column}${length === undefined ? "" : `(${length})`}${isDescending ? " desc" : ""}`;
  }
  if ("name" in value && Object.keys(value).every((key) => key === "name" || key === "schema"))
    return tableLabel(value as TableName);
  return `{${Object.entries(value)
    .flatMap(([key, each]) => said(key, each))
    .join(" ")}}`;
}
