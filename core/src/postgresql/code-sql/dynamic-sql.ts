import { type AnyNode, nameParts } from "../read/walk.js";
import { listOf, parsed } from "./statements.js";

/**
 * The text that an expression of EXECUTE makes: `'INSERT INTO ' || quote_ident(name) || ' SELECT $1.*'`, or a call of `format`. A part that
 * is only known at run time becomes a name.
 */
export function dynamicSql(expression: string): { readonly sql: string; readonly isComplete: boolean } {
  const [statement] = (parsed(`SELECT ${expression}`) ?? []) as readonly { readonly SelectStmt?: AnyNode }[];
  const [target] = listOf(statement?.SelectStmt?.targetList);
  const parts = partsOf(((target?.ResTarget ?? {}) as { val?: AnyNode }).val ?? {});
  return { sql: parts.map((part) => part ?? hole).join(""), isComplete: !parts.includes(undefined) };
}

const hole = "hole_";

function partsOf(value: AnyNode): readonly (string | undefined)[] {
  const { A_Const, A_Expr, FuncCall, TypeCast } = value as Readonly<Record<string, AnyNode | undefined>>;
  if (A_Const?.sval !== undefined) return [(A_Const.sval as { sval?: string }).sval ?? ""];
  if (TypeCast !== undefined) return partsOf((TypeCast.arg ?? {}) as AnyNode);
  if (A_Expr !== undefined && nameParts(A_Expr.name).at(-1) === "||")
    return [A_Expr.lexpr, A_Expr.rexpr].flatMap((side) => partsOf((side ?? {}) as AnyNode));
  const name = nameParts(FuncCall?.funcname).at(-1);
  const args = listOf(FuncCall?.args);
  if (name === "concat") return args.flatMap(partsOf);
  if (name !== "format" || args.length === 0) return [undefined];
  return partsOf(args[0]!).flatMap((part) =>
    part === undefined
      ? [undefined]
      : part
          .split(/%(?:\d+\$)?-?\d*[IsL]/)
          .flatMap((text, at) => (at === 0 ? [text.replaceAll("%%", "%")] : [undefined, text.replaceAll("%%", "%")])),
  );
}
