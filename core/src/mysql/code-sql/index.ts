import type { CodeSql } from "../../dialect/code-sql.js";
import { quoteIdentifier } from "../quote.js";
import { columnsOf, readExpression } from "./expression.js";
import { wholeRowsOfRoutine } from "./routine-rows.js";
import { readStatements } from "./statements.js";
import { routinesWritten } from "./written-routines.js";

export const codeSql: CodeSql = {
  load: async () => {},
  statements: readStatements,
  routinesWritten,
  routineRows: (routines, table) => routines.map((routine) => ({ routine, uses: wholeRowsOfRoutine(routine, table) })),
  expression: readExpression,
  columnsOf,
  spelled: quoteIdentifier,
  parameter: () => "?",
  verbs: "with|select|insert|replace|update|delete|create|load|table|alter",
  overwrite: "ON DUPLICATE KEY UPDATE",
};
