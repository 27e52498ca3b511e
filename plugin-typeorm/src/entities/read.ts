import {
  type EntityField,
  type EntityModel,
  type EntityRelation,
  isSameTable,
  type PlannedColumn,
} from "@lockstep/core";
import { literalOf, ts } from "@lockstep/core/codemods";
import {
  columnName,
  columnsIn,
  indexesOf,
  isOptional,
  isPrimary,
  keyColumns,
  membersOf,
  optionsOf,
  type Placed,
  relationsIn,
} from "./columns.js";
import { documentation } from "./comments.js";
import { hookedFields } from "./conversions/hooks.js";
import { Entities } from "./entities.js";
import { fieldType } from "./field-type.js";
import type { ColumnMember, Declaration, EntityFile, RelationMember } from "./model.js";
import { defaultNames } from "./names.js";
import { flag } from "./value.js";

/** Known names of a column in the database: they override those of the default naming strategy. */
export type KnownColumn = Pick<PlannedColumn, "model" | "field" | "table" | "name">;

/**
 * The entities of a project by their files, without running the app: classes with `@Entity` and `EntitySchema` objects, with columns of
 * their own, inherited and embedded ones. A column that only a relation creates is a field of the relation's name.
 *
 * @param known columns with other names than the default naming strategy's
 * @example readEntities([{ path: "src/user.ts", content: "…" }])[0].table // { name: "user" }
 */
export function readEntities(files: readonly EntityFile[], known: readonly KnownColumn[] = []): EntityModel[] {
  return entityModels(new Entities(files), known);
}

/** The same for parsed files. */
export function entityModels(entities: Entities, known: readonly KnownColumn[] = []): EntityModel[] {
  return entities.entities.flatMap((entity) => {
    const table = tableOf(entity, entities);
    return table === undefined ? [] : [toModel(entity, table, entities, known)];
  });
}

/** The table of an entity: its own, or that of the class whose table stores its rows. */
export function tableOf(entity: Declaration, entities: Entities): EntityModel["table"] | undefined {
  const { entity: mark, name } = entity;
  if (mark === undefined) return undefined;
  const schema = mark.schema === undefined ? {} : { schema: mark.schema };
  if (mark.kind === "table") return { ...schema, name: mark.table ?? defaultNames.table(name) };
  const parent = entities.basesOf(entity).find((base) => base.entity?.kind === "table" && base.entity.isInherited);
  return parent && tableOf(parent, entities);
}

function toModel(
  entity: Declaration,
  declaredTable: EntityModel["table"],
  entities: Entities,
  known: readonly KnownColumn[],
): EntityModel {
  const named = known.filter(({ model }) => model === entity.name);
  // A class that was renamed since keeps its table.
  const own = named.length > 0 ? named : known.filter(({ table }) => isSameTable(table, declaredTable));
  const members = membersOf(entity, entities);
  const columnOf = (name: string, ...fields: readonly string[]) =>
    own.find(({ field }) => fields.includes(field))?.name ?? name;
  const keys = relationsIn(members).map((relation) => {
    const target = targetOf(relation.member, entity, entities);
    return { relation, target, columns: keyColumns(relation, members, entities, target) };
  });
  const uniques = indexesOf(entity, entities).flatMap(({ isUnique, isPartial, properties: [only, ...others] }) =>
    isUnique && !isPartial && others.length === 0 && only !== undefined ? [only] : [],
  );
  const hooked = hookedFields(entity, entities);
  const declared = columnsIn(members).map((placed): EntityField => {
    const key = keys.find(({ columns }) => columns.some((column) => column.declared === placed));
    const isSole = key?.columns.length === 1 && key.relation.member.relation === "one-to-one";
    const field = toField(placed, entities);
    const conversion = hooked.get(placed.path) ?? field.conversion;
    return {
      ...field,
      ...(conversion && { conversion }),
      column: columnOf(field.column, field.name),
      isForeignKey: key !== undefined,
      isUnique: field.isUnique || isSole || uniques.includes(field.name),
    };
  });
  const implied = keys.flatMap(({ relation, columns }) =>
    columns
      .filter((column) => column.declared === undefined)
      .map(({ field, column, referenced }): EntityField => {
        const { enumName, enumValues, type, conversion } = toField(referenced, entities);
        return {
          name: field,
          // TypeORM itself names it by the path of the referenced column: `team.id`.
          column: columnOf(column, field, `${relation.path}.${referenced.path}`),
          type,
          ...(enumName === undefined ? {} : { enumName }),
          ...(enumValues === undefined ? {} : { enumValues }),
          isList: false,
          isOptional: relation.isAlwaysOptional || isOptionalRelation(relation.member, entities),
          isId: false,
          isUnique: (columns.length === 1 && relation.member.relation === "one-to-one") || uniques.includes(field),
          hasDefault: false,
          isForeignKey: true,
          isUpdatedAt: false,
          ...(conversion && { conversion }),
          documentation: documentation(relation.member),
        };
      }),
  );
  const fields = [...declared, ...implied];
  return {
    name: entity.name,
    table: own[0]?.table ?? declaredTable,
    fields,
    relations: keys.map(({ relation, target, columns }): EntityRelation => {
      const name = { name: relation.path, model: target?.name ?? "" };
      if (columns.length === 0) return name;
      return {
        ...name,
        fields: columns.map(({ field }) => field),
        references: columns.map(({ referenced }) => referenced.path),
      };
    }),
    primaryKey: fields.filter(({ isId }) => isId).map(({ column }) => column),
  };
}

/** The entity that a relation references. */
export function targetOf({ target }: RelationMember, entity: Declaration, entities: Entities): Declaration | undefined {
  if (target === "self") return entity;
  return target && entities.resolve(target);
}

/** Relations are optional by default. */
export function isOptionalRelation(member: RelationMember, entities: Entities): boolean {
  const options = optionsOf(member, entities);
  return options.get("nullable") === undefined || flag(options, "nullable") === true;
}

function toField(placed: Placed<ColumnMember>, entities: Entities): EntityField {
  const { member, path } = placed;
  const options = optionsOf(member, entities);
  const { decorator } = member.mark;
  const isUpdatedAt = decorator === "UpdateDateColumn" || flag(options, "updateDate") === true;
  const isCounted = ["VersionColumn", "CreateDateColumn", "PrimaryGeneratedColumn", "TreeLevelColumn"].includes(
    decorator ?? "",
  );
  const isFilled = ["version", "createDate", "generated"].some((name) => options.get(name) !== undefined);
  return {
    name: path,
    column: columnName(placed, entities),
    ...fieldType(member, options, entities.project),
    isOptional: isOptional(placed, entities),
    isId: isPrimary(member, entities),
    isUnique: member.isUnique || flag(options, "unique") === true,
    hasDefault:
      isUpdatedAt || isCounted || isFilled || member.isGenerated || hasValue(options, "default", "asExpression"),
    ...defaultValue(options),
    isForeignKey: false,
    isUpdatedAt,
    documentation: documentation(member),
  };
}

/** The constant of `default`; nothing if that is SQL. */
function defaultValue(options: ReturnType<typeof optionsOf>): Pick<EntityField, "defaultValue"> {
  const value = literalOf(options.get("default")?.node);
  return value === undefined || value === null || typeof value === "bigint" ? {} : { defaultValue: value };
}

function hasValue(options: ReturnType<typeof optionsOf>, ...names: readonly string[]): boolean {
  return names.some((name) => {
    const node = options.get(name)?.node;
    if (node === undefined || node.kind === ts.SyntaxKind.NullKeyword) return false;
    return !(ts.isIdentifier(node) && node.text === "undefined");
  });
}
