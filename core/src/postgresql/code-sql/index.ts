import { loadModule } from "libpg-query";
import type { CodeSql } from "../../dialect/code-sql.js";
import { quoteIdentifier } from "../quote.js";
import { parseSqlExpression } from "./expression.js";
import { columnsOf, readStatements } from "./statements.js";

export const codeSql: CodeSql = {
  load: () => loadModule(),
  statements: readStatements,
  expression: parseSqlExpression,
  columnsOf,
  spelled: quoteIdentifier,
  parameter: (number) => `$${number}`,
  verbs: "with|select|insert|update|delete|create|copy|merge|prepare",
  overwrite: "DO UPDATE SET",
};
