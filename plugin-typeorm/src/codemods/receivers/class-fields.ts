import { fieldsOf, type SourceFile, ts } from "@lockstep/core/codemods";
import { evaluateBase } from "./evaluate-instance.js";
import type { LookupContext } from "./lookup-context.js";
import { nothingBound } from "./orm-value.js";

/** The fields of a class and of those that it extends, as far as they are in view. */
export function allFieldsOf(
  node: ts.ClassDeclaration,
  file: SourceFile,
  where: LookupContext,
): ReadonlyMap<string, ts.PropertyDeclaration> {
  const fields = new Map(fieldsOf(node));
  let owner = evaluateBase({ kind: "members", node, file, bound: nothingBound }, where, 0);
  for (let depth = 0; owner?.kind === "members" && depth < 8; depth += 1) {
    if (!ts.isClassLike(owner.node)) break;
    for (const [name, field] of fieldsOf(owner.node)) if (!fields.has(name)) fields.set(name, field);
    owner = evaluateBase(owner, where, depth);
  }
  return fields;
}
