import type { Connection } from "../dialect/connection.js";
import { printedType } from "./units/assertions.js";

/** A type of a plan as `format_type` prints it on this connection: without its schema where the search path has that. */
export async function typeAsPrinted(connection: Connection, type: string): Promise<string> {
  if (!type.includes(".")) return type;
  const { rows } = await connection.query<{ type: string }>(`SELECT ${printedType(type)} AS type`);
  return rows[0]?.type ?? type;
}
