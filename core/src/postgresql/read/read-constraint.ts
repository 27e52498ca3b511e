import type { Constraint, Node } from "libpg-query";
import type {
  Deferrable,
  OperationKind,
  OperationOf,
  ReferentialAction,
  TableConstraint,
  TableName,
} from "../../model/index.js";
import { collidingInKeys, elementsOf, refusedInCheck } from "./null-values.js";
import { tableOf } from "./read-names.js";
import { strings } from "./read-type.js";
import { columnsOf, functionsIn } from "./walk.js";

/** The content of an operation without its position. */
type Described<K extends OperationKind> = Omit<OperationOf<K>, "statement" | "sql" | "line">;

/** Reads ADD CONSTRAINT; undefined for an unsupported form. With USING INDEX, the statement lists no key columns. */
export function readConstraint(constraint: Constraint, table: TableName) {
  const name = constraint.conname;
  switch (constraint.contype) {
    case "CONSTR_FOREIGN":
      return readForeignKey(constraint, table);
    case "CONSTR_UNIQUE":
      return constraint.keys === undefined ? keyOfIndex(constraint, table) : readUnique(constraint, table);
    case "CONSTR_PRIMARY":
      if (constraint.keys === undefined) return keyOfIndex(constraint, table);
      return { kind: "addPrimaryKey", table, name, columns: strings(constraint.keys) } as const;
    case "CONSTR_CHECK":
      return {
        kind: "addCheck",
        table,
        name,
        reads: columnsOf(constraint.raw_expr),
        ...calling(constraint.raw_expr),
        notNull: notNullIn(constraint.raw_expr),
        isNotNullOnly: notNullIn(constraint.raw_expr).length === partsOf(constraint.raw_expr),
        isValid: constraint.skip_validation !== true,
        ...enforced(constraint),
        ...refusing(constraint.is_enforced === true ? refusedInCheck(constraint.raw_expr) : []),
      } as const;
    case "CONSTR_NOTNULL":
      return {
        kind: "addNotNull",
        table,
        name,
        column: strings(constraint.keys)[0] ?? "",
        isValid: constraint.skip_validation !== true,
      } as const;
    case "CONSTR_EXCLUSION":
      return {
        kind: "addExclusion",
        table,
        name,
        reads: columnsOf([constraint.exclusions, constraint.where_clause]),
        ...refusing(collidingInKeys(excludedKeys(constraint), constraint.where_clause)),
      } as const;
    default:
      return undefined;
  }
}

function calling(expression: unknown): Pick<TableConstraint, "calls"> {
  const calls = functionsIn(expression);
  return calls.length === 0 ? {} : { calls };
}

function refusing(columns: readonly string[]): { readonly refusesNull?: readonly string[] } {
  return columns.length === 0 ? {} : { refusesNull: columns };
}

/** Each is a list of a key and an operator. */
function excludedKeys({ exclusions = [] }: Constraint) {
  return exclusions.flatMap((each) => ("List" in each ? elementsOf(each.List.items) : []));
}

const tableKinds: Readonly<Record<string, TableConstraint["kind"]>> = {
  CONSTR_PRIMARY: "primary",
  CONSTR_UNIQUE: "unique",
  CONSTR_FOREIGN: "foreign-key",
  CONSTR_CHECK: "check",
  CONSTR_EXCLUSION: "exclusion",
};

/** The keys, checks and exclusions of CREATE TABLE, in its columns and after them. */
export function readTableConstraints(elements: readonly Node[] = []): TableConstraint[] {
  return elements.flatMap((element) => {
    if ("Constraint" in element) return [tableConstraint(element.Constraint) ?? []].flat();
    if (!("ColumnDef" in element)) return [];
    const { colname = "", constraints = [] } = element.ColumnDef;
    return constraints.flatMap((each) => {
      if (!("Constraint" in each) || each.Constraint.contype === "CONSTR_CHECK") return [];
      const own = tableConstraint(each.Constraint);
      return own === undefined ? [] : [{ ...own, columns: [colname] }];
    });
  });
}

