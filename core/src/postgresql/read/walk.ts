/** An untyped node of the parse tree: node kinds differ too much for a common type. */
export type AnyNode = Readonly<Record<string, unknown>>;

/**
 * Calls `visit` for every node of a parse tree, parents first. Node kinds are the keys that start with a capital.
 *
 * @example walk(tree, (kind, node) => { if (kind === "ColumnRef") found.push(node); });
 */
export function walk(tree: unknown, visit: (kind: string, node: AnyNode) => void): void {
  if (Array.isArray(tree)) {
    for (const item of tree) walk(item, visit);
    return;
  }
  if (typeof tree !== "object" || tree === null) return;
  for (const key in tree) {
    const value = (tree as AnyNode)[key];
    if (typeof value !== "object" || value === null) continue;
    if (isCapital(key)) visit(key, value as AnyNode);
    walk(value, visit);
  }
}

function isCapital(key: string): boolean {
  const code = key.charCodeAt(0);
  return code >= 65 && code <= 90;
}

/** Like `walk`, but skips the children of a node if `visit` returns "skip". */
export function walkInto(tree: unknown, visit: (kind: string, node: AnyNode) => "into" | "skip"): void {
  if (Array.isArray(tree)) {
    for (const item of tree) walkInto(item, visit);
    return;
  }
  if (typeof tree !== "object" || tree === null) return;
  for (const [key, value] of Object.entries(tree)) {
    const isNode = isCapital(key) && typeof value === "object" && value !== null;
    if (!isNode || visit(key, value as AnyNode) === "into") walkInto(value, visit);
  }
}

/** The strings in a list of String nodes: the parts of a name. */
export function nameParts(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: { String?: { sval?: string } }) => (item.String ? [item.String.sval ?? ""] : []));
}

/** Every column that a parse tree names, each once: in keys and in expressions. */
export function columnsOf(tree: unknown): string[] {
  const found = new Set<string>();
  walk(tree, (kind, node) => {
    if (kind === "IndexElem" && typeof node.name === "string") found.add(node.name);
    if (kind === "ColumnRef") for (const name of nameParts(node.fields).slice(-1)) found.add(name);
  });
  return [...found];
}

/** The functions that a parse tree calls, with their schema if it is given. */
export function functionsIn(tree: unknown): string[] {
  const found = new Set<string>();
  walk(tree, (kind, part) => {
    if (kind === "FuncCall") found.add(nameParts(part.funcname).join("."));
  });
  return [...found];
}
