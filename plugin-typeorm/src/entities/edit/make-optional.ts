import { LockstepError } from "@lockstep/core";
import { pathOf, propertiesOf, quoted, type Splice, ts, unwrap } from "@lockstep/core/codemods";
import { optionsOf } from "../columns.js";
import type { Entities } from "../entities.js";
import type { ColumnMember, RelationMember } from "../model.js";
import { type FieldRef, type Place, placeOf } from "../place.js";
import { isOptionalRelation } from "../read.js";
import type { Change } from "./changes.js";
import { columnType } from "./column-type.js";
import { type Option, setOptions } from "./options.js";
import { allowNull } from "./property-type.js";
import { isPromised, isReadInside, rowTypesOf } from "./row-type.js";

/** A column of a plan, with the properties for its declaration. */
export interface ColumnRef extends FieldRef {
  /** As `format_type` prints it. */
  readonly type: string;
  /** Code reads it already, and goes on. Absent: no read selects it until switch. */
  readonly becomesRequired?: true | undefined;
}

/**
 * `nullable: true`, `select: false` for a new column, and a nullable type. The type that TypeORM would reflect is written explicitly, because it reflects
 * `string | null` as an object. A relation over the column becomes optional too: TypeORM uses an inner join for a required one, and every
 * result would lack the rows without a key.
 *
 * @throws LS4002 when there is no such column · LS9040 when its declaration cannot be read
 */
export function makeOptional(entities: Entities, column: ColumnRef): readonly Change[] {
  const place = placeOf(entities, column);
  const { member, relations } = place;
  return [
    ...(member.kind === "column" ? relaxColumn(member, place, column, entities) : []),
    ...relations.flatMap(({ member: relation, owner }) => relaxRelation(relation, { ...place, owner }, entities)),
  ];
}

function relaxColumn(member: ColumnMember, place: Place, column: ColumnRef, entities: Entities): readonly Change[] {
  const types = nullable(member, place, entities);
  const wanted: Option[] = [
    ...missingType(member, types.length > 0, column, entities),
    ["nullable", "true"],
    ...(column.becomesRequired ? [] : ([["select", "false"]] as const)),
  ];
  return [...types, { file: member.file, splices: setOptions(member, wanted, entities) }];
}

function relaxRelation(member: RelationMember, place: Place, entities: Entities): readonly Change[] {
  const isRelaxed = isOptionalRelation(member, entities);
  const splices = isRelaxed ? [] : setOptions(member, [["nullable", "true"]], entities);
  return [...nullable(member, place, entities), { file: member.file, splices }];
}

/** Makes the property nullable, or the one that a schema describes. */
function nullable({ node, file, name }: ColumnMember | RelationMember, { owner }: Place, entities: Entities): Change[] {
  const change = (splices: readonly Splice[], at = file): Change[] =>
    splices.length === 0 ? [] : [{ file: at, splices }];
  if (ts.isAccessor(node)) {
    const { line } = file.ast.getLineAndCharacterOfPosition(node.getStart());
    throw new LockstepError(
      "LS9040",
      `${file.file}:${line + 1}: ${name} is an accessor, so its type is declared twice.`,
    );
  }
  if (ts.isPropertyDeclaration(node)) {
    return isFirm(node, owner, name, entities) ? [] : change(allowNull(node, file, entities.project));
  }
  return rowTypesOf(owner, name, entities).flatMap((place) =>
    change(allowNull(place.node, place.file, entities.project), place.file),
  );
}

function isFirm(node: ts.PropertyDeclaration, owner: Place["owner"], name: string, entities: Entities): boolean {
  if (isReflected(node)) return true;
  return owner.kind === "class" && (isPromised(owner, name, entities) || isReadInside(owner, name, entities));
}

/**
 * Whether the type of a column's property stays although the column is nullable: an interface declares it, its own class reads it, or
 * another decorator reflects it at run time. Code that reads it compiles, and gets no value until switch.
 */
export function keepsType(entities: Entities, column: FieldRef): boolean {
  const { member, owner } = placeOf(entities, column);
  return ts.isPropertyDeclaration(member.node) && isFirm(member.node, owner, member.name, entities);
}

/** Decorators of GraphQL and OpenAPI that reflect a property's type at run time, unless it is given explicitly. */
const reflecting = /^(?:Field|FilterableField|ApiProperty|ApiPropertyOptional|ApiResponseProperty)$/;
const toldBy = ["type", "enum", "schema", "oneOf", "anyOf", "allOf", "$ref"];

/** Whether such a decorator would see an object in `string | null`: GraphQL would not start, and OpenAPI would document an object. */
function isReflected(node: ts.PropertyDeclaration): boolean {
  return (ts.getDecorators(node) ?? []).some(({ expression }) => {
    const call = unwrap(expression);
    if (!ts.isCallExpression(call) || !reflecting.test(pathOf(call.expression).at(-1) ?? "")) return false;
    const isTold = call.arguments.map(unwrap).some((value) => {
      if (ts.isObjectLiteralExpression(value)) return toldBy.some((name) => propertiesOf(value).has(name));
      return ts.isArrowFunction(value) || ts.isFunctionExpression(value);
    });
    return !isTold;
  });
}

/** `type: "varchar"` if TypeORM reflects the property's type, and could not resolve it any more. */
function missingType(
  { mark, typeArgument, file, node, name }: ColumnMember,
  isChanged: boolean,
  column: ColumnRef,
  entities: Entities,
): readonly Option[] {
  const options = optionsOf({ mark, file } as ColumnMember, entities);
  if (!isChanged || mark.decorator !== "Column" || typeArgument !== undefined || options.get("type")) return [];
  const type = columnType(column.type);
  if (type !== undefined) return [["type", quoted(type, file.style)]];
  // A spread in the options may contain it.
  if (!options.isComplete) return [];
  const { line } = file.ast.getLineAndCharacterOfPosition(node.getStart());
  throw new LockstepError(
    "LS9040",
    `${file.file}:${line + 1}: ${name} has no type in its decorator, and TypeORM has no name for ${column.type}.`,
    { hint: `Add the type to the decorator: @Column({ type: … })` },
  );
}
