import {
  flattened,
  isSameTable,
  lookUpsOf,
  type Operation,
  objectLabel,
  type Plan,
  quotedName,
  readsOf,
  renameOf,
  type TableName,
  tableLabel,
} from "../model/index.js";
import type { MadeObject } from "./made-objects.js";

/** A table with its columns, one column of it, or one of its indexes and constraints. */
export interface Part {
  /** Absent: an index name that the statement gives without its table. */
  readonly table?: TableName;
  readonly column?: string;
  /** The name of an index or a constraint. */
  readonly index?: string;
}

/** A part that a statement drops, renames or retypes: what needs it works no longer. */
export interface Taking extends Part {
  readonly does: "drops" | "renames" | "changes the type of";
}

/** A part of the database that a plan relies on until it is done. */
export interface Need extends Part {
  readonly table: TableName;
  /** `the fill of "User"."handle" reads`: a clause that ends with the part. */
  readonly text: string;
  /** The plan adds the part itself: an earlier drop was of another one. */
  readonly isOwn?: true;
}

/** What operations take, without objects that a later one of them creates again. */
export function takingsIn(operations: readonly Operation[]): Taking[] {
  const all = flattened(operations);
  const isMadeAgain = ({ table, column, index }: Taking, at: number) =>
    all.slice(at + 1).some((other) => {
      if (index !== undefined) return "name" in other && other.name === index && /^(?:add|create)/.test(other.kind);
      if (table === undefined || !("table" in other) || !isSameTable(other.table, table)) return false;
      if (column === undefined) return other.kind === "createTable";
      return other.kind === "addColumn" && other.column.name === column;
    });
  return all.flatMap((operation, at) => {
    const taking = takingOf(operation);
    return taking === undefined || isMadeAgain(taking, at) ? [] : [taking];
  });
}

/** What one operation takes. */
export function takingOf(operation: Operation): Taking | undefined {
  switch (operation.kind) {
    case "dropColumn":
      return { table: operation.table, column: operation.column, does: "drops" };
    case "setType":
      return { table: operation.table, column: operation.column, does: "changes the type of" };
    case "renameColumn":
    case "redeclareColumn": {
      const renamed = renameOf(operation);
      return renamed && { table: renamed.table, column: renamed.column, does: "renames" };
    }
    case "dropTable":
      return { table: operation.table, does: "drops" };
    case "renameTable":
      return { table: operation.table, does: "renames" };
    case "dropIndex": {
      const { onTable, name } = operation;
      return { ...(onTable && { table: onTable }), index: name.name, does: "drops" };
    }
    case "dropConstraint":
      return { table: operation.table, index: operation.name, does: "drops" };
    default:
      return undefined;
  }
}

/**
 * What a plan needs: its columns, what their values are computed from, the keys of its backfills, the tables of its drops, and what its
 * indexes and constraints include.
 *
 * @param made the objects that the plan creates, by `madeBy`
 */
export function needsOf({ columns, backfills, drops = [] }: Plan, made: readonly MadeObject[] = []): Need[] {
  return [
    ...columns.flatMap((column): Need[] => {
      const { table, name, becomesRequired } = column;
      const fill = `the fill of ${objectLabel({ table, column: name })} reads`;
      return [
        { table, column: name, text: "it changes", ...(becomesRequired ? {} : { isOwn: true }) },
        ...readsOf(column).map((each): Need => ({ table, column: each, text: fill })),
        ...lookUpsOf(column).flatMap(({ table: from, columns: read }): Need[] => [
          { table: from, text: fill },
          ...read.map((each): Need => ({ table: from, column: each, text: fill })),
        ]),
      ];
    }),
    ...backfills.flatMap(({ table, key }) =>
      key.map(({ column }): Need => ({ table, column, text: `its backfill of "${tableLabel(table)}" follows` })),
    ),
    ...drops.map(({ table }): Need => ({ table, text: "it drops a part of" })),
    ...made.flatMap(({ kind, table, name, columns: over, references }): Need[] => {
      const text = `its ${kind === "unique" ? "unique index" : kind.replace("-", " ")}${name === undefined ? "" : ` ${quotedName(name)}`}`;
      const to = ({ table, columns }: NonNullable<typeof references>): Need[] => [
        { table, text: `${text} refers to` },
        ...columns.map((column) => ({ table, column, text: `${text} refers to` })),
      ];
      return [
        ...over.map((column): Need => ({ table, column, text: `${text} includes` })),
        ...(name === undefined ? [] : [{ table, index: name, text: "it creates", isOwn: true } as const]),
        ...(references === undefined ? [] : to(references)),
      ];
    }),
  ];
}

/** A need, and what takes its part. */
export interface TakenNeed {
  readonly taking: Taking;
  readonly need: Need;
}

/** The first need that these statements violate. */
export function takenNeed(takings: readonly Taking[], needs: readonly Need[]): TakenNeed | undefined {
  for (const taking of takings) {
    const need = needs.find((each) => isTaken(each, taking));
    if (need !== undefined) return { taking, need };
  }
  return undefined;
}

/** `"User"."note". The open plan … needs it: …`: the end of a message that names who takes it. */
export function takenText({ taking, need }: TakenNeed, plan: string): string {
  return `${partLabel(taking)}. The open plan ${plan} needs it: ${need.text} ${partLabel(need)}.`;
}

/** Whether what is taken is the part, or contains it. */
export function isTaken(need: Need, { table, column, index }: Taking): boolean {
  if (table !== undefined && !mayBeSame(table, need.table)) return false;
  if (index !== undefined) return need.index === index;
  // Without its table, the indexes go.
  return column === undefined || need.column === column;
}

/** People qualify a table, or rely on the search path. */
export function mayBeSame(a: TableName, b: TableName): boolean {
  return a.name === b.name && (a.schema === b.schema || a.schema === undefined || b.schema === undefined);
}

/** `"User"."note"`, or the name of an index. */
function partLabel({ table, column = "", index }: Part): string {
  return index !== undefined ? quotedName(index) : table === undefined ? "" : objectLabel({ table, column });
}
