import type { EntityField, ScalarType } from "@lockstep/core";
import {
  lookUp,
  nameOf,
  type Project,
  propertiesOf,
  type SourceFile,
  ts,
  unwrap,
  wrapperOf,
} from "@lockstep/core/codemods";
import { declaredConversion } from "./conversions/declared.js";
import type { ColumnMember, Value } from "./model.js";
import { type Options, resolveValue, stringOf } from "./value.js";

/** The type of a column in code. */
export type FieldType = Pick<EntityField, "type" | "codeType" | "enumName" | "enumValues" | "isList" | "conversion">;

const byDatabase: readonly (readonly [RegExp, ScalarType])[] = [
  [/^(?:int|int2|int4|integer|smallint|mediumint|year)$/, "int"],
  [/^(?:int8|bigint)$/, "bigint"],
  [/^(?:real|float|float4|float8|double(?: precision)?)$/, "float"],
  [/^(?:decimal|numeric|money|dec|fixed)$/, "decimal"],
  [/^bool(?:ean)?$/, "boolean"],
  [/^(?:timestamp|timestamptz|date(?:time)?$)/, "datetime"],
  [/^(?:json|jsonb|simple-json|hstore)$/, "json"],
  [/^(?:bytea|(?:var)?binary|(?:tiny|medium|long)?blob)$/, "bytes"],
  [/^(?:enum|simple-enum)$/, "enum"],
];

/**
 * By the column's type in the database, else by the property's, which TypeORM would reflect. Members of TypeScript enums have their names
 * (`Admin` of `Role.Admin`), entries of a list their values.
 */
export function fieldType(member: ColumnMember, options: Options, project: Project): FieldType {
  const option = options.get("type");
  const given = member.typeArgument ? { node: member.typeArgument, file: member.file } : option;
  const name = given && (stringOf(given.node, given.file, project) ?? constructorName(given.node));
  const stored = storedType(member, options, name, project);
  const conversion = declaredConversion(member, options, name, stored.type, project);
  if (conversion === undefined) return stored;
  if (conversion.isBuiltIn === true || name?.startsWith("simple-")) return { ...stored, conversion };
  const codeType = convertedType(stored.type, propertyType(member));
  return { ...stored, ...(codeType === stored.type ? {} : { codeType }), conversion };
}

/** The type of a value that the app's own code converts. The app's own classes have no plain type. */
function convertedType(stored: ScalarType, property: ScalarType | undefined): ScalarType {
  if (property === undefined) return "bytes";
  return property === "int" && stored !== "int" && stored !== "bigint" ? "float" : property;
}

function storedType(
  member: ColumnMember,
  options: Options,
  name: string | undefined,
  project: Project,
): Omit<FieldType, "conversion"> {
  const property = propertyType(member);
  const isSimpleArray = name === "simple-array";
  // MySQL's set: several values of an enum.
  const isList = isSimpleArray || name === "set" || options.get("array")?.node.kind === ts.SyntaxKind.TrueKeyword;
  const values = options.get("enum");
  if (values !== undefined) return { ...enumOf(values, options, member.file, project), isList };
  const ordinary = byDecorator[member.mark.decorator ?? ""];
  if (name === undefined && ordinary !== undefined)
    return { type: isUuid(member, project) ? "string" : ordinary, isList };
  // A number, or an old-style boolean: the property's type decides.
  if (name === "tinyint") return { type: property === "boolean" ? property : "int", isList };
  const stored = name === undefined ? undefined : (byConstructor[name] ?? databaseType(name));
  const isString = property === "string" && name !== undefined && asString.test(name);
  return {
    type: isSimpleArray ? "string" : (stored ?? property ?? "string"),
    ...(isString && { codeType: "string" as const }),
    isList,
  };
}

/** TypeORM returns these as strings. A property declared as something else has a transformer, or other settings of the driver. */
const asString = /^(?:date|int8|bigint|decimal|numeric|money|dec|fixed)$/;

const byConstructor: Readonly<Record<string, ScalarType>> = {
  String: "string",
  Number: "int",
  Boolean: "boolean",
  Date: "datetime",
  Buffer: "bytes",
};

/** The types of special column decorators. */
const byDecorator: Readonly<Record<string, ScalarType>> = {
  PrimaryGeneratedColumn: "int",
  VersionColumn: "int",
  TreeLevelColumn: "int",
  CreateDateColumn: "datetime",
  UpdateDateColumn: "datetime",
  DeleteDateColumn: "datetime",
};

/** `@PrimaryGeneratedColumn("uuid")`. */
function isUuid({ mark, file }: ColumnMember, project: Project): boolean {
  return stringOf(mark.call?.arguments[0], file, project) === "uuid";
}

/** `type: String`, `type: Number`. */
function constructorName(node: ts.Expression): string | undefined {
  return ts.isIdentifier(node) ? node.text : undefined;
}

