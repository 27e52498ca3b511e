import type { SpecOf, UnitText } from "../../dialect/units.js";
import type { UnitColumn } from "../../model/plan.js";
import { closed } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteTable, quoteText } from "../quote.js";
import { qualifiedColumns } from "./clauses.js";
import { isTable } from "./column.js";
import { execute, numbers, type Program, type UnitContext } from "./frame.js";
import { asC, countRows, refuseRows } from "./missing-rows.js";

type ProveSpec = SpecOf<"prove">;

/** Up to this many rows without a value are filled by prove itself, at about 10 ms per 1000 rows. */
const fillMax = 10_000;

/** Checks by a query that no row lacks a value: fills a small rest first. Enforce rejects rows that are written after the query. */
export function prove(spec: ProveSpec, context: UnitContext): Program {
  const isFilled = spec.columns.every((column) => column.fill);
  return { tables: [spec.table], proof: `  COMMIT;\n${isFilled ? fillRest(spec) : ""}${assertFilled(spec, context)}` };
}

/** Lines that check that every row has a value. */
export function assertFilled(
  spec: Pick<ProveSpec, "table" | "columns" | "isExisting">,
  { plan, server }: UnitContext,
): string {
  const { isExisting } = spec;
  const condition = spec.columns.map((column) => `c.${quoteIdentifier(column.name)} IS NULL`).join(" OR ");
  return (
    countRows(spec.table, asC(spec.table), condition) +
    refuseRows(
      `${qualifiedColumns({ kind: "prove", ...spec })} has no value`,
      isExisting ? "Give these rows a value" : `Run: npx lockstep backfill run ${plan}`,
      server,
      numbers.unfilled,
    )
  );
}

/** READ COMMITTED: rows with a value do not stay locked. The server rejects it with a statement-based log (1665). */
function fillRest({ table, columns }: ProveSpec): string {
  const unfilled = columns.map((column) => `${quoteIdentifier(column.name)} IS NULL`).join(" OR ");
  const update = `UPDATE ${quoteTable(table)} SET ${columns.map(assignment).join(", ")}`;
  const text = `concat(${quoteText(update)}, coalesce(example, ''), ${quoteText(` WHERE ${unfilled}`)})`;
  return `${countRows(table, asC(table), unfilled, fillMax + 1)}  IF many BETWEEN 1 AND ${fillMax} THEN
    COMMIT;
    -- What any UPDATE changes by itself stays: nobody has changed these rows.
    SELECT group_concat(', \`', replace(COLUMN_NAME, '\`', '\`\`'), '\` = \`', replace(COLUMN_NAME, '\`', '\`\`'), '\`' SEPARATOR '') INTO example
      FROM information_schema.COLUMNS WHERE ${isTable(table)} AND EXTRA LIKE '%on update%';
    IF NOT (@@log_bin AND @@binlog_format = 'STATEMENT') THEN SET TRANSACTION ISOLATION LEVEL READ COMMITTED; END IF;
${execute(text)}    COMMIT;
  END IF;
`;
}

/** A row may lack only some of the columns. The others keep their values. */
function assignment({ name, fill }: UnitColumn): string {
  const column = quoteIdentifier(name);
  return `${column} = coalesce(${column}, ${closed(fill?.rowSql ?? "NULL")})`;
}

export function describeProve(spec: ProveSpec): UnitText {
  const unfilled = spec.columns.map((column) => `${quoteIdentifier(column.name)} IS NULL`).join(" OR ");
  return {
    title: `Check that ${qualifiedColumns(spec)} ${spec.columns.length === 1 ? "contains" : "contain"} no NULL`,
    ddl: `none: SELECT count(*) FROM ${quoteTable(spec.table)} WHERE ${unfilled}`,
    verdict: { locks: [], held: "instant", concerns: [], doubts: [] },
    undo: "nothing to undo: it changes no definition",
  };
}
