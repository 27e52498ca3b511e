import type { Allowed, TableShape } from "../../sql/rehearsal/shapes.js";

/** Reads checks as the servers print them: `` `state` in ('a','b') ``, MySQL's `` (`state` in ('a','b')) ``, `` `price` > 0 ``. */
export function allowedBy(checks: TableShape["checks"], column: string): Allowed | undefined {
  const own = checks.filter(({ columns }) => columns.length === 1 && columns[0] === column);
  let [least, greatest]: [bigint | undefined, bigint | undefined] = [undefined, undefined];
  for (const { definition: text } of own) {
    const list = /^\(?`(?:[^`]|``)+` in \(((?:(?:_\w+)?'(?:[^'\\]|\\.|'')*'|-?\d+|,|\s)+)\)\)?$/i.exec(text)?.[1];
    if (list !== undefined)
      return { kind: "values", values: [...list.matchAll(/'(?:[^'\\]|\\.|'')*'|-?\d+/g)].map(([item]) => item) };
    for (const [, sign, number] of text.matchAll(/` (>=|>|<=|<) (-?\d+)\b/g)) {
      const limit = BigInt(number!);
      if (sign === ">" || sign === ">=") least = sign === ">" ? limit + 1n : limit;
      else greatest = sign === "<" ? limit - 1n : limit;
    }
    const [, from, to] = /` between (-?\d+) and (-?\d+)/i.exec(text) ?? [];
    if (from !== undefined) [least, greatest] = [BigInt(from), BigInt(to!)];
  }
  if (least === undefined && greatest === undefined) return undefined;
  const from = least ?? (greatest! < 1n ? greatest! - 1000n : 1n);
  return { kind: "range", least: String(from), greatest: String(greatest ?? from + 1_000_000n) };
}
