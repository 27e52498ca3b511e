import type { CodeSql } from "../../dialect/code-sql.js";
import { quoteIdentifier } from "../quote.js";
import { columnsOf, readExpression } from "./expression.js";
import { wholeRowsOfRoutine } from "./routine-rows.js";
import { readStatements } from "./statements.js";

export const codeSql: CodeSql = {
  load: async () => {},
  statements: readStatements,
  routineRows: (routines, table) =>
    routines
      .map((routine) => ({ routine, uses: wholeRowsOfRoutine(routine, table) }))
      .filter(({ uses }) => uses.length > 0),
  expression: readExpression,
  columnsOf,
  spelled: quoteIdentifier,
  parameter: () => "?",
  verbs: "with|select|insert|replace|update|delete|create|load|table|alter",
  overwrite: "ON DUPLICATE KEY UPDATE",
};
