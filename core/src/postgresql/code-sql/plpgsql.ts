import { parsePlPgSQLSync } from "libpg-query";
import { attempt } from "../../base/expected-errors.js";
import { quoteIdentifier } from "../quote.js";
import { type AnyNode, walk } from "../read/walk.js";
import { listOf, parsed } from "./statements.js";

export interface Expression {
  readonly query: string;
  /** 0: a statement, 2: an expression, 3: an assignment. */
  readonly parseMode: number;
}

/** A variable of a PL/pgSQL function; a cursor has a query. */
export interface Datum {
  readonly name: string;
  readonly type: string | undefined;
  readonly query: string | undefined;
}

export function plpgsqlOf(sql: string): { readonly datums: readonly Datum[]; readonly action: unknown } | undefined {
  // The parser has no class of its own for the errors of a body.
  const result = attempt(
    () => parsePlPgSQLSync(sql) as { plpgsql_funcs?: readonly { PLpgSQL_function?: AnyNode }[] },
    (error) => error instanceof Error,
  );
  const made = result?.plpgsql_funcs?.[0]?.PLpgSQL_function;
  if (made === undefined) return undefined;
  const datums = listOf(made.datums).map((each): Datum => {
    const { refname, datatype, cursor_explicit_expr: cursor } = Object.values(each)[0] as AnyNode;
    const { typname } = ((datatype as AnyNode | undefined)?.PLpgSQL_type ?? {}) as { typname?: string };
    return { name: String(refname ?? ""), type: typname, query: textOf(cursor) };
  });
  return { datums, action: made.action };
}

/** The parameters of a routine with a type that every parser knows. */
export function parameterNames(create: string): string {
  const names: string[] = [];
  walk(parsed(create), (kind, { name, mode }) => {
    if (kind !== "FunctionParameter" || mode === "FUNC_PARAM_TABLE") return;
    const how = { FUNC_PARAM_OUT: "OUT ", FUNC_PARAM_INOUT: "INOUT " }[String(mode)] ?? "";
    names.push(`${how}${typeof name === "string" ? quoteIdentifier(name) : ""} text`);
  });
  return names.join(", ");
}

export function textOf(expression: unknown): string | undefined {
  return ((expression as AnyNode | undefined)?.PLpgSQL_expr as Expression | undefined)?.query;
}

/** The value of `target := value`. */
export function assignedValue(assignment: string): string {
  return assignment.slice(assignment.search(/:?=/)).replace(/^:?=/, "");
}

/** The parse tree of an expression. */
export function valueIn(expression: string): AnyNode | undefined {
  const [statement] = (parsed(`SELECT ${expression}`) ?? []) as readonly { readonly SelectStmt?: AnyNode }[];
  const [target] = listOf(statement?.SelectStmt?.targetList);
  return (target?.ResTarget as AnyNode | undefined)?.val as AnyNode | undefined;
}

/** The variables after INTO, FOR or FETCH. */
export function variablesIn(target: unknown): readonly string[] {
  const { PLpgSQL_row, PLpgSQL_rec } = (target ?? {}) as Readonly<Record<string, AnyNode>>;
  if (PLpgSQL_rec !== undefined) return [String(PLpgSQL_rec.refname)];
  return listOf(PLpgSQL_row?.fields).map(({ name }) => String(name));
}
