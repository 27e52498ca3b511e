import type { DialectId } from "@lockstep/core";
import type { TypeormDialect } from "./dialect.js";
import { mysql } from "./mysql.js";
import { postgresql } from "./postgresql.js";

const known: readonly TypeormDialect[] = [postgresql, mysql("mysql"), mysql("mariadb")];

/** By the type of a data source. Undefined: an unsupported one. */
export function dialectOfType(type: string): TypeormDialect | undefined {
  return known.find((each) => each.type === type);
}

/** Of a target, which may be another server than in the data source. */
export function dialectOn(id: DialectId): TypeormDialect {
  return known.find((each) => each.id === id) ?? postgresql;
}

/** Of a wrapped data source, which is always supported. */
export function dialectOf({ options: { type } }: { readonly options: { readonly type: string } }): TypeormDialect {
  const dialect = dialectOfType(type);
  if (dialect === undefined) throw new Error(`a data source of type ${type} is wrapped`);
  return dialect;
}
