import { fieldsOf, type SourceFile, ts } from "@lockstep/core/codemods";
import { baseThing } from "./instances-of-classes.js";
import { nothingBound } from "./things.js";
import type { Where } from "./where.js";

/** The fields of a class and of those that it extends, as far as they are in view. */
export function allFieldsOf(
  node: ts.ClassDeclaration,
  file: SourceFile,
  where: Where,
): ReadonlyMap<string, ts.PropertyDeclaration> {
  const fields = new Map(fieldsOf(node));
  let owner = baseThing({ kind: "members", node, file, bound: nothingBound }, where, 0);
  for (let depth = 0; owner?.kind === "members" && depth < 8; depth += 1) {
    if (!ts.isClassLike(owner.node)) break;
    for (const [name, field] of fieldsOf(owner.node)) if (!fields.has(name)) fields.set(name, field);
    owner = baseThing(owner, where, depth);
  }
  return fields;
}
