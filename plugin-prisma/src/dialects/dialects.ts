import type { DialectId } from "@lockstep/core";
import type { PrismaDialect } from "./dialect.js";
import { mysql } from "./mysql.js";
import { postgresql } from "./postgresql.js";

const known: Readonly<Record<DialectId, PrismaDialect>> = { postgresql, mysql, mariadb: mysql };

export function dialectOn(id: DialectId): PrismaDialect {
  return known[id];
}
