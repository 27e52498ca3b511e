import type { ColumnDef, Constraint } from "libpg-query";
import type { ColumnDeclaration, TableName } from "../../model/index.js";
import { isStoredDefault } from "./default-expression.js";
import { tableOf } from "./read-names.js";
import { readType } from "./read-type.js";

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
  const { type, isSerial } = readType(typeName);
  const { collClause } = definition;
  const starts = [...constraints, ...(collClause === undefined ? [] : [collClause])]
    .map(({ location }) => location ?? end)
    .sort((a, b) => a - b);
  const following = (location: number) => starts.find((start) => start > location) ?? end;
  const collationSql = collClause && slice(collClause.location ?? 0, following(collClause.location ?? 0));
  const byDefault = constraints.find((constraint) => constraint.contype === "CONSTR_DEFAULT");
  const defaultSql = byDefault && slice(byDefault.location ?? 0, following(byDefault.location ?? 0));
  const described = new Set([
    "CONSTR_NOTNULL",
    "CONSTR_NULL",
    "CONSTR_DEFAULT",
    "CONSTR_UNIQUE",
    "CONSTR_PRIMARY",
    "CONSTR_GENERATED",
    "CONSTR_IDENTITY",
  ]);
  return {
    name: definition.colname ?? "",
    typeSql: slice(typeName.location ?? 0, following(typeName.location ?? 0)).trim(),
    type,
    // PostgreSQL makes every serial NOT NULL. What the statement says is what the model wants: it may be optional.
    notNull: has("CONSTR_NOTNULL") || has("CONSTR_PRIMARY") || has("CONSTR_IDENTITY"),
    ...(defaultSql === undefined ? {} : { defaultSql: defaultSql.replace(/^\s*DEFAULT\s+/i, "").trim() }),
    isDefaultStored: !isSerial && isStoredDefault(byDefault?.raw_expr),
    isGenerated: has("CONSTR_GENERATED"),
    isIdentity: has("CONSTR_IDENTITY"),
    isSerial,
    isUnique: has("CONSTR_UNIQUE"),
    isPrimaryKey: has("CONSTR_PRIMARY"),
    ...(collationSql === undefined ? {} : { collationSql: collationSql.replace(/^COLLATE\s*/i, "").trim() }),
    hasOther: constraints.some(({ contype }) => contype === undefined || !described.has(contype)),
    ...(constraints.some((each) => each.contype === "CONSTR_GENERATED" && each.generated_kind === "v")
      ? { isVirtual: true }
      : {}),
    ...referencesOf(constraints),
  };
}

/** The tables that foreign keys among constraints lead to. */
export function referencesOf(constraints: readonly Constraint[]): { readonly references?: readonly TableName[] } {
  const references = constraints
    .filter(({ contype }) => contype === "CONSTR_FOREIGN")
    .map(({ pktable }) => tableOf(pktable));
  return references.length === 0 ? {} : { references };
}
