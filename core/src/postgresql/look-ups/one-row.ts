import { type AnyNode, nameParts, walk } from "../read/walk.js";
import type { Reading, Scope, Source } from "./model.js";
import { constantOf, hasAggregate, listOf, outputName, resolveOwn, soleName } from "./names.js";

/** `a.x = <value>`; `value` is an expression, or a column of another source. */
export interface Equation {
  /** Undefined: found through `node`. */
  readonly source?: Source;
  readonly column?: string;
  readonly node?: AnyNode;
  readonly value: unknown;
  /** The sources whose rows the equation restricts; undefined: all. */
  readonly narrowed: readonly Source[] | undefined;
}

/** Collects the equations of a condition: the parts of its AND. */
export function addEquations(condition: unknown, narrowed: Equation["narrowed"], equations: Equation[]): void {
  const { BoolExpr, A_Expr } = (condition ?? {}) as Readonly<Record<string, AnyNode>>;
  if (BoolExpr?.boolop === "AND_EXPR")
    for (const part of listOf(BoolExpr.args)) addEquations(part, narrowed, equations);
  if (A_Expr?.kind !== "AEXPR_OP" || nameParts(A_Expr.name).at(-1) !== "=") return;
  for (const [one, other] of [
    [A_Expr.lexpr, A_Expr.rexpr],
    [A_Expr.rexpr, A_Expr.lexpr],
  ]) {
    const node = (one as { ColumnRef?: AnyNode } | undefined)?.ColumnRef;
    if (node !== undefined) equations.push({ node, value: other, narrowed });
  }
}

export interface Determined {
  readonly determined: ReadonlySet<Source>;
  readonly equated: ReadonlyMap<Source, ReadonlySet<string>>;
  readonly isOfParent: boolean;
  readonly loose: string | undefined;
}

/** Finds the sources with at most one row: those whose unique key equals values that are already known. Repeats for newly found ones. */
export function determine(
  sources: readonly Source[],
  equations: readonly Equation[],
  scope: Scope,
  reading: Reading,
): Determined {
  const determined = new Set<Source>();
  const equated = new Map<Source, Set<string>>(sources.map((source) => [source, new Set()]));
  let isOfParent = sources.every(({ isPlain }) => isPlain);
  for (let before = -1; before !== determined.size + sum(equated); ) {
    before = determined.size + sum(equated);
    for (const { source, column, node, value, narrowed } of equations) {
      const target = source === undefined ? resolveOwn(node, scope, reading) : { source, column: column ?? "" };
      if (target === undefined || !equated.has(target.source)) continue;
      if (narrowed !== undefined && !narrowed.includes(target.source)) continue;
      if (isKnown(value, scope, { determined, equated }, reading)) equated.get(target.source)?.add(target.column);
    }
    for (const source of sources) {
      const columns = equated.get(source);
      if (source.uniqueKeys.some((key) => key.every((name) => columns?.has(name)))) determined.add(source);
    }
  }
  // A row found by this row's own key references it, so it is inserted later.
  const used = new Set<string>();
  for (const { value } of equations)
    walk(value, (kind, node) => {
      if (kind === "ColumnRef" && reading.references.get(node)?.kind === "row")
        used.add(nameParts(node.fields).at(-1) ?? "");
    });
  const { rowKey } = reading;
  if (rowKey.length > 0 && rowKey.every((name) => used.has(name))) isOfParent = false;
  const loose = sources.find((source) => !determined.has(source));
  return {
    determined,
    equated,
    isOfParent: isOfParent && loose === undefined,
    loose: loose?.table?.name ?? loose?.name,
  };
}

function sum(equated: ReadonlyMap<Source, ReadonlySet<string>>): number {
  return [...equated.values()].reduce((all, { size }) => all + size, 0);
}

/** Whether a value is the same for all rows read: from the row, a constant, or from a source with one row. */
export function isKnown(
  value: unknown,
  scope: Scope,
  { determined, equated }: Pick<Determined, "determined" | "equated">,
  reading: Reading,
): boolean {
  const own = value as { source?: Source; column?: string } | undefined;
  if (own?.source !== undefined)
    return determined.has(own.source) || equated.get(own.source)?.has(own.column ?? "") === true;
  let known = true;
  walk({ value }, (kind, node) => {
    if (kind !== "ColumnRef") return;
    const found = resolveOwn(node, scope, reading);
    if (found === undefined) return;
    known &&= determined.has(found.source) || equated.get(found.source)?.has(found.column) === true;
  });
  return known;
}

/** The unique keys of a SELECT's rows, by output name. */
export function keysOf(
  select: AnyNode,
  outputs: readonly AnyNode[],
  sources: readonly Source[],
  scope: Scope,
  { determined }: Determined,
  known: (value: unknown) => boolean,
  reading: Reading,
): Source["uniqueKeys"] {
  const limit = constantOf(select.limitCount) as { ival?: { ival?: number } } | undefined;
  const groups = listOf(select.groupClause);
  const isGrouped = groups.length > 0;
  if (limit?.ival?.ival === 1) return [[]];
  if (!isGrouped && hasAggregate(select)) return [[]];
  if (isGrouped ? groups.every(known) : sources.every((source) => determined.has(source))) return [[]];
  const named = (value: unknown) => {
    const own = JSON.stringify(withoutPlaces(value));
    const at = outputs.findIndex(
      (output) => JSON.stringify(withoutPlaces(output.val)) === own || output.name === soleName(value),
    );
    return at === -1 ? undefined : outputName(outputs[at] ?? {});
  };
  const distinct = listOf(select.distinctClause);
  // Plain DISTINCT has an empty node; DISTINCT ON lists its expressions.
  const over = distinct.filter((each) => Object.keys(each as object).length > 0);
  const keys: (readonly (string | undefined)[])[] = [
    ...(isGrouped ? [groups.filter((group) => !known(group)).map(named)] : []),
    ...(over.length > 0 ? [over.map(named)] : distinct.length > 0 ? [outputs.map(outputName)] : []),
  ];
  const [only, ...others] = sources;
  // The rows of one table, with its key in the outputs.
  if (!isGrouped && only !== undefined && others.length === 0)
    for (const key of only.uniqueKeys)
      keys.push(
        key.map((column) => {
          const output = outputs.find(({ val }) => {
            const node = (val as { ColumnRef?: AnyNode } | undefined)?.ColumnRef;
            return resolveOwn(node, scope, reading)?.column === column;
          });
          return output && outputName(output);
        }),
      );
  return keys.filter((key): key is readonly string[] => key.every((name) => name !== undefined));
}

function withoutPlaces(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node ?? null, (key, value) => (key === "location" ? undefined : value)));
}
