import type { Plan, PlannedColumn } from "@lockstep/core";
import { nameOf, parseSourceFile, type SourceFile, textOf, ts } from "@lockstep/core/codemods";
import { Entities } from "../entities.js";
import type { EntityFile } from "../model.js";
import { type FieldRef, findPlace, type Place } from "../place.js";
import { rowTypesOf } from "./row-type.js";

/** A piece of a declaration: a property with its decorators, or the type that a schema describes by it. */
export interface Part {
  readonly node: ts.Node;
  readonly file: SourceFile;
}

/** All that an edit of a column may change: its property, relations over it, and their types if those are declared elsewhere. */
export function partsOf(place: Place, entities: Entities): readonly Part[] {
  const members = [
    { member: place.member, owner: place.owner },
    ...place.relations.filter(({ member }) => member !== place.member),
  ];
  return members.flatMap(({ member, owner }) => [
    { node: member.node, file: member.file },
    ...rowTypesOf(owner, member.name, entities),
  ]);
}

/**
 * The current declarations that contain the columns of a plan: `makeRequired` and `reopen` restore them. A model has several if its columns
 * are inherited, embedded, or described by a schema.
 */
export function originalModels(
  files: readonly EntityFile[],
  columns: readonly (FieldRef & Pick<PlannedColumn, "model">)[],
): Plan["originalModels"] {
  const entities = new Entities(files);
  const found = new Map<string, { file: string; model: string; text: string }>();
  for (const column of columns) {
    const place = findPlace(entities, column);
    if (place === undefined) continue;
    for (const part of partsOf(place, entities)) {
      const text = textOf(statementOf(part.node), part.file);
      found.set(JSON.stringify([column.model, part.file.file, text]), {
        file: part.file.file,
        model: column.model,
        text,
      });
    }
  }
  return [...found.values()];
}

/**
 * The entities with the original declarations of a field. Undefined if the declaration itself was renamed, or the text is of something
 * else.
 */
export function withOriginal(entities: Entities, field: FieldRef, original: string): Entities | undefined {
  const place = findPlace(entities, field);
  if (place === undefined) return undefined;
  const former = parseSourceFile("original.ts", original);
  const byFile = new Map<SourceFile, Map<ts.Node, string>>();
  for (const { node, file } of partsOf(place, entities)) {
    const statement = statementOf(node);
    const match = former.ast.statements.find(
      (each) => each.kind === statement.kind && statementName(each) === statementName(statement),
    );
    if (match === undefined) continue;
    const texts = byFile.get(file) ?? new Map<ts.Node, string>();
    byFile.set(file, texts.set(statement, textOf(match, former).replace(/\r?\n/g, file.style.eol)));
  }
  const isFound = byFile.get(place.member.file)?.has(statementOf(place.member.node)) === true;
  if (!isFound) return undefined;
  const files = entities.project.files.map((file) => {
    let content = file.text;
    const statements = [...(byFile.get(file) ?? [])].sort(([a], [b]) => b.pos - a.pos);
    for (const [statement, text] of statements)
      content = content.slice(0, statement.getStart(file.ast)) + text + content.slice(statement.end);
    return { path: file.file, content };
  });
  const before = new Entities(files, entities);
  return findPlace(before, field) === undefined ? undefined : before;
}

/** The top-level statement that contains a node. */
export function statementOf(node: ts.Node): ts.Node {
  let at = node;
  while (at.parent !== undefined && !ts.isSourceFile(at.parent)) at = at.parent;
  return at;
}

function statementName(node: ts.Node): string | undefined {
  if (ts.isVariableStatement(node)) return nameOf(node.declarationList.declarations[0]?.name);
  const isNamed =
    ts.isClassDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
  if (isNamed) return node.name?.text ?? "default";
  return ts.isExpressionStatement(node) || ts.isExportAssignment(node) ? "default" : undefined;
}
