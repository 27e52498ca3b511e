import type { Node } from "libpg-query";
import {
  isNewerFunction,
  type NewerForm,
  newerFormsOf,
  newerFunctions,
  type PostgresqlForm,
} from "../../model/index.js";
import { strings } from "./read-type.js";
import { type AnyNode, walk } from "./walk.js";

/** Statements that may hold such forms whatever stands in them. */
const kinds = new Set(
  `AlterTableStmt AlterTableCmd CreateStmt IndexStmt CreateTrigStmt MergeStmt ViewStmt CreateFunctionStmt CreatePublicationStmt
  AlterPublicationStmt CopyStmt CreateSeqStmt CreateStatsStmt GrantStmt VariableSetStmt`.split(/\s+/),
);

/** Others are looked through for functions and JSON alone, where their text has one: rows that are inserted may be many. */
const named = new RegExp(`\\b(?:json\\w*|\\w*multirange|${newerFunctions("postgresql").join("|")})\\b`, "i");

type Test = (part: AnyNode) => boolean;

const always = () => true;
const isConstraint =
  (...types: readonly string[]) =>
  ({ contype }: AnyNode) =>
    types.includes(String(contype));
const isUnenforced = isConstraint("CONSTR_CHECK", "CONSTR_FOREIGN");
const jsonConstructor = { "json-constructor": always };
const query = { "json-query": always };
const multirange = { multirange: ({ typeName }: AnyNode) => isMultirange(typeName) };

/** By the node of the tree, and what of it is newer. */
const tests: Readonly<Record<string, Readonly<Partial<Record<PostgresqlForm, Test>>>>> = {
  AlterTableCmd: {
    "column-compression": ({ subtype }) => subtype === "AT_SetCompression",
    "access-method": ({ subtype }) => subtype === "AT_SetAccessMethod",
    "set-expression": ({ subtype }) => subtype === "AT_SetExpression",
    "detach-concurrently": ({ subtype }) => subtype === "AT_DetachPartitionFinalize",
  },
  PartitionCmd: { "detach-concurrently": ({ concurrent }) => concurrent === true },
  ColumnDef: {
    "column-compression": ({ compression }) => compression !== undefined,
    "column-storage": ({ storage_name }) => storage_name !== undefined,
    ...multirange,
  },
  TypeCast: multirange,
  Constraint: {
    "nulls-not-distinct": ({ nulls_not_distinct }) => nulls_not_distinct === true,
    "set-null-columns": ({ fk_del_set_cols }) => fk_del_set_cols !== undefined,
    "not-enforced": (part) =>
      isConstraint("CONSTR_ATTR_NOT_ENFORCED")(part) || (isUnenforced(part) && part.is_enforced !== true),
    // Behind a column it has no keys.
    "not-null-constraint": (part) => isConstraint("CONSTR_NOTNULL")(part) && part.keys !== undefined,
    "temporal-constraint": (part) =>
      part.without_overlaps === true || part.fk_with_period === true || part.pk_with_period === true,
    "virtual-column": (part) => isConstraint("CONSTR_GENERATED")(part) && part.generated_kind === "v",
  },
  ATAlterConstraint: { "not-enforced": ({ alterEnforceability }) => alterEnforceability === true },
  IndexStmt: { "nulls-not-distinct": ({ nulls_not_distinct }) => nulls_not_distinct === true },
  MergeStmt: { merge: always, "merge-by-source": ({ returningClause }) => returningClause !== undefined },
  MergeWhenClause: { "merge-by-source": ({ matchKind }) => matchKind === "MERGE_WHEN_NOT_MATCHED_BY_SOURCE" },
  CreateTrigStmt: { "replaced-trigger": ({ replace }) => replace === true },
  CreateFunctionStmt: { "function-body": ({ sql_body }) => sql_body !== undefined },
  CreateSeqStmt: {
    "unlogged-sequence": ({ sequence }) => (sequence as AnyNode | undefined)?.relpersistence === "u",
  },
  StatsElem: { "statistics-expression": ({ expr }) => expr !== undefined },
  PublicationObjSpec: {
    "publication-filter": ({ pubobjtype, pubtable }) => {
      const { columns, whereClause } = (pubtable ?? {}) as AnyNode;
      return columns !== undefined || whereClause !== undefined || /IN_(?:CUR_)?SCHEMA$/.test(String(pubobjtype));
    },
  },
  DefElem: {
    "security-invoker": ({ defname }) => defname === "security_invoker",
    "copy-on-error": ({ defname }) => defname === "on_error",
  },
  AccessPriv: { "maintain-privilege": ({ priv_name }) => priv_name === "maintain" },
  VariableSetStmt: {
    "idle-session-timeout": ({ name }) => name === "idle_session_timeout",
    "transaction-timeout": ({ name }) => name === "transaction_timeout",
  },
  JsonObjectConstructor: jsonConstructor,
  JsonArrayConstructor: jsonConstructor,
  JsonArrayQueryConstructor: jsonConstructor,
  JsonObjectAgg: jsonConstructor,
  JsonArrayAgg: jsonConstructor,
  JsonIsPredicate: jsonConstructor,
  JsonParseExpr: query,
  JsonScalarExpr: query,
  JsonSerializeExpr: query,
  JsonFuncExpr: query,
  JsonTable: query,
};

/**
 * What servers below some version refuse in a statement, or in a clause of ALTER TABLE.
 *
 * @param sql of the statement
 */
export function newerIn(node: Node, sql: string): { readonly newer?: readonly NewerForm[] } {
  const [kind = ""] = Object.keys(node);
  if (!kinds.has(kind) && !named.test(sql)) return {};
  const found = new Set<string>();
  walk([node], (each, part) => {
    for (const [form, test] of Object.entries(tests[each] ?? {})) if (test(part)) found.add(form);
    const called = each === "FuncCall" ? calledName(part) : undefined;
    if (called !== undefined && isNewerFunction(called, "postgresql")) found.add(called);
  });
  return found.size === 0 ? {} : { newer: newerFormsOf("postgresql").filter((form) => found.has(form)) };
}

/** One that may be PostgreSQL's own. */
function calledName({ funcname }: AnyNode): string | undefined {
  const names = strings(funcname as readonly Node[]);
  return names.length === 1 || names[0] === "pg_catalog" ? names.at(-1) : undefined;
}

function isMultirange(typeName: unknown): boolean {
  const names = strings((typeName as { readonly names?: readonly Node[] } | undefined)?.names);
  return /^(?:int[48]|num|ts|tstz|date)multirange$/.test(names.at(-1) ?? "");
}
