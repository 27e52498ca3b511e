import type { IndexElem, Node } from "libpg-query";
import { plainFunctions } from "../../sql/function-names.js";
import { columnsOf, nameParts } from "./walk.js";

// The effect of PostgreSQL's three-valued logic on a column without a value. A constraint accepts NULL as its result, and a unique index or
// exclusion accepts any number of rows with a NULL key. If this code cannot prove that, the rows count as rejected, and the plan only
// waits.

/** The columns of a CHECK whose NULL alone can make it false. */
export function refusedInCheck(expression: Node | undefined): string[] {
  return columnsOf([expression]).filter((column) => truthOf(expression, column)?.isFalse === true);
}

/**
 * The columns of a unique index or exclusion for which rows with NULL collide.
 *
 * @param keys its key columns and expressions, without INCLUDE
 * @param options `nullsCollide`: NULLS NOT DISTINCT
 */
export function collidingInKeys(
  keys: readonly IndexElem[],
  predicate: Node | undefined,
  { nullsCollide = false }: { readonly nullsCollide?: boolean } = {},
): string[] {
  return columnsOf([keys.map((IndexElem) => ({ IndexElem })), predicate]).filter((column) => {
    const isDistinct = keys.some(({ name, expr }) => name === column || isNullWithout(expr, column));
    return (nullsCollide || !isDistinct) && truthOf(predicate, column)?.isTrue !== false;
  });
}

/** The possible results. Neither: only NULL. */
interface Truth {
  readonly isTrue: boolean;
  readonly isFalse: boolean;
}

const either: Truth = { isTrue: true, isFalse: true };

/** The possible results while the column is NULL; undefined: the expression does not depend on it. */
function truthOf(node: Node | undefined, column: string): Truth | undefined {
  if (node === undefined || !columnsOf([node]).includes(column)) return undefined;
  if ("BoolExpr" in node) {
    // In the worst case, a part without the column is neutral: true in AND, false in OR.
    const parts = (node.BoolExpr.args ?? []).flatMap((arg) => truthOf(arg, column) ?? []);
    const every = (of: keyof Truth) => parts.every((part) => part[of]);
    const some = (of: keyof Truth) => parts.some((part) => part[of]);
    switch (node.BoolExpr.boolop) {
      case "AND_EXPR":
        return { isTrue: every("isTrue"), isFalse: some("isFalse") };
      case "OR_EXPR":
        return { isTrue: some("isTrue"), isFalse: every("isFalse") };
      default:
        return { isTrue: some("isFalse"), isFalse: some("isTrue") };
    }
  }
  if ("NullTest" in node && isNullWithout(node.NullTest.arg, column)) {
    const isTrue = node.NullTest.nulltesttype === "IS_NULL";
    return { isTrue, isFalse: !isTrue };
  }
  return isNullWithout(node, column) ? { isTrue: false, isFalse: false } : either;
}

/** Whether an expression is always NULL if the column is. */
function isNullWithout(node: Node | undefined, column: string): boolean {
  if (node === undefined) return false;
  const isNull = (part: Node | undefined) => isNullWithout(part, column);
  if ("ColumnRef" in node) return nameParts(node.ColumnRef.fields).at(-1) === column;
  if ("TypeCast" in node) return isNull(node.TypeCast.arg);
  if ("CollateClause" in node) return isNull(node.CollateClause.arg);
  if ("CoalesceExpr" in node) return (node.CoalesceExpr.args ?? []).every(isNull);
  if ("FuncCall" in node) return isStrict(nameParts(node.FuncCall.funcname)) && (node.FuncCall.args ?? []).some(isNull);
  if (!("A_Expr" in node)) return false;
  const { kind, name, lexpr, rexpr } = node.A_Expr;
  switch (kind) {
    case "AEXPR_OP":
    case "AEXPR_LIKE":
    case "AEXPR_ILIKE":
    case "AEXPR_SIMILAR":
    case "AEXPR_OP_ANY":
    case "AEXPR_OP_ALL":
      return strictOperators.has(nameParts(name).join(".")) && (isNull(lexpr) || isNull(rexpr));
    case "AEXPR_IN":
    case "AEXPR_BETWEEN":
    case "AEXPR_NOT_BETWEEN":
    case "AEXPR_NULLIF":
      return isNull(lexpr);
    default:
      return false;
  }
}

/** PostgreSQL's own operators. Without `||`, because an array and NULL make an array. */
const strictOperators: ReadonlySet<string> = new Set(
  `= <> != < <= > >= + - * / % ^ ~ ~* !~ !~* ~~ ~~* !~~ !~~* @> <@ && -> ->> #> #>> ? ?| ?& @@ @? << >> &< &> -|- <->`.split(
    " ",
  ),
);

/** Functions that return NULL if any argument is NULL, also with the schema that the parser adds: TRIM, EXTRACT. */
const strictFunctions: ReadonlySet<string> = new Set([
  ...[...plainFunctions].filter((name) => !["concat", "concat_ws", "format"].includes(name)),
  ..."array_length array_lower array_upper cardinality character_length isfinite jsonb_array_length jsonb_typeof lower_inc position regexp_replace replace split_part starts_with strpos to_tsvector".split(
    " ",
  ),
]);

function isStrict(name: readonly string[]): boolean {
  return (name.length === 1 || name[0] === "pg_catalog") && strictFunctions.has(name.at(-1) ?? "");
}

/** The index elements in a list of nodes. */
export function elementsOf(nodes: readonly Node[] = []): IndexElem[] {
  return nodes.flatMap((node) => ("IndexElem" in node ? [node.IndexElem] : []));
}
