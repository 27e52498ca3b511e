import type { ColumnDef, Constraint } from "libpg-query";
import type { ColumnDeclaration } from "../../model/index.js";
import { isStoredDefault } from "./default-expression.js";
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
  const { collClause, compression, storage_name: storageName } = definition;
  const hasStorage = compression !== undefined || storageName !== undefined;
  const starts = [...constraints, ...(collClause === undefined ? [] : [collClause])]
    .map(({ location }) => location ?? end)
    .sort((a, b) => a - b);
  const following = (location: number) => starts.find((start) => start > location) ?? end;
  const collationSql = collClause && slice(collClause.location ?? 0, following(collClause.location ?? 0));
  const declared = slice(typeName.location ?? 0, following(typeName.location ?? 0)).trim();
  const parts = /^([\s\S]*?)\s+((?:STORAGE\s+\S+)?\s*(?:COMPRESSION\s+\S+)?)$/i.exec(declared);
  const [, typeSql = declared, storageSql] = hasStorage && parts !== null ? parts : [];
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
    typeSql,
    type,
    // PostgreSQL makes every serial NOT NULL. What an ORM says is what the model wants: it may be optional.
    notNull: has("CONSTR_NOTNULL") || has("CONSTR_PRIMARY") || has("CONSTR_IDENTITY"),
    ...(defaultSql === undefined ? {} : { defaultSql: defaultSql.replace(/^\s*DEFAULT\s+/i, "").trim() }),
    isDefaultStored: !isSerial && isStoredDefault(byDefault?.raw_expr),
    isGenerated: has("CONSTR_GENERATED"),
    isIdentity: has("CONSTR_IDENTITY"),
    isSerial,
    isUnique: has("CONSTR_UNIQUE"),
    isPrimaryKey: has("CONSTR_PRIMARY"),
    ...(storageSql === undefined ? {} : { storageSql }),
    ...(collationSql === undefined ? {} : { collationSql: collationSql.replace(/^COLLATE\s*/i, "").trim() }),
    hasOther: constraints.some(
      ({ contype, is_no_inherit: noInherit }) => contype === undefined || !described.has(contype) || noInherit === true,
    ),
  };
}
