import { aggregates, setReturning } from "../builtins.js";
import { type AnyNode, nameParts, walkInto } from "../read/walk.js";
import { type Reading, type Resolved, type Scope, type Source, UnreadLookUp } from "./model.js";

/** Resolves names as PostgreSQL does: the innermost query that has the name wins. Otherwise it belongs to the row. */
export function resolve(node: AnyNode, scope: Scope | undefined): Resolved {
  const fields = nameParts(node.fields);
  const column = fields.at(-1) ?? "";
  const [schema, name] = fields.length > 2 ? fields.slice(-3, -1) : [undefined, fields.at(-2)];
  for (let at = scope; at !== undefined; at = at.outer) {
    const source = at.sources.find((each) =>
      name === undefined
        ? each.columns.includes(column)
        : each.name === name && (schema === undefined || each.table?.schema === schema),
    );
    if (source !== undefined) return { kind: "source", source, column, isKnown: source.columns.includes(column) };
  }
  return { kind: "row" };
}

/** A column of this query. undefined: it belongs to the row, or to an outer or inner query. */
export function resolveOwn(
  node: AnyNode | undefined,
  scope: Scope,
  { references }: Reading,
): { source: Source; column: string } | undefined {
  if (node === undefined) return undefined;
  const found = references.get(node) ?? resolve(node, scope);
  return found.kind === "source" && scope.sources.includes(found.source) ? found : undefined;
}

/** The name of an output. The names that PostgreSQL gives to other expressions are unknown here. */
export function outputName({ name, val }: AnyNode): string {
  if (typeof name === "string") return name;
  const { ColumnRef, FuncCall } = (val ?? {}) as Readonly<Record<string, AnyNode>>;
  return nameParts(ColumnRef?.fields ?? FuncCall?.funcname).at(-1) ?? "?column?";
}

export function isStar(node: unknown): boolean {
  const fields = (node as { ColumnRef?: AnyNode } | undefined)?.ColumnRef?.fields;
  return Array.isArray(fields) && fields.some((field: object) => "A_Star" in field);
}

/** The name, if the expression is only a name. */
export function soleName(node: unknown): string | undefined {
  const fields = (node as { ColumnRef?: AnyNode } | undefined)?.ColumnRef?.fields;
  const names = nameParts(fields);
  return names.length === 1 ? names[0] : undefined;
}

/** The value of a literal without its location. */
export function constantOf(node: unknown): unknown {
  const constant = (node as { A_Const?: AnyNode } | undefined)?.A_Const;
  return constant === undefined ? undefined : { ...constant, location: 0 };
}

/** Whether this query has an aggregate, ignoring inner queries. */
export function hasAggregate(select: AnyNode): boolean {
  let found = false;
  walkInto([select.targetList, select.havingClause], (kind, node) => {
    if (kind === "SubLink") return "skip";
    const name = kind === "FuncCall" ? (nameParts(node.funcname).at(-1) ?? "") : "";
    if (node.agg_star === true || aggregates.has(name) || kind === "JsonObjectAgg" || kind === "JsonArrayAgg")
      found = true;
    if (setReturning.has(name)) throw new UnreadLookUp(`${name}() returns several rows`);
    return "into";
  });
  return found;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
