import type { CodeSql } from "../dialect/code-sql.js";
import type { DialectId } from "../model/dialect.js";
import { codeSql as mysql } from "../mysql/code-sql/index.js";
import { codeSql as postgresql } from "../postgresql/code-sql/index.js";

/** The SQL parser for code, by the system of a plan. */
export const codeSqlOf: Readonly<Record<DialectId, CodeSql>> = { postgresql, mysql, mariadb: mysql };
