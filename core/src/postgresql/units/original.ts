import type { SpecOf } from "../../dialect/units.js";
import { nameKey, type TableName } from "../../model/names.js";
import type { Outcome } from "../../model/plan.js";
import { quoteLiteral, regclassLiteral } from "../quote.js";
import { printedType } from "./assertions.js";
import type { Framed } from "./block.js";

type OriginalSpec = SpecOf<"original">;

/** The user's own statements in the lock frame: the same bytes, in the same order, in one transaction. */
export function original({ sql }: OriginalSpec, { tables, mode }: NonNullable<OriginalSpec["frame"]>): Framed {
  const [table, ...others] = tables;
  return { locked: { table, others }, change: sql, mode };
}

/** A condition: all objects that the statements create exist, and all that they drop are gone. Undefined: they may run again. */
export function haveRun({ outcomes = [] }: OriginalSpec): string | undefined {
  const byTable = new Map<string, { readonly table: TableName; readonly columns: string[] }>();
  const others = outcomes.flatMap((outcome) => {
    if (outcome.kind !== "column") return [isOver(outcome)];
    const key = nameKey(outcome.table);
    const own = byTable.get(key) ?? { table: outcome.table, columns: [] };
    own.columns.push(`(${quoteLiteral(outcome.name)}, ${printedType(outcome.type)})`);
    byTable.set(key, own);
    return [];
  });
  const columns = [...byTable.values()].map(
    (own) =>
      `(SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass(${regclassLiteral(own.table)}) AND NOT attisdropped
                   AND (attname, format_type(atttypid, atttypmod)) IN (${own.columns.join(", ")})) = ${own.columns.length}`,
  );
  const all = [...columns, ...others];
  return all.length === 0 ? undefined : all.join("\n               AND ");
}

function isOver(outcome: Exclude<Outcome, { kind: "column" }>): string {
  switch (outcome.kind) {
    case "type":
      return `to_regtype(${regclassLiteral(outcome.name)}) IS NOT NULL`;
    case "relation":
      return `to_regclass(${regclassLiteral(outcome.name)}) IS ${outcome.isGone ? "" : "NOT "}NULL`;
    case "constraint":
      return `${outcome.isGone ? "NOT " : ""}EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass(${regclassLiteral(outcome.table)}) AND conname = ${quoteLiteral(outcome.name)})`;
    default:
      return outcome satisfies never;
  }
}
