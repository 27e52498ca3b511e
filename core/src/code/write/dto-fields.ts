import { type ScalarType, typeInCode } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { pathOf } from "../ast/expressions.js";
import { declarationFrom } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { isAnyJson, textOfType } from "../ast/type-text.js";
import { patternColumns } from "../contract/pattern-columns.js";
import type { EmptyValues, TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";
import { renamedIn } from "../names/renamed.js";
import { lookUp } from "../project/project.js";
import { fieldsOf, fieldText } from "./class-members.js";

/** A field for a DTO class, in the style of its siblings, and the imports that its decorators need. */
export interface DtoField {
  readonly text: string;
  readonly imports: readonly { readonly specifier: string; readonly names: readonly string[] }[];
}

/** The role of the field: optional or required in requests, or in a response. */
export type DtoUse = "request" | "requiredRequest" | "response";

/** Types whose JSON is the value itself, in TypeScript and as the constructors that decorators take. */
const plain: Partial<Record<ScalarType, { type: string; maker: string; validator: string }>> = {
  string: { type: "string", maker: "String", validator: "IsString" },
  int: { type: "number", maker: "Number", validator: "IsInt" },
  float: { type: "number", maker: "Number", validator: "IsNumber" },
  boolean: { type: "boolean", maker: "Boolean", validator: "IsBoolean" },
};

/** The packages whose decorators are also written for a new field. */
type Family = "validator" | "swagger" | "transformer" | "graphql";

/**
 * The field for a DTO class, or the reason why a person must write it.
 *
 * @param isNullable rows without a value are shown, callers may send null
 * @param isLeftOut for a response: it lacks the field while a flag is off
 */
export function dtoField(
  node: ts.ClassDeclaration,
  key: string,
  use: DtoUse,
  isNullable: boolean,
  file: SourceFile,
  context: TransformContext,
  isLeftOut = false,
): DtoField | string {
  const copied = fieldLikeSibling(node, key, { isNullable, isOptional: use === "request" || isLeftOut }, file, context);
  if (copied !== undefined) return copied;
  const known = plain[typeInCode(context.field)];
  if (known === undefined || context.field.isList) return "its value has to be converted";
  const siblings = context.columns.flatMap(({ name }) => {
    const field = keyStyles.map((keyOf) => fieldsOf(node).get(keyOf(name))).find((each) => each !== undefined);
    return field === undefined ? [] : [{ name, field, decorators: decoratorsOf(field, file, context) }];
  });
  const families = usual(siblings.map(({ decorators }) => decorators));
  const isRequest = use !== "response";
  const isOptional = use === "request" || isLeftOut;
  if (!isOptional && siblings.length > 0 && siblings.every(({ field }) => field.initializer !== undefined))
    return "its fields have values of their own";
  const nullable = isNullable ? `type: ${known.maker}, nullable: true` : "";
  const options = [nullable, isOptional ? "required: false" : ""].filter((each) => each !== "").join(", ");
  const texts: string[] = [];
  const needed = new Map<string, string[]>();
  const need = (name: string, family: Family): void => {
    const specifier = siblings
      .flatMap(({ decorators }) => decorators)
      .find((each) => each.family === family)?.specifier;
    if (specifier !== undefined) needed.set(specifier, [...(needed.get(specifier) ?? []), name]);
  };
  for (const family of families) {
    switch (family) {
      case "validator": {
        // Responses are usually not validated. If they are, null must always be accepted.
        if (isRequest ? isOptional : context.intent.staysOptional && (isNullable || isOptional)) {
          texts.push("@IsOptional()");
          need("IsOptional", family);
        }
        const name = validatorLike(siblings, context) ?? known.validator;
        texts.push(`@${name}()`);
        need(name, family);
        break;
      }
      case "swagger": {
        const isOptionalKnown =
          isRequest && isOptional && declarationFrom(file.ast, "ApiPropertyOptional") !== undefined;
        const given = isOptionalKnown ? nullable : options;
        texts.push(`@${isOptionalKnown ? "ApiPropertyOptional" : "ApiProperty"}(${given && `{ ${given} }`})`);
        if (!isOptionalKnown) need("ApiProperty", family);
        break;
      }
      case "transformer":
        texts.push("@Expose()");
        break;
      case "graphql": {
        const isEmpty = isOptional || isNullable;
        const isInt = context.field.type === "int";
        if (isInt && declarationFrom(file.ast, "Int") === undefined) return "its GraphQL type is not imported";
        const maker = isInt ? "() => Int" : isNullable ? `() => ${known.maker}` : "";
        texts.push(`@Field(${[maker, isEmpty ? "{ nullable: true }" : ""].filter((each) => each !== "").join(", ")})`);
        break;
      }
      default:
        family satisfies never;
    }
  }
  const isRenamed = siblings.some(({ decorators }) =>
    decorators.some((each) => each.family === "transformer" && each.hasArguments),
  );
  if (isRenamed) return "its decorators define the names of its fields outside";
  const type = `${known.type}${isNullable ? " | null" : ""}`;
  const text = fieldText(node, { decorators: texts, name: key, isOptional, type }, file);
  if (text === undefined) return "it has no fields of its own yet";
  return { text, imports: [...needed].map(([specifier, names]) => ({ specifier, names })) };
}

/**
 * The field in the form of a column that the user named, or of one whose type is not plain: with its decorators, `@IsEnum(Role)`, and its
 * type. Undefined if there is none, or if its decorators fit no other column.
 */
function fieldLikeSibling(
  node: ts.ClassDeclaration,
  key: string,
  { isNullable, isOptional }: EmptyValues,
  file: SourceFile,
  context: TransformContext,
): DtoField | undefined {
  const { field } = context;
  const isPlain = plain[field.type] !== undefined && !field.isList;
  const fields = fieldsOf(node);
  for (const { column, isLike, keys } of patternColumns(context)) {
    const sibling = keys.map((each) => fields.get(each)).find((each) => each !== undefined);
    if ((isPlain && !isLike) || sibling?.type === undefined || sibling.initializer !== undefined) continue;
    const written = textOfType(sibling.type, file);
    const type = isPlain ? plain[field.type]?.type : written;
    if (type === undefined || (field.type === "json" && !isAnyJson(type))) continue;
    const isAlike =
      (sibling.questionToken !== undefined) === isOptional &&
      /\bnull\b/.test(textOf(sibling.type, file)) === isNullable;
    const decorators: string[] = [];
    const imports: { readonly specifier: string; readonly names: readonly string[] }[] = [];
    const known = decoratorsOf(sibling, file, context);
    const validator = known.find(({ family }) => family === "validator");
    const hasOptional = known.some(({ name }) => name === "IsOptional");
    if (!isAlike && isOptional && !hasOptional && validator !== undefined) {
      decorators.push("@IsOptional()");
      imports.push({ specifier: validator.specifier, names: ["IsOptional"] });
    }
    const describes = known.some(({ family, hasArguments }) => hasArguments && /^(?:swagger|graphql)$/.test(family));
    if (!isAlike && describes) continue;
    for (const each of ts.getDecorators(sibling) ?? []) {
      const text = textOf(each, file);
      if (!isAlike && !isOptional && /^@IsOptional\(/.test(text)) continue;
      decorators.push(isLike ? renamedIn(each, file, column.name, field.name) : text);
    }
    if (!isLike && known.some(({ family, hasArguments }) => family === "transformer" && hasArguments)) continue;
    const whole = `${type}${isNullable ? " | null" : ""}`;
    const text = fieldText(node, { decorators, name: key, isOptional, type: whole }, file);
    if (text !== undefined) return { text, imports };
  }
  return undefined;
}

interface DtoDecorator {
  readonly family: Family;
  readonly name: string;
  readonly specifier: string;
  readonly hasArguments: boolean;
}

/** The decorators of a field that define its external form. */
function decoratorsOf(
  field: ts.PropertyDeclaration,
  file: SourceFile,
  context: TransformContext,
): readonly DtoDecorator[] {
  return (ts.getDecorators(field) ?? []).flatMap(({ expression }) => {
    const isCall = ts.isCallExpression(expression);
    const [name = ""] = pathOf(isCall ? expression.expression : expression);
    const found = lookUp(context.project, file, name, "value");
    const family = found?.kind === "external" ? familyOf(found.specifier, found.name) : undefined;
    if (found?.kind !== "external" || family === undefined) return [];
    return [{ family, name, specifier: found.specifier, hasArguments: isCall && expression.arguments.length > 0 }];
  });
}

/** Whether a class has fields with such decorators. Then it is a DTO, whatever its name. */
export function isDecorated(node: ts.ClassDeclaration, file: SourceFile, context: TransformContext): boolean {
  return [...fieldsOf(node).values()].some((field) => decoratorsOf(field, file, context).length > 0);
}

function familyOf(specifier: string, name: string): Family | undefined {
  if (specifier === "class-validator") return "validator";
  if (specifier === "class-transformer") return name === "Expose" ? "transformer" : undefined;
  if (/swagger/.test(specifier)) return /^Api\w*Property/.test(name) ? "swagger" : undefined;
  return /graphql/.test(specifier) && name === "Field" ? "graphql" : undefined;
}

/** The families that at least half of the fields have, in writing order. */
function usual(fields: readonly (readonly DtoDecorator[])[]): readonly Family[] {
  const counts = new Map<Family, number>();
  for (const decorators of fields) {
    for (const family of new Set(decorators.map((each) => each.family)))
      counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  const common = [...counts].filter(([, count]) => count * 2 >= fields.length).map(([family]) => family);
  const model = [...fields].sort((a, b) => b.length - a.length)[0] ?? [];
  const order = [...new Set(model.map((each) => each.family))];
  return [...order.filter((family) => common.includes(family)), ...common.filter((family) => !order.includes(family))];
}

/** `IsNumber`, if the app's other integers have it. */
function validatorLike(
  siblings: readonly { readonly name: string; readonly decorators: readonly DtoDecorator[] }[],
  { field, columns }: TransformContext,
): string | undefined {
  if (field.type !== "int") return undefined;
  const alike = siblings.filter(({ name }) => columns.find((column) => column.name === name)?.type === "int");
  return alike.flatMap(({ decorators }) => decorators).find(({ name }) => /^Is(?:Int|Number)$/.test(name))?.name;
}
