import type { Allowed, TableShape } from "../../sql/rehearsal/shapes.js";

/** Reads the output of `pg_get_constraintdef`: `CHECK ((state = ANY (ARRAY['a'::text, 'b'::text])))`, `CHECK ((price > (0)::numeric))`. */
export function allowedBy(checks: TableShape["checks"], column: string): Allowed | undefined {
  const own = checks.filter(({ columns }) => columns.length === 1 && columns[0] === column);
  let [least, greatest]: [bigint | undefined, bigint | undefined] = [undefined, undefined];
  for (const { definition } of own) {
    const list = /= ANY \(+ARRAY\[(.*?)\]\)/s.exec(definition)?.[1];
    if (list !== undefined) return { kind: "values", values: splitList(list) };
    // Common for single-row tables: CHECK ((id = 1)).
    const only = /^CHECK \(\([^()]+ = ('(?:[^']|'')*'(?:::[\w ]+)?|-?\d+|true|false)\)\)$/.exec(definition)?.[1];
    if (only !== undefined) return { kind: "values", values: [only] };
    for (const [, sign, number] of definition.matchAll(/ (>=|>|<=|<) \(?'?(-?\d+)(?:\.\d+)?'?/g)) {
      const limit = BigInt(number!);
      if (sign === ">" || sign === ">=") least = sign === ">" ? limit + 1n : limit;
      else greatest = sign === "<" ? limit - 1n : limit;
    }
  }
  if (least === undefined && greatest === undefined) return undefined;
  const from = least ?? (greatest! < 1n ? greatest! - 1000n : 1n);
  return { kind: "range", least: String(from), greatest: String(greatest ?? from + 1_000_000n) };
}

/** Splits at commas outside literals. */
function splitList(list: string): readonly string[] {
  return [...list.matchAll(/(?:'(?:[^']|'')*'|[^,'])+/g)].map(([item]) => item.trim());
}