function databaseType(name: string): ScalarType {
  return byDatabase.find(([pattern]) => pattern.test(name))?.[1] ?? "string";
}

/** The declared type of the property. Undefined unless it is a plain type. */
function propertyType({ node }: ColumnMember): ScalarType | undefined {
  if (ts.isPropertyAssignment(node) || ts.isAccessor(node) || node.type === undefined) return undefined;
  const types = ts.isUnionTypeNode(node.type) ? node.type.types : [node.type];
  const kinds = new Set(types.filter((type) => !isNothing(type)).map(plainType));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

function plainType(type: ts.TypeNode): ScalarType | undefined {
  switch (type.kind) {
    case ts.SyntaxKind.StringKeyword:
      return "string";
    case ts.SyntaxKind.NumberKeyword:
      return "int";
    case ts.SyntaxKind.BigIntKeyword:
      return "bigint";
    case ts.SyntaxKind.BooleanKeyword:
      return "boolean";
    default:
      break;
  }
  if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return "string";
  const name = ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) ? type.typeName.text : undefined;
  return name === undefined ? undefined : { Date: "datetime" as const, Buffer: "bytes" as const }[name];
}

function isNothing(type: ts.TypeNode): boolean {
  if (type.kind === ts.SyntaxKind.UndefinedKeyword) return true;
  return ts.isLiteralTypeNode(type) && type.literal.kind === ts.SyntaxKind.NullKeyword;
}

/** The enum of an option: a TypeScript enum, a constant object, or a list of values. */
function enumOf(values: Value, options: Options, file: SourceFile, project: Project): Omit<FieldType, "isList"> {
  const { node } = values;
  if (ts.isArrayLiteralExpression(node)) {
    const texts = node.elements.map((each) => stringOf(each, values.file, project));
    // If one value cannot be read, none is used: `[Role.Admin, …]` are members, and not strings in code.
    const isPlain = node.elements.every((each) => ts.isStringLiteralLike(unwrap(each)));
    return {
      type: "enum",
      ...(isPlain
        ? { enumValues: texts.flatMap((value) => (value === undefined ? [] : [{ name: value, value }])) }
        : {}),
    };
  }
  const declared = declarationBehind(node, values.file, project);
  if (declared === undefined) {
    const enumName = options.get("enumName");
    const name = enumName && stringOf(enumName.node, file, project);
    return { type: "enum", ...(name === undefined ? {} : { enumName: name }) };
  }
  const members = membersOf(declared.node, declared.file, project);
  return { type: "enum", enumName: declared.name, enumValues: members };
}

/** `Role` of `enum: Role` and of `enum: Object.values(Role)`. */
export function declarationBehind(
  node: ts.Expression,
  file: SourceFile,
  project: Project,
): { readonly name: string; readonly node: ts.Node; readonly file: SourceFile } | undefined {
  const inner = unwrap(node);
  if (ts.isObjectLiteralExpression(inner)) return constantOf(inner, file);
  if (ts.isCallExpression(inner) && inner.arguments.length === 1)
    return declarationBehind(inner.arguments[0] as ts.Expression, file, project);
  if (ts.isSpreadElement(inner)) return declarationBehind(inner.expression, file, project);
  if (!ts.isIdentifier(inner)) return undefined;
  const found = lookUp(project, file, inner.text, "value");
  if (found?.kind !== "declaration") return undefined;
  return { name: nameOf(found.node.name as ts.BindingName) ?? inner.text, node: found.node, file: found.file };
}

/** The constant whose value is an object. */
function constantOf(literal: ts.ObjectLiteralExpression, file: SourceFile) {
  const parent = wrapperOf(literal).parent;
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return undefined;
  return { name: parent.name.text, node: parent, file };
}

function membersOf(node: ts.Node, file: SourceFile, project: Project): NonNullable<EntityField["enumValues"]> {
  if (ts.isEnumDeclaration(node)) {
    let next = 0;
    return node.members.flatMap((member) => {
      const name = nameOf(member.name);
      const value = member.initializer && resolveValue(member.initializer, file, project).node;
      if (value !== undefined && ts.isNumericLiteral(value)) next = Number(value.text);
      const stored =
        value === undefined || ts.isNumericLiteral(value) ? String(next++) : stringOf(value, file, project);
      return name === undefined || stored === undefined ? [] : [{ name, value: stored }];
    });
  }
  const literal = ts.isVariableDeclaration(node) && node.initializer ? unwrap(node.initializer) : undefined;
  if (literal === undefined || !ts.isObjectLiteralExpression(literal)) return [];
  return [...propertiesOf(literal)].flatMap(([name, property]) => {
    const value = ts.isPropertyAssignment(property) ? stringOf(property.initializer, file, project) : undefined;
    return value === undefined ? [] : [{ name, value }];
  });
}
