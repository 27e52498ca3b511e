import {
  nameOf,
  type SourceFile,
  type TransformContext,
  type Type,
  type TypeSymbol,
  ts,
} from "@lockstep/core/codemods";
import { hasNamesake, originOfPath } from "./client-module.js";

/**
 * Whether a type has all columns of the model as its generated client declares them: `User`, the result of `findMany`, with relations too.
 * The properties of such types are those of `scalars` in `$UserPayload`, however the type was composed.
 */
export function isWholeRow(type: Type, context: TransformContext): boolean {
  const scalars = scalarsBehind(type, context);
  if (scalars === undefined || scalars.owner === "other") return false;
  const has = (name: string) => name === context.field.name || isPresent(type.getProperty(name));
  return scalars.members.every((each) => has(nameOf(each.name) ?? ""));
}

/** Whether a value is a row, or a part of one, of another schema's model of that name. */
export function isRowElsewhere(type: Type | undefined, file: SourceFile, context: TransformContext): boolean | "maybe" {
  if (!hasNamesake(context.model.name, file, context.project)) return false;
  return type === undefined ? "maybe" : scalarsBehind(type, context)?.owner === "other";
}

/** A part of a row has optional properties: `Partial<User>`. */
function isPresent(property: TypeSymbol | undefined): boolean {
  return property !== undefined && (property.flags & ts.SymbolFlags.Optional) === 0;
}

/** The generated client's declaration of the row that a type is, or is a part of. */
function scalarsBehind(type: Type, { model, project }: TransformContext) {
  for (const property of type.getProperties()) {
    for (const declaration of property.declarations ?? []) {
      const scalars = declaration.parent;
      if (!ts.isTypeLiteralNode(scalars) || !isScalars(scalars)) continue;
      const payload = ts.findAncestor(scalars, ts.isTypeAliasDeclaration);
      if (payload?.name.text !== `$${model.name}Payload`) continue;
      return { members: scalars.members, owner: originOfPath(project.types?.pathOf(payload), project) };
    }
  }
  return undefined;
}

/** Those of `objects` are relations. */
function isScalars(literal: ts.TypeLiteralNode): boolean {
  const owner = ts.findAncestor(literal, ts.isPropertySignature);
  return owner !== undefined && nameOf(owner.name) === "scalars";
}