function tableConstraint(constraint: Constraint): TableConstraint | undefined {
  const kind = tableKinds[constraint.contype ?? ""];
  if (kind === undefined) return undefined;
  const base = { kind, name: constraint.conname };
  if (kind === "check")
    return {
      ...base,
      columns: notNullIn(constraint.raw_expr),
      reads: columnsOf(constraint.raw_expr),
      ...calling(constraint.raw_expr),
    };
  if (kind !== "foreign-key") return { ...base, columns: strings(constraint.keys) };
  const { fk_attrs, pktable, pk_attrs } = constraint;
  const referenced = pk_attrs === undefined ? {} : { referencedColumns: strings(pk_attrs) };
  return { ...base, columns: strings(fk_attrs), references: tableOf(pktable), ...referenced };
}

function keyOfIndex({ conname, indexname = "", contype }: Constraint, table: TableName): Described<"addKeyOfIndex"> {
  return { kind: "addKeyOfIndex", table, name: conname, index: indexname, isPrimary: contype === "CONSTR_PRIMARY" };
}

/** The number of conditions joined by AND. */
function partsOf(node: Node | undefined): number {
  if (node === undefined || !("BoolExpr" in node) || node.BoolExpr.boolop !== "AND_EXPR") return 1;
  return (node.BoolExpr.args ?? []).reduce((sum, arg) => sum + partsOf(arg), 0);
}

/** The columns with `a IS NOT NULL`, alone or in an AND. */
function notNullIn(node: Node | undefined): string[] {
  if (node === undefined) return [];
  if ("BoolExpr" in node && node.BoolExpr.boolop === "AND_EXPR") return (node.BoolExpr.args ?? []).flatMap(notNullIn);
  if (!("NullTest" in node) || node.NullTest.nulltesttype !== "IS_NOT_NULL") return [];
  return columnsOf([node.NullTest.arg]).slice(0, node.NullTest.arg && "ColumnRef" in node.NullTest.arg ? 1 : 0);
}

function readUnique(constraint: Constraint, table: TableName): Described<"addUnique"> {
  const columns = strings(constraint.keys);
  return {
    kind: "addUnique",
    table,
    name: constraint.conname,
    columns,
    deferrable: deferrableOf(constraint),
    ...refusing(constraint.nulls_not_distinct === true ? columns : []),
    hasOther:
      (constraint.including?.length ?? 0) > 0 ||
      (constraint.options?.length ?? 0) > 0 ||
      constraint.indexspace !== undefined ||
      constraint.without_overlaps === true,
  };
}

const actions: Readonly<Record<string, ReferentialAction>> = {
  a: "NO ACTION",
  r: "RESTRICT",
  c: "CASCADE",
  n: "SET NULL",
  d: "SET DEFAULT",
};

function readForeignKey(constraint: Constraint, table: TableName): Described<"addForeignKey"> {
  const { fk_upd_action: onUpdate = "a", fk_del_action: onDelete = "a", fk_matchtype: match = "s" } = constraint;
  return {
    kind: "addForeignKey",
    table,
    name: constraint.conname,
    columns: strings(constraint.fk_attrs),
    references: tableOf(constraint.pktable),
    referencedColumns: strings(constraint.pk_attrs),
    onUpdate: actions[onUpdate] ?? "NO ACTION",
    onDelete: actions[onDelete] ?? "NO ACTION",
    isMatchFull: match === "f",
    deferrable: deferrableOf(constraint),
    isValid: constraint.skip_validation !== true,
    ...enforced(constraint),
    hasOther:
      (constraint.fk_del_set_cols?.length ?? 0) > 0 ||
      constraint.fk_with_period === true ||
      constraint.pk_with_period === true ||
      constraint.is_enforced !== true,
  };
}

function enforced({ is_enforced: isEnforced }: Constraint): { readonly isEnforced?: false } {
  return isEnforced === true ? {} : { isEnforced: false };
}

function deferrableOf({ initdeferred, deferrable }: Constraint): Deferrable {
  if (initdeferred) return "deferred";
  return deferrable ? "immediate" : "no";
}
