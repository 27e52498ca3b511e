import type { Parser } from "../read/parser.js";
import { type AnyNode, nameParts, walk } from "../read/walk.js";

/** What a parameter of a statement is used for. */
export type ParameterUse =
  /** It is compared with a column, so a value of that column finds rows. */
  | { readonly kind: "compared"; readonly column: ColumnOf; readonly isPattern: boolean }
  /** It is written to a column of inserted or changed rows. */
  | { readonly kind: "added" | "changed"; readonly column: ColumnOf }
  | { readonly kind: "limit" | "offset" | "other" };

/** A column, and the tables it may belong to: all tables of the statement if it is unqualified. */
export interface ColumnOf {
  readonly tables: readonly string[];
  readonly column: string;
}

export interface ReadStatement {
  /** As named in the statement, without schemas. */
  readonly tables: readonly string[];
  readonly addsRows: boolean;
  /** By parameter number. */
  readonly uses: ReadonlyMap<number, ParameterUse>;
}

/** @throws SyntaxErrorAt */
export function readParameters(parser: Parser, sql: string): ReadStatement {
  const { stmts } = parser.parse(sql);
  const aliases = new Map<string, string>();
  const tables = new Set<string>();
  walk(stmts, (kind, node) => {
    // In INSERT, UPDATE and DELETE, the table node has no kind.
    const range = (kind === "RangeVar" ? node : node.relation) as
      | { relname?: string; alias?: { aliasname?: string } }
      | undefined;
    if (range?.relname === undefined) return;
    tables.add(range.relname);
    aliases.set(range.alias?.aliasname ?? range.relname, range.relname);
  });
  const columnOf = (node: unknown): ColumnOf | undefined => {
    const reference = (unwrapped(node) as { ColumnRef?: { fields?: unknown } }).ColumnRef;
    const parts = nameParts(reference?.fields);
    const column = parts.at(-1);
    if (column === undefined) return undefined;
    const qualifier = parts.at(-2);
    return { column, tables: qualifier === undefined ? [...tables] : [aliases.get(qualifier) ?? qualifier] };
  };
  const uses = new Map<number, ParameterUse>();
  const use = (node: unknown, what: ParameterUse) => {
    // `= ANY (ARRAY[$1, $2])`, `IN ($1, $2)`, `lower($1)`
    walk([node], (kind, each) => {
      if (kind !== "ParamRef") return;
      const number = Number(each.number ?? 0);
      if (!uses.has(number)) uses.set(number, what);
    });
  };
  let addsRows = false;
  walk(stmts, (kind, node) => {
    if (kind === "A_Expr") {
      const isPattern = /LIKE|SIMILAR/.test(String(node.kind));
      for (const [one, other] of [
        [node.lexpr, node.rexpr],
        [node.rexpr, node.lexpr],
      ]) {
        const column = columnOf(one);
        if (column !== undefined) use(other, { kind: "compared", column, isPattern });
      }
    } else if (kind === "InsertStmt") {
      addsRows = true;
      const [table] = [(node.relation as { relname?: string } | undefined)?.relname ?? ""];
      const names = targets(node.cols);
      const lists = ((node.selectStmt as { SelectStmt?: AnyNode } | undefined)?.SelectStmt?.valuesLists ??
        []) as readonly { List?: { items?: readonly unknown[] } }[];
      for (const { List } of lists)
        for (const [at, item] of (List?.items ?? []).entries())
          if (names[at] !== undefined)
            use(item, { kind: "added", column: { tables: [table], column: names[at].name } });
    } else if (kind === "UpdateStmt") {
      const table = (node.relation as { relname?: string } | undefined)?.relname ?? "";
      for (const { name, value } of targets(node.targetList))
        use(value, { kind: "changed", column: { tables: [table], column: name } });
    } else if (kind === "SelectStmt") {
      use(node.limitCount, { kind: "limit" });
      use(node.limitOffset, { kind: "offset" });
    }
  });
  walk(stmts, (kind, node) => {
    if (kind === "ParamRef" && !uses.has(Number(node.number))) uses.set(Number(node.number), { kind: "other" });
  });
  return { tables: [...tables], addsRows, uses };
}

/** Removes casts and single-argument calls around a column: `lower("email")`, `id::text`. */
function unwrapped(node: unknown): object {
  let at = (node ?? {}) as { TypeCast?: { arg?: unknown }; FuncCall?: { args?: readonly unknown[] } };
  for (;;) {
    const inner = at.TypeCast?.arg ?? (at.FuncCall?.args?.length === 1 ? at.FuncCall.args[0] : undefined);
    if (inner === undefined) return at;
    at = inner as typeof at;
  }
}

function targets(list: unknown): { readonly name: string; readonly value: unknown }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: { ResTarget?: { name?: string; val?: unknown } }) =>
    item.ResTarget?.name === undefined ? [] : [{ name: item.ResTarget.name, value: item.ResTarget.val }],
  );
}
