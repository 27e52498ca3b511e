import { LockstepError } from "../base/errors.js";
import {
  type ColumnDeclaration,
  type ColumnSource,
  type OperationOf,
  type TableName,
  tableLabel,
} from "../model/index.js";
import type { SqlReader } from "../sql/sql-reader.js";

/** A column that would be dropped and added again, empty. */
export interface LostColumn {
  readonly table: TableName;
  readonly name: string;
  readonly add: OperationOf<"addColumn">;
  /** The ORM renames it first, because its new name is another column's field. */
  readonly renamedFrom?: string | undefined;
  /** The known facts about the former column. */
  readonly before: (Pick<ColumnDeclaration, "type"> & Partial<ColumnDeclaration>) | undefined;
}

/**
 * The error if the ORM's own migration would lose the values, and no other way is as quick.
 *
 * @param conversion of the change's database system
 */
export function lostColumns(
  columns: readonly LostColumn[],
  source: ((table: TableName, column: string) => ColumnSource | undefined) | undefined,
  conversion: SqlReader["conversion"],
): LockstepError {
  const lost = columns.map((column) => lostColumn(column, source?.(column.table, column.name), conversion));
  const [only, second] = lost;
  const letGo = (fields: string) => `Or let the values go: write @lockstep.skip(<reason>) above the ${fields}.`;
  const details = { columns: lost.map((each) => each.details) };
  if (only?.renamedFrom !== undefined && second === undefined)
    return new LockstepError(
      "LS2060",
      `${only.place}"${only.renamedFrom}" would lose the values of every row: the ORM takes "${only.name}" for its new name, drops it${only.was} and adds it again as ${only.now}.`,
      {
        hint: `Restore the field of "${only.renamedFrom}", so that "${only.name}" is a separate column${only.annotation === undefined ? "" : `, which ${only.annotation} fills`}. Drop "${only.renamedFrom}" in a separate change, before this one or when its plan is done.`,
        details,
      },
    );
  if (only !== undefined && second === undefined)
    return new LockstepError(
      "LS2060",
      `${only.place}${only.label} would lose the values of every row: the ORM drops it${only.was} and adds it again as ${only.now}.`,
      {
        hint: `Keep "${only.name}" unchanged and add a field of the new type under another name${only.annotation === undefined ? "" : `, with ${only.annotation} above it`}. Drop the old one when its plan is done.\n         ${letGo("field")}`,
        details,
      },
    );
  return new LockstepError(
    "LS2060",
    `${lost.length} columns would lose the values of every row: the ORM drops them and adds them again.${lost.map(({ place, label, was, now }) => `\n  ${place}${label}${was} as ${now}`).join("")}`,
    {
      hint: `Keep them unchanged and add fields of the new types under other names, with annotations above them. Drop the old ones when their plan is done.${lost.map(({ label, annotation }) => (annotation === undefined ? "" : `\n           instead of ${label}: ${annotation}`)).join("")}\n         ${letGo("fields")}`,
      details,
    },
  );
}

function lostColumn(
  { table, name, renamedFrom, before, add }: LostColumn,
  source: ColumnSource | undefined,
  conversion: SqlReader["conversion"],
) {
  const after = add.column;
  const kind = after.notNull && after.defaultSql === undefined ? "mirror" : "backfill";
  return {
    name,
    renamedFrom,
    label: `"${tableLabel(table)}"."${name}"`,
    was: before === undefined ? "" : ` (${typeWords(before)})`,
    now: typeWords(after),
    place: source === undefined ? "" : `${source.file}:${source.line}: `,
    annotation: after.isGenerated
      ? undefined
      : `@lockstep.${kind}(${conversion(renamedFrom ?? name, before?.type ?? "", after.type)})`,
    details: { table: tableLabel(table), column: name, renamedFrom, from: before?.type, to: after.type },
  };
}

function typeWords({
  type,
  isGenerated,
  isSerial,
  isIdentity,
  collationSql,
}: NonNullable<LostColumn["before"]>): string {
  const kind = isGenerated ? ", generated" : isSerial || isIdentity ? ", numbered" : "";
  return `${type}${collationSql === undefined ? "" : ` COLLATE ${collationSql}`}${kind}`;
}
