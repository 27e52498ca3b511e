import type { StatementStats } from "../../dialect/stats/stats-file.js";
import type { TableShape } from "./shapes.js";

/** How a system writes what `probesOf` needs. */
export interface ProbeSql {
  identifier(name: string): string;
  /** Of the parameter in this place, from 0 on. */
  parameter(at: number): string;
  /** Adds a row without naming a column. */
  addEmpty(shape: TableShape): string;
  /** The server has a value for rows that come without one. */
  hasDefault(shape: TableShape, column: string): boolean;
}

/** What an application does with a table, where nobody knows what it does; nothing for one without a key. See `Rehearsing.probes`. */
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
