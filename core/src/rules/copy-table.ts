import {
  type Operation,
  type OperationOf,
  type Step,
  strongestMode,
  type TableChange,
  type TableName,
  tableLabel,
} from "../model/index.js";
import { awaitedBy, lateGates } from "./awaited-values.js";
import { needsPhases } from "./in-phases.js";
import { defineRule, type RuleContext } from "./rule.js";
import { isPlain } from "./steps.js";

const kinds = ["addColumn", "redeclareColumn", "addCheck", "createIndex", "form"] as const;

/** Statements for which MySQL and MariaDB copy the table while writes wait, and which no phase replaces. */
export default defineRule({
  id: "copy-table",
  on: kinds,
  summary: "Copies the table with a tool while reads and writes continue (MySQL, MariaDB)",
  examples: {
    dialect: "mariadb",
    rewritten: [
      "ALTER TABLE `order` ADD `total` decimal(10,2) AS (`net` + `tax`) STORED;",
      "ALTER TABLE `order` ADD CONSTRAINT `positive` CHECK (`net` > 0);",
      "ALTER TABLE `order` CONVERT TO CHARACTER SET utf8mb4;",
    ],
    safe: [
      "ALTER TABLE `order` ADD `total` decimal(10,2) AS (`net` + `tax`) VIRTUAL;",
      "CREATE TABLE `team` (`id` int NOT NULL); ALTER TABLE `team` ADD CONSTRAINT `positive` CHECK (`id` > 0);",
    ],
  },
  background: `MySQL and MariaDB make many changes without copying the table, or copy it while writes continue. For others they copy it row by row and
block writes until the end: another type, an enum value between others, a stored generated column, a CHECK, another character set.

The migration makes such a change itself if the table is small: up to 10 000 rows and 16 MB. For a larger table it requests
\`LOCK=NONE\`, which MariaDB supports from 11.2 on. If the server cannot do that, the migration stops and changes nothing. Then
\`npx lockstep online run\` copies the table with pt-online-schema-change or gh-ost while the application runs. When you deploy again, the
migration detects the finished change. See [large tables on MySQL and MariaDB](../online.md).`,

  consequence(operation, own, context) {
    const table = tableOf(operation);
    if (table === undefined || !context.judging.capabilities.hasCopyTools || context.createdInThisChange(table))
      return undefined;
    if (strongestMode(own) !== "SHARE" || own.doubts.includes("former-type")) return undefined;
    if (operation.demands !== undefined || changeOf(operation, context) === undefined) return undefined;
    return `The statement copies or reads the whole table "${tableLabel(table)}", and blocks writes to it meanwhile.`;
  },

  columns: (operation, context) => awaitedBy(operation, context),

  rewrite(operation, planned, context) {
    const [table, change] = [tableOf(operation), changeOf(operation, context)];
    if (table === undefined || change === undefined) return {};
    const copy: Step = { kind: "ddl", unit: { kind: "online-copy", table, changes: [change] } };
    return awaitedBy(operation, context).length > 0 ? { contract: [...lateGates(planned), copy] } : { expand: [copy] };
  },
});

function tableOf(operation: OperationOf<(typeof kinds)[number]>): TableName | undefined {
  return operation.kind === "form" ? operation.tables?.[0] : operation.table;
}

/** The clause, if running it twice is harmless or a finished run can be detected; undefined: a person must review it. */
function changeOf(operation: Operation, context: RuleContext): TableChange | undefined {
  const clause = operation.sql;
  switch (operation.kind) {
    case "addColumn": {
      const { table, column } = operation;
      if (isPlain(column) && needsPhases(table, column, context)) return undefined;
      const name = context.judging.quote.identifier(column.name);
      return { clause, adds: { kind: "column", name: column.name }, back: `DROP COLUMN ${name}` };
    }
    case "redeclareColumn": {
      const { table, formerName, column } = operation;
      if (formerName !== column.name || context.addedColumn(table, column.name) !== undefined) return undefined;
      const former = context.formerTable(table)?.columnSql?.(formerName);
      return { clause, ...(former === undefined ? {} : { back: `MODIFY COLUMN ${former}` }) };
    }
    case "addCheck": {
      const { name } = operation;
      if (name === undefined) return undefined;
      const back = `DROP CONSTRAINT ${context.judging.quote.identifier(name)}`;
      return { clause, adds: { kind: "check", name }, back };
    }
    case "createIndex": {
      const { table, name, method, definition, reads } = operation;
      if (name === "" || reads.some((column) => context.addedColumn(table, column) !== undefined)) return undefined;
      const index = context.judging.quote.identifier(name);
      const added = `ADD ${method.toUpperCase()} INDEX ${index} ${definition}`;
      return { clause: added, adds: { kind: "index", name }, back: `DROP INDEX ${index}` };
    }
    case "form":
      return operation.what === "CONVERT TO CHARACTER SET" ? { clause } : undefined;
    default:
      return undefined;
  }
}
