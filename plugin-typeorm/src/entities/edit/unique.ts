import {
  committedText,
  isSameTable,
  type KeptUnique,
  LockstepError,
  type TableName,
  type UnitIndex,
} from "@lockstep/core";
import { insertItem, type SourceFile, type Splice, textOf, ts, valueAt } from "@lockstep/core/codemods";
import type { FormerUnique } from "@lockstep/core/planning";
import { columnsIn, indexesOf, membersOf, optionsOf } from "../columns.js";
import { Entities } from "../entities.js";
import type { ColumnMember, Declaration, EntityFile } from "../model.js";
import { ormName } from "../orm-name.js";
import { entityModels, type KnownColumn } from "../read.js";
import { ormDecorators } from "../read-class.js";
import { flag } from "../value.js";
import { changed } from "./changes.js";
import { cutOut } from "./cut.js";
import { dropUnusedImports, importOrm, namesIn } from "./imports.js";
import { removeOption, setOptions } from "./options.js";

type Declared = Pick<KeptUnique, "model" | "fields" | "attribute">;

/** An entity's declaration that exactly these fields are unique. */
type UniqueDeclaration =
  | { readonly kind: "option"; readonly member: ColumnMember }
  /** A decorator of the property or the class, or an entry of a schema. */
  | { readonly kind: "node"; readonly node: ts.Decorator | ts.ObjectLiteralExpression; readonly file: SourceFile };

/**
 * Restores the declaration of a unique constraint that a change removed: in the options of its column, on its property, or on the class,
 * above its replacement. An existing declaration is not changed.
 *
 * @throws LS4002 when there is no such entity
 */
export function keepUnique(entities: Entities, unique: Declared): Entities {
  const entity = entityOf(entities, unique.model);
  if (declarationOf(entity, unique.fields, entities) !== undefined) return entities;
  const { attribute, fields } = unique;
  const column = columnsIn(membersOf(entity, entities)).find(({ path }) => path === fields[0])?.member;
  if (attribute === "unique: true" && column !== undefined)
    return changed(entities, [{ file: column.file, splices: setOptions(column, [["unique", "true"]], entities) }]);
  if (entity.kind === "schema")
    return changed(entities, [{ file: entity.file, splices: schemaEntry(entity.node, attribute, entity.file) }]);
  const isOfProperty = !attribute.includes("[") && column !== undefined;
  const { node, file } = isOfProperty ? column : entity;
  const state = changed(entities, [{ file, splices: [beforeDecorators(node, attribute, file, entities)] }]);
  return withImport(state, file.file, attribute);
}

/**
 * The reverse of `keepUnique`.
 *
 * @throws LS4002 when there is no such entity
 */
export function dropUnique(entities: Entities, unique: Pick<KeptUnique, "model" | "fields">): Entities {
  const found = declarationOf(entityOf(entities, unique.model), unique.fields, entities);
  if (found === undefined) return entities;
  if (found.kind === "option") {
    const { member } = found;
    return changed(entities, [{ file: member.file, splices: removeOption(member, "unique", undefined) }]);
  }
  const { node, file } = found;
  const state = changed(entities, [{ file, splices: cutOut(node, file) }]);
  return dropUnusedImports(state, new Map([[file.file, namesIn(node)]]));
}

/** The declaration of an entity that exactly these fields are unique, in this order. */
function declarationOf(
  entity: Declaration,
  fields: readonly string[],
  entities: Entities,
): UniqueDeclaration | undefined {
  const mark = indexesOf(entity, entities).find(
    ({ isUnique, properties }) => isUnique && properties.join("\n") === fields.join("\n"),
  );
  if (mark !== undefined) return { kind: "node", node: mark.node, file: mark.file };
  const member = columnsIn(membersOf(entity, entities)).find(({ path }) => path === fields[0])?.member;
  if (member === undefined || fields.length !== 1) return undefined;
  if (flag(optionsOf(member, entities), "unique") === true) return { kind: "option", member };
  if (!member.isUnique) return undefined;
  const decorator = ormDecorators(member.node, member.file, entities.project).find(
    ({ name }) => name === "Unique" || name === "Index",
  );
  return decorator && { kind: "node", node: decorator.node, file: member.file };
}

/**
 * How an entity declared a unique index before the change: as in the last commit; without one, by the constraint's name.
 *
 * @param known the columns of the running data source
 */
