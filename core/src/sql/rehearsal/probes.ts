import type { StatementStats } from "../../dialect/stats/stats-file.js";
import type { TableShape } from "./shapes.js";

/** The dialect's SQL for `probesOf`. */
export interface ProbeSql {
  identifier(name: string): string;
  /** The parameter at this position, starting at 0. */
  parameter(at: number): string;
  /** Inserts a row without naming a column. */
  addEmpty(shape: TableShape): string;
  /** The server fills in a value if the row has none. */
  hasDefault(shape: TableShape, column: string): boolean;
}

/** Typical statements of an application, if its own are unknown; none for a table without a key. See `Rehearsing.probes`. */
export function probesOf(shape: TableShape, sql: ProbeSql): readonly StatementStats[] {
  const [key] = shape.uniqueKeys;
  if (key === undefined) return [];
  const where = key.map((name, at) => `${sql.identifier(name)} = ${sql.parameter(at)}`).join(" AND ");
  const inKeys = [...shape.uniqueKeys, ...shape.foreignKeys.map(({ columns }) => columns)].flat();
  const plain = shape.columns.find(({ name }) => !inKeys.includes(name));
  const needed = shape.columns.filter(({ name, isRequired }) => isRequired && !sql.hasDefault(shape, name));
  const names = needed.map(({ name }) => sql.identifier(name)).join(", ");
  const added =
    needed.length === 0
      ? sql.addEmpty(shape)
      : `INSERT INTO ${shape.quoted} (${names}) VALUES (${needed.map((_, at) => sql.parameter(at)).join(", ")})`;
  const probe = (text: string, calls: number): StatementStats => ({ text, calls, meanMs: 0, rows: 1 });
  const itself = plain && sql.identifier(plain.name);
  return [
    probe(`SELECT * FROM ${shape.quoted} WHERE ${where}`, 60),
    ...(itself === undefined ? [] : [probe(`UPDATE ${shape.quoted} SET ${itself} = ${itself} WHERE ${where}`, 25)]),
    probe(added, 15),
  ];
}
