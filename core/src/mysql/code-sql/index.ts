import type { CodeSql } from "../../dialect/code-sql.js";
import { quoteIdentifier } from "../quote.js";
import { columnsOf, readExpression } from "./expression.js";
import { readStatements } from "./statements.js";

export const codeSql: CodeSql = {
  load: async () => {},
  statements: readStatements,
  expression: readExpression,
  columnsOf,
  spelled: quoteIdentifier,
  parameter: () => "?",
  verbs: "with|select|insert|replace|update|delete|create|load",
  overwrite: "ON DUPLICATE KEY UPDATE",
};
