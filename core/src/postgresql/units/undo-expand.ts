import type { SpecOf, UnitText } from "../../dialect/units.js";
import type { TableName } from "../../model/names.js";
import type { UnitColumn } from "../../model/plan.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral, scaffoldNames } from "../quote.js";
import { assertBlock, isColumn, printedType, typeText } from "./assertions.js";
import type { Framed } from "./block.js";
import { dropFillTrigger } from "./fill-trigger.js";
import { alterTable, qualifiedColumns } from "./unit-text.js";

type UndoExpandSpec = SpecOf<"undo-expand">;

/** Drops the columns with their data, triggers first. Rejects (55000) a column that is not in the state after expand. */
export function undoExpand(spec: UndoExpandSpec): Framed {
  return {
    // Dropping the column also drops its foreign key and the triggers on the referenced table.
    locked: { ...spec, ...(spec.references === undefined ? {} : { others: spec.references }) },
    change:
      spec.columns.map((column) => assertOpen(spec, column)).join("") +
      spec.columns.map((column) => dropFillTrigger(spec, column)).join("") +
      `    ${alterTable(spec, (column) => `DROP COLUMN IF EXISTS ${quoteIdentifier(column.name)}`)};\n` +
      (spec.types ?? []).map(dropType).join(""),
  };
}

/** Keeps a type that another object uses by now, because that object does not belong to this plan. */
function dropType(type: TableName): string {
  const kept = `The type ${quoteTable(type)} stays: something else uses it.`;
  return assertBlock(`      DROP TYPE IF EXISTS ${quoteTable(type)};
    EXCEPTION WHEN dependent_objects_still_exist THEN
      RAISE NOTICE USING MESSAGE = ${quoteLiteral(kept)};
`);
}

/**
 * The trigger shows that the plan is open. A column without a trigger shows it by its state: it has the planned type and is not required.
 * The contract makes it required in the step that would drop a trigger.
 */
function assertOpen({ table }: UndoExpandSpec, column: UnitColumn): string {
  const { trigger } = scaffoldNames(table, column.name);
  const label = `${quoteTable(table)}.${quoteIdentifier(column.name)}`;
  const [found, message] = column.fill
    ? [
        `EXISTS (SELECT FROM pg_attribute WHERE ${isColumn(table, column)})
         AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = ${regclassLiteral(table)}::regclass AND tgname = ${quoteLiteral(trigger)})`,
        `${label} exists without the trigger ${trigger}: its contract is done, or it is not the column of this plan. Nothing was changed.`,
      ]
    : [
        `EXISTS (SELECT FROM pg_attribute WHERE ${isColumn(table, column)}
                   AND (${column.notNull ? "" : "attnotnull OR "}${typeText} <> ${printedType(column.type)}))`,
        `${label} is required or is not of the type ${column.type}: its contract is done, or it is not the column of this plan. Nothing was changed.`,
      ];
  return assertBlock(`      IF ${found} THEN
        RAISE object_not_in_prerequisite_state USING
          MESSAGE = ${quoteLiteral(message)},
          HINT = 'If the contract of this plan is applied, the column is an ordinary one now: remove it with a migration of its own.';
      END IF;
`);
}

export function describeUndoExpand(spec: UndoExpandSpec): UnitText {
  const triggers = spec.columns
    .filter((column) => column.fill)
    .map(
      (column) =>
        `DROP TRIGGER ${quoteIdentifier(scaffoldNames(spec.table, column.name).trigger)} ON ${quoteTable(spec.table)}`,
    );
  const types = (spec.types ?? []).map(quoteTable);
  return {
    title: `Drop ${qualifiedColumns(spec)} WITH ITS DATA${types.length > 0 ? `, and the type ${types.join(", ")}` : ""}`,
    ddl: [
      ...triggers,
      alterTable(spec, (column) => `DROP COLUMN ${quoteIdentifier(column.name)}`),
      ...types.map((type) => `DROP TYPE ${type}`),
    ].join("; "),
    verdict: takes("ACCESS EXCLUSIVE", "instant", spec.table, ...(spec.references ?? [])),
    undo: "none: the data is gone; a new plan adds the column again, empty",
  };
}
