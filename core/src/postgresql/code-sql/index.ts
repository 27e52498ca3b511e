import { loadModule } from "libpg-query";
import type { CodeSql } from "../../dialect/code-sql.js";
import { quoteIdentifier } from "../quote.js";
import { parseSqlExpression } from "./expression.js";
import { wholeRowsOfRoutine } from "./routine-rows.js";
import { columnsOf, readStatements } from "./statements.js";
import { routinesWritten } from "./written-routines.js";

export const codeSql: CodeSql = {
  load: () => loadModule(),
  statements: readStatements,
  routinesWritten,
  routineRows(routines, table, children = []) {
    const functions = new Set(routines.flatMap(({ name, row }) => (row === "result" || row === "both" ? [name] : [])));
    return routines.map((routine) => ({ routine, uses: wholeRowsOfRoutine(routine, table, functions, children) }));
  },
  expression: parseSqlExpression,
  columnsOf,
  spelled: quoteIdentifier,
  parameter: (number) => `$${number}`,
  verbs: "with|select|insert|update|delete|create|copy|merge|prepare|table|alter",
  overwrite: "DO UPDATE SET",
};
