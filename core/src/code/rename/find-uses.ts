import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import { applySplices, type Splice } from "../ast/splice.js";
import { declaresIn, FieldSymbols, nameOfOwner, ownerOf } from "./field-symbols.js";
import { type OpenOffset, openPlaces } from "./open-places.js";
import type { RenamedName } from "./request.js";
import { type KeySets, keySet, usesIn } from "./uses-in.js";

/** A name, and whether its types are in a file. */
export interface NameInFiles extends RenamedName {
  isIn(file: string): boolean;
}

/** What a program contains of the renamed names. Paths are absolute. */
export interface FoundUses {
  readonly after: ReadonlyMap<string, string>;
  readonly uses: number;
  readonly untyped: number;
  readonly open: readonly (OpenOffset & { readonly source: compiler.SourceFile })[];
}

/** The files that declare the names, with the new ones. */
export function declarationsOf(program: compiler.Program, names: readonly NameInFiles[]): ReadonlyMap<string, string> {
  return new Map(
    program.getSourceFiles().flatMap((source) => {
      const splices = names.flatMap((name) => declared(source, name));
      return splices.length === 0 ? [] : [[source.fileName, applySplices(source.text, splices)] as const];
    }),
  );
}

/** Finds the uses of names in files. */
export function findUses(
  program: compiler.Program,
  files: readonly string[],
  names: readonly NameInFiles[],
): FoundUses {
  const checker = program.getTypeChecker();
  const sources = files.flatMap((file) => program.getSourceFile(file) ?? []);
  const found = names.map((each) => {
    const declares = declaresIn(each, (file) => each.isIn(file));
    const field = new FieldSymbols(checker, each, each.isIn);
    const keys = keySets(program, each, declares);
    return sources.map((source) => ({
      source,
      own: source.text.includes(each.name) ? usesIn(source, field, each.newName, keys) : undefined,
      others: openPlaces(source, field, each.newName),
    }));
  });
  const all = found.flat();
  const splices = new Map<compiler.SourceFile, Splice[]>();
  for (const { source, own } of all)
    if (own !== undefined && own.splices.length > 0)
      splices.set(source, [...(splices.get(source) ?? []), ...own.splices]);
  return {
    after: new Map([...splices].map(([source, of]) => [source.fileName, applySplices(source.text, of)])),
    uses: [...splices.values()].flat().length,
    untyped: all.reduce((sum, { own }) => sum + (own?.untyped ?? 0), 0),
    open: all.flatMap(({ source, own, others }) =>
      [...(own?.open ?? []), ...others].map((place) => ({ ...place, source })),
    ),
  };
}

function declared(source: compiler.SourceFile, name: NameInFiles): readonly Splice[] {
  if (!name.isIn(source.fileName) || !source.text.includes(name.name)) return [];
  const declares = declaresIn(name, () => true);
  const owns = new RegExp(name.types);
  const splices: Splice[] = [];
  const replace = (node: compiler.Node) => {
    const quotes = ts.isIdentifier(node) ? 0 : 1;
    splices.push({ start: node.getStart(source) + quotes, end: node.end - quotes, text: name.newName });
  };
  const visit = (node: compiler.Node): void => {
    ts.forEachChild(node, visit);
    if (declares(node)) replace((node as compiler.PropertySignature).name);
    // The values of a field enum, and the keys of a type: `GetOmit<"id" | "name", …>`.
    if (name.file !== undefined || !ts.isStringLiteral(node) || node.text !== name.name) return;
    const owner = ownerOf(node);
    if (owner !== undefined && owns.test(nameOfOwner(owner))) replace(node);
  };
  visit(source);
  return splices;
}

/** The lists of keys of all types that declare the name. */
function keySets(
  program: compiler.Program,
  { name, isIn }: NameInFiles,
  declares: (node: compiler.Node) => boolean,
): KeySets {
  const checker = program.getTypeChecker();
  const own = new Set<string>();
  const others = new Set<string>();
  const visit = (node: compiler.Node): void => {
    ts.forEachChild(node, visit);
    // Of values, only generated ones have types of their own: field enums.
    const members = ts.isObjectLiteralExpression(node) && !isIn(node.getSourceFile().fileName) ? [] : membersOf(node);
    if (!members.some((member) => nameOf(member.name as ts.PropertyName) === name)) return;
    // A class has the members of its bases.
    const names = ts.isClassDeclaration(node)
      ? checker.getPropertiesOfType(checker.getTypeAtLocation(node)).map((each) => each.name)
      : members.flatMap((member) => nameOf(member.name as ts.PropertyName) ?? []);
    (members.some(declares) ? own : others).add(keySet(names));
  };
  for (const source of program.getSourceFiles()) {
    const isRead = isIn(source.fileName) || !source.fileName.includes("/node_modules/");
    if (isRead && source.text.includes(name)) visit(source);
  }
  return { own, others };
}

function membersOf(
  node: compiler.Node,
): readonly (compiler.TypeElement | compiler.ClassElement | compiler.ObjectLiteralElement)[] {
  if (ts.isTypeLiteralNode(node) || ts.isInterfaceDeclaration(node)) return node.members;
  if (ts.isClassDeclaration(node)) return node.members;
  return ts.isObjectLiteralExpression(node) ? node.properties : [];
}
