import { type EntityField, typeInCode } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { declarationFrom } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import { isAnyJson, textOfType } from "../ast/type-text.js";
import { patternColumns } from "../contract/pattern-columns.js";
import type { EditFinding, TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";
import { plainTypes } from "../types/plain-types.js";
import { insertMember } from "../write/member-edit.js";
import { addNamedImports } from "../write/named-imports.js";

/** The type of a new member, and the name to import for it. */
export interface MemberType {
  readonly text: string;
  readonly imported?: { readonly name: string; readonly from: string };
}

type Members = ts.InterfaceDeclaration | ts.TypeLiteralNode;

/**
 * The type of the new field in a type: the plain type, that of a column of the same type, an enum from the same import as others, or the
 * type that all members share. Undefined if a person must decide it.
 */
export function memberType(node: Members, file: SourceFile, context: TransformContext): MemberType | undefined {
  const { field, columns } = context;
  const plain = plainTypes[typeInCode(field)];
  if (plain !== undefined) return { text: field.isList ? `${plain}[]` : plain };
  const types = typesByColumn(node, columns);
  const alike = patternColumns(context).find(({ column }) => types.has(column))?.column;
  const text = textOfType(alike && types.get(alike), file) ?? onlyText(node, file);
  if (text !== undefined && (field.type !== "json" || isAnyJson(text))) return { text };
  return field.type === "enum" && !field.isList ? enumType(types, file, context) : undefined;
}

function typesByColumn(node: Members, columns: readonly EntityField[]): ReadonlyMap<EntityField, ts.TypeNode> {
  const found = new Map<EntityField, ts.TypeNode>();
  for (const member of node.members) {
    if (!ts.isPropertySignature(member) || member.type === undefined || !ts.isIdentifier(member.name)) continue;
    const { text } = member.name;
    const column = columns.find(({ name }) => keyStyles.some((keyOf) => keyOf(name) === text));
    if (column !== undefined) found.set(column, member.type);
  }
  return found;
}

/** `SortOrder` of `{ name?: SortOrder; email?: SortOrder }`. */
function onlyText({ members }: Members, file: SourceFile): string | undefined {
  const texts = new Set(
    members.map((each) => (ts.isPropertySignature(each) ? textOfType(each.type, file) : undefined)),
  );
  const [only] = texts;
  return members.length > 2 && texts.size === 1 ? only : undefined;
}

/** `Status`, if another enum of the models is imported: it comes from the same module. */
function enumType(
  types: ReadonlyMap<EntityField, ts.TypeNode>,
  file: SourceFile,
  { field }: TransformContext,
): MemberType | undefined {
  const name = field.enumName;
  if (name === undefined) return undefined;
  const from = (known: string) => {
    const declared = declarationFrom(file.ast, known);
    if (declared === undefined || !ts.isImportSpecifier(declared) || declared.propertyName !== undefined)
      return undefined;
    const { moduleSpecifier } = declared.parent.parent.parent;
    return ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
  };
  if (from(name) !== undefined) return { text: name };
  for (const [column, type] of types) {
    const known = column.type === "enum" ? textOfType(type, file) : undefined;
    const module = known !== undefined && known === column.enumName ? from(known) : undefined;
    if (module !== undefined) return { text: name, imported: { name, from: module } };
  }
  return undefined;
}

/** Adds a member with the import that its type needs; undefined if either is not possible. */
export function addMember(
  node: Members,
  text: string,
  { imported }: Pick<MemberType, "imported">,
  what: string,
  file: SourceFile,
): readonly EditFinding[] | undefined {
  const inserted = insertMember(node, text, file);
  const imports = imported === undefined ? [] : addNamedImports(imported.from, [imported.name], file);
  return inserted && imports && [{ kind: "edit", what, ...inserted }, ...imports];
}
