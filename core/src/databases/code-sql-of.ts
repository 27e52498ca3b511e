import type { CodeSql } from "../dialect/code-sql.js";
import type { DialectId } from "../model/dialect.js";
import { codeSql as mysql } from "../mysql/code-sql/index.js";
import { codeSql as postgresql } from "../postgresql/code-sql/index.js";

/** How SQL is read by the system that a plan is for. */
export const codeSqlOf: Readonly<Record<DialectId, CodeSql>> = { postgresql, mysql, mariadb: mysql };
