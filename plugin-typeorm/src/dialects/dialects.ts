import type { DialectId } from "@lockstep/core";
import type { TypeormDialect } from "./dialect.js";
import { mysql } from "./mysql.js";
import { postgresql } from "./postgresql.js";

const known: readonly TypeormDialect[] = [postgresql, mysql("mysql"), mysql("mariadb")];

/** By the type of a data source; undefined: one that Lockstep knows nothing of. */
export function dialectOfType(type: string): TypeormDialect | undefined {
  return known.find((each) => each.type === type);
}

/** Of a target, which may be another server than the data source says. */
export function dialectOn(id: DialectId): TypeormDialect {
  return known.find((each) => each.id === id) ?? postgresql;
}

/** Of a data source that is wrapped: others are not. */
export function dialectOf({ options: { type } }: { readonly options: { readonly type: string } }): TypeormDialect {
  const dialect = dialectOfType(type);
  if (dialect === undefined) throw new Error(`a data source of type ${type} is wrapped`);
  return dialect;
}
