import type { ColumnDef, Constraint, Node } from "libpg-query";
import type { ColumnDeclaration, InlineConstraint } from "../../model/index.js";
import { ofTheMoment, plainFunctions } from "../../sql/function-names.js";
import { qualifiedName, tableOf } from "./read-names.js";
import { readType, strings } from "./read-type.js";
import { columnsOf, functionsIn } from "./walk.js";

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
  // Attributes such as `DEFERRABLE INITIALLY DEFERRED` are separate nodes.
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
  const unclear = unclearFunctions(byDefault?.raw_expr);
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
  // The attributes of a foreign key are part of its text.
  const isAttribute = (type: string) => references !== undefined && type.startsWith("CONSTR_ATTR_");
  return {
    name: definition.colname ?? "",
    typeSql,
    type,
    // PostgreSQL makes every serial NOT NULL. An ORM's NOT NULL expresses the model, which may be optional.
    notNull: has("CONSTR_NOTNULL") || has("CONSTR_PRIMARY") || has("CONSTR_IDENTITY"),
    ...(defaultSql === undefined ? {} : { defaultSql: defaultSql.replace(/^\s*DEFAULT\s+/i, "").trim() }),
    ...(byDefault === undefined && has("CONSTR_DEFAULT") ? { isDefaultNull: true } : {}),
    isDefaultStored: !isSerial && unclear?.length === 0,
    ...(unclear === undefined || unclear.length === 0 ? {} : { defaultFunctions: unclear }),
    isGenerated: has("CONSTR_GENERATED"),
    ...(generated === undefined
      ? {}
      : { computedFrom: columnsOf([generated.raw_expr]), computedBy: functionsIn(generated.raw_expr) }),
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
            ...(references.pk_attrs === undefined ? {} : { columns: strings(references.pk_attrs) }),
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
 * Functions that are not volatile: PostgreSQL 11+ evaluates such a default once and stores the value in the catalog, without a rewrite.
 * From pg_proc.provolatile. For other functions, a database is queried (facts/rewriting-column.ts); without one, they count as volatile.
 */
const notVolatile = new Set([
  ...[...plainFunctions, ...ofTheMoment].filter((name) => name !== "random" && name !== "clock_timestamp"),
  ...`array_to_json daterange int4range int8range json_build_array json_build_object jsonb_build_array jsonb_build_object make_time
  make_timestamp make_timestamptz numrange plainto_tsquery replace split_part string_to_array to_tsquery to_tsvector tsrange
  tstzrange`.split(/\s+/),
]);

/**
 * The functions of a default whose names do not show whether it is stored once or rewrites the table. None: it is stored (constants, now(),
 * casts and arrays of them). Undefined: an unsupported form.
 */
export function unclearFunctions(node: Node | undefined): readonly string[] | undefined {
  if (node === undefined) return [];
  if ("A_Const" in node || "SQLValueFunction" in node) return [];
  if ("TypeCast" in node) return unclearFunctions(node.TypeCast.arg);
  if ("A_ArrayExpr" in node) return unclearIn(node.A_ArrayExpr.elements);
  if ("A_Expr" in node) return unclearIn([node.A_Expr.lexpr, node.A_Expr.rexpr]);
  if ("CoalesceExpr" in node) return unclearIn(node.CoalesceExpr.args);
  if ("MinMaxExpr" in node) return unclearIn(node.MinMaxExpr.args);
  if ("BoolExpr" in node) return unclearIn(node.BoolExpr.args);
  if ("RowExpr" in node) return unclearIn(node.RowExpr.args);
  if ("NullTest" in node) return unclearFunctions(node.NullTest.arg);
  if ("CaseExpr" in node) {
    const { arg, args = [], defresult } = node.CaseExpr;
    return unclearIn([arg, defresult, ...args]);
  }
  if ("CaseWhen" in node) return unclearIn([node.CaseWhen.expr, node.CaseWhen.result]);
  if (!("FuncCall" in node)) return undefined;
  const names = strings(node.FuncCall.funcname);
  const isBuiltIn = names.length === 1 || names[0] === "pg_catalog";
  const isKnown = isBuiltIn && notVolatile.has(names.at(-1) ?? "");
  const inner = unclearIn(node.FuncCall.args);
  return inner && [...(isKnown ? [] : [names.join(".")]), ...inner];
}

function unclearIn(nodes: readonly (Node | undefined)[] = []): readonly string[] | undefined {
  const found = nodes.map(unclearFunctions);
  return found.some((each) => each === undefined) ? undefined : found.flatMap((each) => each ?? []);
}

/** `NULL` and `NULL::text`: `DEFAULT NULL` means the same as no default. */
function isNull(node: Node): boolean {
  if ("TypeCast" in node) return node.TypeCast.arg !== undefined && isNull(node.TypeCast.arg);
  return "A_Const" in node && node.A_Const.isnull === true;
}
