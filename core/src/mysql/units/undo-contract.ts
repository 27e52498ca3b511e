import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { qualifiedColumns } from "./clauses.js";
import { assertColumn } from "./column.js";
import { isAnyOf, modify } from "./enforce.js";
import { fillTriggers, refuseUnreplicated, triggerWords } from "./fill-trigger.js";
import type { Program, UnitContext } from "./frame.js";
import { probe } from "./probe.js";

type UndoContractSpec = SpecOf<"undo-contract">;

/** Restores the state after expand: optional columns with triggers. Keeps the data. */
export function undoContract(spec: UndoContractSpec, { server }: UnitContext): Program {
  const { table, columns } = spec;
  return {
    tables: [table],
    checks:
      refuseUnreplicated(columns, server) +
      columns.map((column) => assertColumn(table, column, server, { isRequired: true })).join(""),
    change: `        IF EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE ${isAnyOf(spec)} AND IS_NULLABLE = 'NO') THEN
${probe(table, server)}          ${modify(spec, false)};
        END IF;
`,
    triggers: columns.flatMap((column) => fillTriggers(table, column, server)),
  };
}

export function describeUndoContract(spec: UndoContractSpec): UnitText {
  const triggers = triggerWords(spec.table, spec.columns, "CREATE");
  return {
    title: `Make ${qualifiedColumns(spec)} optional again${triggers.length > 0 ? ", filled by triggers as after expand" : ""}`,
    ddl: [modify(spec, false), ...triggers].join("; "),
    verdict: takes("SHARE UPDATE EXCLUSIVE", "rewrite", spec.table),
    undo: "the prove and enforce units of this plan again",
  };
}
