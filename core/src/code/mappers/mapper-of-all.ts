import type { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { type Copies, type Copy, copyIn, isOfRow } from "../flow/copied-columns.js";
import { keyStyles } from "../names/key-styles.js";

/** Values that copy every column, each under its own name. */
export function wholeCopyOf(
  values: ReadonlyMap<string, ts.Expression>,
  file: SourceFile,
  context: TransformContext,
): Copies | undefined {
  if (context.columns.length < 3 || values.size < context.columns.length) return undefined;
  const keyOf = keyStyles.find((style) => context.columns.every(({ name }) => values.has(style(name))));
  if (keyOf === undefined) return undefined;
  const copies = new Map<string, Copy>();
  for (const { name } of context.columns) {
    const copy = copyIn(values.get(keyOf(name)), name);
    const [first] = copies.values();
    if (copy === undefined || (first !== undefined && copy.row !== first.row)) return undefined;
    copies.set(name, copy);
  }
  const [first] = copies.values();
  if (first === undefined || !isOfRow(first, file, context)) return undefined;
  return { copies, keys: context.columns.map(({ name }) => keyOf(name)), keyOf, tie: "type" };
}
