import type { Migration } from "@lockstep/core";
import type { Line } from "./draft.js";

const separator = ";\n";

/** Queries as one text. */
export function textOf(queries: readonly { readonly query: string }[]): string {
  return queries.map(({ query }) => query + separator).join("");
}

/** Whether every statement is unchanged. */
export function isWhole(lines: readonly Line[], { statements }: Migration): boolean {
  return lines.length === statements.length && lines.every(({ statement }) => statement !== undefined);
}

/** The queries of a draft: those with all statements left are the original ones. */
export function queriesOf<Q extends { readonly query: string }>(
  lines: readonly Line[],
  { statements }: Migration,
  queries: readonly Q[],
  make: (sql: string) => Q,
): Q[] {
  let end = 0;
  const owner = new Map<number, { readonly query: Q; readonly place: number; readonly isKept: boolean }>();
  const kept = new Set(lines.flatMap(({ statement }) => (statement === undefined ? [] : [statement.index])));
  for (const [place, query] of queries.entries()) {
    const start = end;
    end += query.query.length + separator.length;
    const own = statements.filter(({ offset }) => offset >= start && offset < end).map(({ index }) => index);
    const isKept = own.every((index) => kept.has(index));
    for (const index of own) owner.set(index, { query, place, isKept });
  }
  const done = new Set<number>();
  return lines.flatMap(({ sql, statement }) => {
    const whole = statement && owner.get(statement.index);
    if (whole?.isKept !== true) return [make(sql)];
    // A query of several statements is included once.
    const isFirst = !done.has(whole.place);
    done.add(whole.place);
    return isFirst ? [whole.query] : [];
  });
}
