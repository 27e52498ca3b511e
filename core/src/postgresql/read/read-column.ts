import type { ColumnDef, Constraint, Node } from "libpg-query";
import type { ColumnDeclaration, InlineConstraint } from "../../model/index.js";
import { qualifiedName, tableOf } from "./read-names.js";
import { readType, strings } from "./read-type.js";
import { columnsOf } from "./walk.js";

/**
 * A column declaration. `slice(from, to)` cuts the source at node locations (UTF-8 bytes); `end` is where the declaration ends.
 */
export function readColumn(
  definition: ColumnDef,
  end: number,
  slice: (from: number, to: number) => string,
): ColumnDeclaration {
  const constraints = (definition.constraints ?? []).flatMap((node) => ("Constraint" in node ? [node.Constraint] : []));
  const has = (type: Constraint["contype"]) => constraints.some((constraint) => constraint.contype === type);
  const typeName = definition.typeName ?? {};
  const { type, isSerial, isUserDefined } = readType(typeName);
  const { collClause, compression, storage_name: storageName } = definition;
  const hasStorage = compression !== undefined || storageName !== undefined;
  const starts = [...constraints, ...(collClause === undefined ? [] : [collClause])]
    .map(({ location }) => location ?? end)
    .sort((a, b) => a - b);
  const following = (location: number) => starts.find((start) => start > location) ?? end;
  const [references, ...moreReferences] = constraints.filter(({ contype }) => contype === "CONSTR_FOREIGN");
  // `DEFERRABLE INITIALLY DEFERRED` are nodes of their own.
  const inline = (constraint: Constraint): InlineConstraint => {
    const at = constraints.indexOf(constraint);
    const next = constraints.slice(at + 1).find(({ contype }) => !contype?.startsWith("CONSTR_ATTR_"));
    return { sql: slice(constraint.location ?? 0, next?.location ?? end).trim() };
  };
  const collationSql = collClause && slice(collClause.location ?? 0, following(collClause.location ?? 0));
  const declared = slice(typeName.location ?? 0, following(typeName.location ?? 0)).trim();
  const parts = /^([\s\S]*?)\s+((?:STORAGE\s+\S+)?\s*(?:COMPRESSION\s+\S+)?)$/i.exec(declared);
  const [, typeSql = declared, storageSql] = hasStorage && parts !== null ? parts : [];
  const byDefault = constraints.find(
    ({ contype, raw_expr }) => contype === "CONSTR_DEFAULT" && raw_expr !== undefined && !isNull(raw_expr),
  );
  const defaultSql = byDefault && slice(byDefault.location ?? 0, following(byDefault.location ?? 0));
  const generated = constraints.find(({ contype }) => contype === "CONSTR_GENERATED");
  const described = new Set([
    "CONSTR_NOTNULL",
    "CONSTR_NULL",
    "CONSTR_DEFAULT",
    "CONSTR_UNIQUE",
    "CONSTR_PRIMARY",
    "CONSTR_GENERATED",
    "CONSTR_IDENTITY",
    "CONSTR_FOREIGN",
    "CONSTR_CHECK",
  ]);
  // What it belongs to: an attribute of a foreign key is in its text.
  const isAttribute = (type: string) => references !== undefined && type.startsWith("CONSTR_ATTR_");
  return {
    name: definition.colname ?? "",
    typeSql,
    type,
    // PostgreSQL makes every serial NOT NULL. What an ORM says is what the model wants: it may be optional.
    notNull: has("CONSTR_NOTNULL") || has("CONSTR_PRIMARY") || has("CONSTR_IDENTITY"),
    ...(defaultSql === undefined ? {} : { defaultSql: defaultSql.replace(/^\s*DEFAULT\s+/i, "").trim() }),
    isDefaultStored: !isSerial && isStoredDefault(byDefault?.raw_expr),
    isGenerated: has("CONSTR_GENERATED"),
    ...(generated === undefined ? {} : { computedFrom: columnsOf([generated.raw_expr]) }),
    isIdentity: has("CONSTR_IDENTITY"),
    isSerial,
    isUnique: has("CONSTR_UNIQUE"),
    isPrimaryKey: has("CONSTR_PRIMARY"),
    ...(storageSql === undefined ? {} : { storageSql }),
    ...(isUserDefined && !typeName.arrayBounds?.length ? { ownType: qualifiedName(strings(typeName.names)) } : {}),
    ...(collationSql === undefined ? {} : { collationSql: collationSql.replace(/^COLLATE\s*/i, "").trim() }),
    ...(constraints.some((each) => each.contype === "CONSTR_GENERATED" && each.generated_kind === "v")
      ? { isVirtual: true }
      : {}),
    ...(references === undefined
      ? {}
      : {
          references: {
            ...inline(references),
            table: tableOf(references.pktable),
            isValidated: has("CONSTR_DEFAULT"),
          },
        }),
    checks: constraints.filter(({ contype }) => contype === "CONSTR_CHECK").map(inline),
    hasOther:
      moreReferences.length > 0 ||
      constraints.some(
        ({ contype = "", is_no_inherit: noInherit }) =>
          noInherit === true || (!described.has(contype) && !isAttribute(contype)),
      ),
  };
}

