import {
  initializerOf,
  nameOf,
  type Project,
  propertiesOf,
  type SourceFile,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import type {
  CheckMark,
  ColumnMember,
  EntityMark,
  IndexMark,
  Mark,
  Member,
  RelationMember,
  SchemaDeclaration,
} from "./model.js";
import { ormName } from "./orm-name.js";
import { readJoinColumns } from "./read-class.js";
import { flag, type Options, readOptions, resolveValue, stringOf } from "./value.js";

/** Reads `new EntitySchema({ … })`. Undefined for any other constructor, and for options that cannot be read. */
export function readSchema(call: ts.NewExpression, file: SourceFile, project: Project): SchemaDeclaration | undefined {
  if (ormName(call.expression, file, project) !== "EntitySchema") return undefined;
  const [argument] = call.arguments ?? [];
  if (argument === undefined) return undefined;
  const { node, file: at } = resolveValue(argument, file, project);
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const target = valueAt(node, "target");
  const targetClass =
    target !== undefined && ts.isIdentifier(unwrap(target)) ? (unwrap(target) as ts.Identifier) : undefined;
  const rowType = call.typeArguments?.[0];
  const named = rowType !== undefined && ts.isTypeReferenceNode(rowType) ? rowType.typeName : undefined;
  const name = stringOf(valueAt(node, "name"), at, project);
  let members: readonly Member[] | undefined;
  return {
    kind: "schema",
    name: targetClass?.text ?? name ?? "",
    file: at,
    node,
    rowTypes: [targetClass, named].filter((each) => each !== undefined && ts.isIdentifier(each)) as ts.Identifier[],
    entity: entityMark(readOptions(node, at, project), project),
    get members() {
      members ??= [
        ...entries("columns", node, at, project).flatMap((entry) => readColumn(entry, project)),
        ...entries("relations", node, at, project).flatMap((entry) => readRelation(entry, project)),
        ...entries("embeddeds", node, at, project).flatMap(readEmbedded),
      ];
      return members;
    },
    get indexes() {
      return [...readIndexes("uniques", node, at, project), ...readIndexes("indices", node, at, project)];
    },
    get checks() {
      return [...readChecks("checks", node, at, project), ...readChecks("exclusions", node, at, project)];
    },
  };
}

function entityMark(options: Options, project: Project): EntityMark | undefined {
  const text = (name: string) => {
    const value = options.get(name);
    return value && stringOf(value.node, value.file, project);
  };
  const type = text("type") ?? "regular";
  if (type !== "regular" && type !== "entity-child") return undefined;
  return {
    kind: type === "regular" ? "table" : "child",
    table: text("tableName"),
    schema: text("schema"),
    isInherited: options.get("inheritance") !== undefined,
  };
}

interface Entry {
  readonly name: string;
  readonly node: ts.PropertyAssignment;
  readonly file: SourceFile;
  readonly mark: Mark;
}

/** The properties of one part of a schema, including those of constants that are spread into it. */
function entries(part: string, schema: ts.ObjectLiteralExpression, file: SourceFile, project: Project): Entry[] {
  const value = valueAt(schema, part);
  if (value === undefined) return [];
  const collect = (from: ts.Expression, at: SourceFile, depth: number): Entry[] => {
    const { node, file: there } = resolveValue(from, at, project);
    if (!ts.isObjectLiteralExpression(node) || depth > 8) return [];
    return node.properties.flatMap((property): Entry[] => {
      if (ts.isSpreadAssignment(property)) return collect(property.expression, there, depth + 1);
      const name = nameOf(property.name);
      if (name === undefined || !ts.isPropertyAssignment(property)) return [];
      const options = property.initializer;
      return [{ name, node: property, file: there, mark: { decorator: undefined, call: undefined, options } }];
    });
  };
  // Of duplicate names, the later one counts.
  return [...new Map(collect(value, file, 0).map((entry) => [entry.name, entry])).values()];
}

function readColumn(entry: Entry, project: Project): ColumnMember[] {
  const options = readOptions(entry.mark.options, entry.file, project);
  if (flag(options, "virtualProperty") === true) return [];
  const isGenerated = options.get("generated") !== undefined;
  return [{ ...entry, kind: "column", typeArgument: undefined, isGenerated, isUnique: false }];
}

function readRelation({ name, node, file, mark }: Entry, project: Project): RelationMember[] {
  const options = readOptions(mark.options, file, project);
  const text = (option: string) => {
    const value = options.get(option);
    return value && stringOf(value.node, value.file, project);
  };
  const relation = text("type") as RelationMember["relation"] | undefined;
  if (relation === undefined) return [];
  const join = options.get("joinColumn");
  const target = options.get("target");
  const literal = mark.options && unwrap(mark.options);
  const property = literal && ts.isObjectLiteralExpression(literal) ? propertiesOf(literal).get("target") : undefined;
  // The name as written: the caller, which knows the entities, resolves it.
  const written = initializerOf(property);
  return [
    {
      name,
      node,
      file,
      mark,
      kind: "relation",
      relation,
      target: written === undefined ? target : { node: unwrap(written), file },
      inverse: text("inverseSide"),
      isOwner: relation === "many-to-one" || (relation === "one-to-one" && join !== undefined),
      joinColumns:
        join === undefined || join.node.kind === ts.SyntaxKind.TrueKeyword
          ? []
          : readJoinColumns(join.node, join.file, project),
    },
  ];
}

function readEmbedded({ name, node, file, mark }: Entry): Member[] {
  const literal = mark.options && unwrap(mark.options);
  if (literal === undefined || !ts.isObjectLiteralExpression(literal)) return [];
  const schema = valueAt(literal, "schema");
  return [{ name, node, file, mark, kind: "embedded", target: schema && { node: unwrap(schema), file } }];
}

function readIndexes(
  part: "uniques" | "indices",
  schema: ts.ObjectLiteralExpression,
  file: SourceFile,
  project: Project,
): IndexMark[] {
  return listed(part, schema, file, project).flatMap(({ node, file: at }): IndexMark[] => {
    const options = readOptions(node, at, project);
    const columns = options.get("columns");
    if (columns === undefined || !ts.isArrayLiteralExpression(columns.node)) return [];
    const properties = columns.node.elements.flatMap((each) => stringOf(each, columns.file, project) ?? []);
    const isUnique = part === "uniques" || flag(options, "unique") === true;
    return [{ node, file: at, properties, isUnique, isPartial: options.get("where") !== undefined }];
  });
}

function readChecks(
  part: "checks" | "exclusions",
  schema: ts.ObjectLiteralExpression,
  file: SourceFile,
  project: Project,
): CheckMark[] {
  return listed(part, schema, file, project).flatMap(({ node, file: at }): CheckMark[] => {
    const value = readOptions(node, at, project).get("expression");
    const expression = value && stringOf(value.node, value.file, project);
    return expression === undefined ? [] : [{ node, file: at, expression }];
  });
}

/** The entries of a list in a schema. */
function listed(part: string, schema: ts.ObjectLiteralExpression, file: SourceFile, project: Project) {
  const value = valueAt(schema, part);
  const list = value && resolveValue(value, file, project);
  if (list === undefined || !ts.isArrayLiteralExpression(list.node)) return [];
  return list.node.elements
    .map(unwrap)
    .filter(ts.isObjectLiteralExpression)
    .map((node) => ({ node, file: list.file }));
}
