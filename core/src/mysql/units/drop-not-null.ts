import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { qualifiedColumns } from "./clauses.js";
import { assertColumn } from "./column.js";
import { isAnyOf, modify } from "./enforce.js";
import type { Program, UnitContext } from "./frame.js";

type DropNotNullSpec = SpecOf<"drop-not-null">;

/** Makes existing columns optional. The table is rebuilt while reads and writes continue. */
export function dropNotNull(spec: DropNotNullSpec, { server }: UnitContext): Program {
  const { table, columns } = spec;
  return {
    tables: [table],
    checks: columns.map((column) => assertColumn(table, column, server, { isRequired: true })).join(""),
    change: `        IF EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE ${isAnyOf(spec)} AND IS_NULLABLE = 'NO') THEN
          ${modify(spec, false)};
        END IF;
`,
  };
}

export function describeDropNotNull(spec: DropNotNullSpec): UnitText {
  return {
    title: `Make ${qualifiedColumns(spec)} optional`,
    ddl: modify(spec, false),
    verdict: takes("SHARE UPDATE EXCLUSIVE", "rewrite", spec.table),
    undo: "the column stays optional: the model makes it required again",
  };
}
