import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp, lookUpMember, type Project, type Resolved, type Space } from "../project/project.js";

/** An occurrence of a declaration's name, in its own file or in one that imports it. */
export interface Reference {
  readonly node: ts.Identifier;
  readonly file: SourceFile;
}

/** A top-level declaration of a file. Without a name it has no references. */
export interface Declared {
  readonly name: string | undefined;
  readonly file: SourceFile;
}

/** Includes other names from imports and re-exports, and `import * as`. */
export function referencesTo(declared: Declared, context: Pick<TransformContext, "project">): readonly Reference[] {
  const { project } = context;
  const ofProject = known.get(project) ?? new Map<string, readonly Reference[]>();
  known.set(project, ofProject);
  const key = `${declared.file.file}#${declared.name}`;
  const found = ofProject.get(key) ?? findReferences(declared, context);
  ofProject.set(key, found);
  return found;
}

const known = new WeakMap<Project, Map<string, readonly Reference[]>>();

function findReferences(declared: Declared, context: Pick<TransformContext, "project">): readonly Reference[] {
  if (declared.name === undefined) return [];
  const { files } = context.project;
  const names = new Set([declared.name]);
  const found: Reference[] = [];
  // The loop also visits names that are added while it runs.
  for (const name of names) {
    for (const file of files) {
      const nodes = file.identifiers(name);
      if (nodes.length === 0) continue;
      for (const node of nodes) {
        const { parent } = node;
        const isRenamed = ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent);
        if (isRenamed && parent.propertyName === node) names.add(parent.name.text);
      }
      const isKnown = leadsTo(file, name, declared, context);
      for (const node of nodes) {
        if (isKnown || isInNamespace(node, file, declared, context)) found.push({ node, file });
      }
    }
  }
  return found;
}

function leadsTo(
  file: SourceFile,
  name: string,
  declared: Declared,
  context: Pick<TransformContext, "project">,
): boolean {
  if (file === declared.file && name === declared.name) return true;
  const { project } = context;
  return isIt(lookUp(project, file, name, "type") ?? lookUp(project, file, name, "value"), declared);
}

/** `schemas.UserResponse` after `import * as schemas from "./schemas"` */
function isInNamespace(
  node: ts.Identifier,
  file: SourceFile,
  declared: Declared,
  context: Pick<TransformContext, "project">,
): boolean {
  const { parent } = node;
  const owner =
    ts.isPropertyAccessExpression(parent) && parent.name === node
      ? parent.expression
      : ts.isQualifiedName(parent) && parent.right === node
        ? parent.left
        : undefined;
  if (owner === undefined) return false;
  const found = (space: Space) => lookUpMember(context.project, file, owner, node.text, space);
  return isIt(found("type") ?? found("value"), declared);
}

function isIt(found: Resolved | undefined, declared: Declared): boolean {
  if (found?.kind !== "declaration" || found.file !== declared.file) return false;
  const { name } = found.node;
  return name !== undefined && ts.isIdentifier(name) && name.text === declared.name;
}
