import type { SpecOf, UnitText } from "../../dialect/units.js";
import type { UnitColumn } from "../../model/plan.js";
import { sessionDefaults } from "../../sql/session-value.js";
import { takes } from "../../sql/unit-words.js";
import { quoteTable } from "../quote.js";
import { alterTable, columnList } from "./clauses.js";
import { assertColumn, definition, firstDefinition, isColumn, positionOf } from "./column.js";
import { askForTriggers, fillTriggers, refuseUnreplicated, triggerWords } from "./fill-trigger.js";
import type { Program, UnitContext } from "./frame.js";

type ExpandSpec = SpecOf<"expand">;

/**
 * Adds the columns with the triggers that fill them: as optional, unless a default makes a required column safe. Rejects an existing column
 * with another definition.
 */
export function expand(spec: ExpandSpec, { server }: UnitContext): Program {
  const { table, columns } = spec;
  return {
    tables: [table],
    checks:
      refuseUnreplicated(columns, server) +
      columns.map((column) => assertColumn(table, column, server, { isRequired: false })).join(""),
    change: columns
      .map(
        (
          column,
        ) => `        IF NOT EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE ${isColumn(table, column.name)}) THEN
${askForTriggers(table, column, server)}          ${add(spec, column)};
        END IF;
${setDefault(spec, column)}`,
      )
      .join(""),
    triggers: columns.flatMap((column) => fillTriggers(table, column, server)),
  };
}

function add({ table }: ExpandSpec, column: UnitColumn): string {
  return alterTable(
    { table, columns: [column] },
    () => `ADD COLUMN ${firstDefinition(column)}${positionOf(column)}`,
    "ALGORITHM=INSTANT",
  );
}

/**
 * A separate statement: together with ADD COLUMN, MariaDB would set the default in existing rows, and MySQL does not find the column
 * (1054).
 */
function setDefault({ table }: ExpandSpec, column: UnitColumn): string {
  if (column.laterDefaultSql === undefined) return "";
  return `        IF EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE ${isColumn(table, column.name)} AND coalesce(COLUMN_DEFAULT, 'NULL') = 'NULL') THEN
          ${defaultStatement({ table, columns: [column] })};
        END IF;
`;
}

function defaultStatement(spec: Pick<ExpandSpec, "table" | "columns">): string {
  return alterTable(
    spec,
    (column) => `MODIFY COLUMN ${definition(column, { isRequired: false })}`,
    "ALGORITHM=INSTANT",
  );
}

export function describeExpand(spec: ExpandSpec): UnitText {
  const { table, columns } = spec;
  const filled = columns.filter((column) => column.fill?.kind === "backfill");
  const following = columns.filter((column) => column.fill?.kind === "mirror");
  const later = columns.filter((column) => column.laterDefaultSql !== undefined);
  return {
    title:
      `Add ${columnList(columns)} to ${quoteTable(table)}` +
      (columns.every((column) => column.notNull) ? "" : ", optional") +
      (filled.length > 0 ? ", filled by triggers" : "") +
      (following.length > 0 ? `; ${columnList(following)} follows its source` : ""),
    ddl: [
      ...columns.map((column) => add(spec, column)),
      ...later.map((column) => defaultStatement({ table, columns: [column] })),
      ...triggerWords(table, columns, "CREATE"),
    ].join("; "),
    verdict: { ...takes("ACCESS EXCLUSIVE", "instant", table), concerns: sessionDefaults(table, columns) },
    undo: `when no running code uses it: ${[
      ...triggerWords(table, columns, "DROP"),
      alterTable(spec, (column) => `DROP COLUMN ${columnList([column])}`, "ALGORITHM=INSTANT"),
    ].join("; ")}`,
  };
}