/**
 * Functions that are not volatile: PostgreSQL 11+ evaluates such a default once and stores the value in the catalogue, so nothing
 * is rewritten. From pg_proc.provolatile. Of any other a database is asked (facts/rewriting-column.ts); without one it counts as
 * volatile.
 */
const notVolatile = new Set(
  `now transaction_timestamp statement_timestamp current_database current_schema current_setting lower upper initcap
  btrim ltrim rtrim left right lpad rpad repeat replace length substr substring split_part concat concat_ws md5
  encode decode to_char to_date to_number to_timestamp to_jsonb to_json jsonb_build_object jsonb_build_array json_build_object
  json_build_array array_to_json string_to_array date_trunc timezone make_interval make_date make_time make_timestamp
  make_timestamptz to_tsvector to_tsquery plainto_tsquery abs ceil ceiling floor round trunc int4range int8range numrange daterange tsrange tstzrange`.split(
    /\s+/,
  ),
);

/** Whether a default is stored once instead of rewriting the table (constants, now(), casts and arrays of them). */
function isStoredDefault(node: Node | undefined): boolean {
  if (node === undefined) return true;
  if ("A_Const" in node) return true;
  if ("SQLValueFunction" in node) return true;
  if ("TypeCast" in node) return isStoredDefault(node.TypeCast.arg);
  if ("A_ArrayExpr" in node) return (node.A_ArrayExpr.elements ?? []).every(isStoredDefault);
  if ("A_Expr" in node) return isStoredDefault(node.A_Expr.lexpr) && isStoredDefault(node.A_Expr.rexpr);
  if ("CoalesceExpr" in node) return (node.CoalesceExpr.args ?? []).every(isStoredDefault);
  if ("MinMaxExpr" in node) return (node.MinMaxExpr.args ?? []).every(isStoredDefault);
  if ("BoolExpr" in node) return (node.BoolExpr.args ?? []).every(isStoredDefault);
  if ("NullTest" in node) return isStoredDefault(node.NullTest.arg);
  if ("CaseExpr" in node) {
    const { arg, args = [], defresult } = node.CaseExpr;
    return [arg, defresult, ...args].every(isStoredDefault);
  }
  if ("CaseWhen" in node) return isStoredDefault(node.CaseWhen.expr) && isStoredDefault(node.CaseWhen.result);
  if ("FuncCall" in node) {
    const names = strings(node.FuncCall.funcname);
    const isBuiltIn = names.length === 1 || names[0] === "pg_catalog";
    return isBuiltIn && notVolatile.has(names.at(-1) ?? "") && (node.FuncCall.args ?? []).every(isStoredDefault);
  }
  return false;
}

/** `NULL` and `NULL::text`: a column has that without a default, so `DEFAULT NULL` says nothing. */
function isNull(node: Node): boolean {
  if ("TypeCast" in node) return node.TypeCast.arg !== undefined && isNull(node.TypeCast.arg);
  return "A_Const" in node && node.A_Const.isnull === true;
}