export function formerUniques(
  files: readonly EntityFile[],
  project: { readonly root: string },
  known: readonly KnownColumn[] = [],
) {
  const entities = new Entities(files);
  const models = entityModels(entities, known);
  return (table: TableName, index: UnitIndex): FormerUnique => {
    const model = models.find((each) => isSameTable(each.table, table));
    const fields = index.columns.map(
      (column) => model?.fields.find((field) => field.column === column)?.name ?? column,
    );
    const name = model?.name ?? table.name;
    const committed = files.flatMap(({ path }) => {
      const content = committedText(project.root, path);
      return content === undefined ? [] : [{ path, content }];
    });
    const attribute = formerAttribute(new Entities(committed), name, fields);
    const isSchema = entities.entities.find((entity) => entity.name === name)?.kind === "schema";
    return {
      model: name,
      fields,
      selector: fields.join("_"),
      attribute: attribute ?? newAttribute(index, fields, isSchema),
    };
  };
}

function formerAttribute(entities: Entities, model: string, fields: readonly string[]): string | undefined {
  const entity = entities.entities.find(({ name }) => name === model);
  const found = entity && declarationOf(entity, fields, entities);
  if (found === undefined) return undefined;
  if (found.kind === "option") return "unique: true";
  const text = textOf(found.node, found.file);
  if (ts.isDecorator(found.node)) return text;
  const part = found.node.parent.parent;
  const isIndex = ts.isPropertyAssignment(part) && part.name.getText() === "indices";
  return `${isIndex ? "indices" : "uniques"}: ${text}`;
}

/** By the name in the database: TypeORM names unique indexes `IDX_…` and constraints `UQ_…`. */
function newAttribute(index: UnitIndex, fields: readonly string[], isSchema: boolean): string {
  const list = `[${fields.map((field) => JSON.stringify(field)).join(", ")}]`;
  const name = JSON.stringify(index.name);
  const isIndex = index.name.startsWith("IDX_");
  if (isSchema)
    return isIndex
      ? `indices: { name: ${name}, columns: ${list}, unique: true }`
      : `uniques: { name: ${name}, columns: ${list} }`;
  return isIndex ? `@Index(${name}, ${list}, { unique: true })` : `@Unique(${name}, ${list})`;
}

/** On a line of its own, above its replacement, or else directly above the class or the property. */
function beforeDecorators(
  node: ts.ClassDeclaration | ColumnMember["node"],
  attribute: string,
  file: SourceFile,
  entities: Entities,
): Splice {
  const decorators = ormDecorators(node, file, entities.project);
  const other = decorators.find(({ name }) => name === "Unique" || name === "Index");
  const at = other?.node.getStart(file.ast) ?? decorators.at(-1)?.node.end ?? node.getStart(file.ast);
  const lineStart = file.text.lastIndexOf("\n", at - 1) + 1;
  const indent = /^[ \t]*/.exec(file.text.slice(lineStart))?.[0] ?? "";
  const isAlone = file.text.slice(lineStart, at).trim() === "";
  if (other !== undefined)
    return { start: at, end: at, text: isAlone ? `${attribute}${file.style.eol}${indent}` : `${attribute} ` };
  return { start: at, end: at, text: `${file.style.eol}${indent}${attribute}` };
}

/** `uniques: { columns: ["email"] }` as a new entry of that part of a schema. */
function schemaEntry(schema: ts.ObjectLiteralExpression, attribute: string, file: SourceFile): readonly Splice[] {
  const [part = "uniques", text = ""] = attribute.split(/: ([\s\S]*)/);
  const list = valueAt(schema, part);
  if (list !== undefined && ts.isArrayLiteralExpression(list)) {
    const items = { items: list.elements, open: list.elements.pos, close: list.end - 1 };
    const [first] = list.elements;
    return insertItem(items, text, file, first === undefined ? undefined : 0) ?? [];
  }
  const { properties } = schema;
  const items = { items: properties, open: properties.pos, close: schema.end - 1 };
  return insertItem(items, `${part}: [${text}]`, file) ?? [];
}

/** The decorator may have been imported only for this constraint. */
function withImport(entities: Entities, path: string, attribute: string): Entities {
  const name = /^@(\w+)\s*\(/.exec(attribute)?.[1];
  const file = entities.project.files.find((each) => each.file === path);
  const decorator = name && file?.identifiers(name).find((each) => ts.isCallExpression(each.parent));
  if (name === undefined || file === undefined || !decorator) return entities;
  if (ormName(decorator, file, entities.project) !== undefined) return entities;
  return changed(entities, [{ file, splices: importOrm(name, file) }]);
}

/** @throws LS4002 */
function entityOf(entities: Entities, model: string): Declaration {
  const found = entities.entities.find(({ name }) => name === model);
  if (found !== undefined) return found;
  throw new LockstepError("LS4002", `No entity ${model} in the project's files.`);
}
