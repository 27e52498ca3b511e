import type { Node, RangeVar } from "libpg-query";
import type { ReadColumns } from "../../model/index.js";
import { tableOf } from "./read-names.js";
import { type AnyNode, nameParts, walk, walkInto } from "./walk.js";

/**
 * The tables and views that a query reads, with the columns that it names of each. An unqualified name only counts if its SELECT reads a
 * single table. With several tables, the owner is unknown without their columns.
 */
export function readsOf(query: Node | undefined): ReadColumns[] {
  const ranges: RangeVar[] = [];
  const given = new Set<string>();
  const selects: AnyNode[] = [];
  const references: AnyNode[] = [];
  const addSelect = (node: AnyNode) => {
    selects.push(node);
    for (const side of [node.larg, node.rarg]) if (side !== undefined) addSelect(side as AnyNode);
  };
  walk([query], (kind, node) => {
    if (kind === "RangeVar") ranges.push(node as RangeVar);
    if (kind === "CommonTableExpr" && typeof node.ctename === "string") given.add(node.ctename);
    if (kind === "ColumnRef") references.push(node);
    if (kind === "SelectStmt") addSelect(node);
  });
  const found = new Map(ranges.map((range) => [range, new Set<string>()]));
  for (const select of selects) {
    const { ranges: own, isAlone } = fromOf(select);
    const names = bareNames(select);
    const common = isAlone ? names : names.filter((name) => name === "*");
    for (const range of own) for (const name of common) found.get(range)?.add(name);
  }
  for (const [range, names] of found) {
    const own = range.alias?.aliasname ?? range.relname ?? "";
    for (const node of references) {
      const parts = nameParts(node.fields);
      const [column = "", of] = hasStar(node) ? ["*", parts.at(-1)] : parts.toReversed();
      if (of === own) names.add(column);
    }
  }
  return [...found].flatMap(([range, names]) => {
    if (range.schemaname === undefined && given.has(range.relname ?? "")) return [];
    const isAll = names.delete("*");
    return [{ table: tableOf(range), names: [...names], ...(isAll ? { isAll } : {}) }];
  });
}

/** The tables in FROM itself, without those of inner queries. `isAlone`: one table and nothing else. */
function fromOf({ fromClause = [] }: AnyNode): { readonly ranges: readonly RangeVar[]; readonly isAlone: boolean } {
  const ranges: RangeVar[] = [];
  let isAlone = true;
  walkInto(fromClause, (kind, node) => {
    if (kind === "JoinExpr") return "into";
    if (kind === "RangeVar") ranges.push(node as RangeVar);
    else if (kind.startsWith("Range")) isAlone = false;
    return "skip";
  });
  return { ranges, isAlone: isAlone && ranges.length === 1 };
}

/** The unqualified names in a SELECT itself, including `*`. In ORDER BY, a name may mean an output. */
function bareNames({ larg: _, rarg: __, ...select }: AnyNode): string[] {
  const outputs = new Set<string>();
  const names: string[] = [];
  walkInto(select, (kind, node) => {
    if (kind === "ResTarget" && typeof node.name === "string") outputs.add(node.name);
    if (kind === "ColumnRef" && hasStar(node) && nameParts(node.fields).length === 0) names.push("*");
    const [name, ...more] = kind === "ColumnRef" && !hasStar(node) ? nameParts(node.fields) : [];
    if (name !== undefined && more.length === 0) names.push(name);
    if (kind !== "SortBy") return kind === "SelectStmt" ? "skip" : "into";
    const sorted = (node.node as { readonly ColumnRef?: AnyNode } | undefined)?.ColumnRef;
    const [by = ""] = sorted === undefined ? [] : nameParts(sorted.fields);
    return outputs.has(by) ? "skip" : "into";
  });
  return names;
}

function hasStar({ fields }: AnyNode): boolean {
  return Array.isArray(fields) && fields.some((each: object) => "A_Star" in each);
}
