import { fieldsOf, lookUp, pathOf, type Resolved, type SourceFile, ts } from "@lockstep/core/codemods";
import type { LookupContext } from "./lookup-context.js";
import { isTypeorm } from "./modules.js";

/** The base of a class or an interface. */
export interface Base {
  /** As written in `file`. */
  readonly type: ts.ExpressionWithTypeArguments;
  readonly file: SourceFile;
  readonly found: Resolved | undefined;
}

/** The bases of a class by name, nearest first; the last one is out of view. */
export function* basesOf(
  node: ts.ClassLikeDeclaration | ts.InterfaceDeclaration,
  file: SourceFile,
  { project }: LookupContext,
): Iterable<Base> {
  // Classes can extend each other by mistake. Real code does not nest deeper.
  for (let [at, its] = [node, file], depth = 0; depth < 8; depth += 1) {
    const type = at.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    if (type === undefined) return;
    const found = lookUp(project, its, pathOf(type.expression)[0] ?? "", "type");
    yield { type, file: its, found };
    if (found?.kind !== "declaration") return;
    if (!ts.isClassDeclaration(found.node) && !ts.isInterfaceDeclaration(found.node)) return;
    [at, its] = [found.node, found.file];
  }
}

/** The fields of a class and of its bases, as far as they are in view. */
export function allFieldsOf(
  node: ts.ClassDeclaration,
  file: SourceFile,
  where: LookupContext,
): ReadonlyMap<string, ts.PropertyDeclaration> {
  const fields = new Map(fieldsOf(node));
  for (const { found } of basesOf(node, file, where)) {
    if (found?.kind !== "declaration" || !ts.isClassDeclaration(found.node)) break;
    for (const [name, field] of fieldsOf(found.node)) if (!fields.has(name)) fields.set(name, field);
  }
  return fields;
}

/** Whether a class inherits `create`, `save` and the like from TypeORM's BaseEntity. */
export function isActiveRecord(node: ts.ClassDeclaration, file: SourceFile, where: LookupContext): boolean {
  return [...basesOf(node, file, where)].some(({ found }) => {
    return found?.kind === "external" && found.name === "BaseEntity" && isTypeorm(found.specifier);
  });
}
