import type { ts } from "./compiler.js";
import { fillersIn, isFilled, nodeOf } from "./fillers.js";
import { keyIn, keysOfShape, type ShapeNode } from "./shape-types.js";
import type { PlaceNode } from "./source-file.js";
import type { TransformContext } from "./transform.js";

/** By place: those without which its edit would not compile, or would leave its value unset. */
export type Couplings = ReadonlyMap<PlaceNode, ReadonlySet<PlaceNode>>;

/** What belongs together: a type that names the fields, and the code that fills it. */
export function couplingsIn(context: TransformContext): Couplings {
  return context.memo("couplings", () => {
    const needs = new Map<ts.Node, Set<ts.Node>>();
    const add = (node: ts.Node, needed: ts.Node) => needs.set(node, (needs.get(node) ?? new Set()).add(needed));
    for (const filler of fillersIn(context)) {
      if (isFilled(filler) || filler.type.kind !== "shape") continue;
      const node = nodeOf(filler);
      const { shape } = filler.type;
      if (keysOfShape(shape).has(keyIn(shape, context))) continue;
      add(node, shape.node);
      for (const declared of declaredBy(shape)) add(declared, node);
    }
    return needs;
  });
}

/** Where the keys of a shape come from: its own declaration, and those that it extends. */
function declaredBy(shape: ShapeNode): readonly ts.Node[] {
  return shape.kind === "zod" ? [shape.node, ...shape.bases] : [shape.node];
}
