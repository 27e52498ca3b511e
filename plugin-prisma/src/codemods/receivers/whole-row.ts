import { nameOf, type TransformContext, type Type, type TypeSymbol, ts } from "@lockstep/core/codemods";
import { originOfPath } from "./client-module.js";

/**
 * Whether a type has all columns of the model as its generated client declares them: `User`, what `findMany` gives, with relations too.
 * The properties of such types are those of `scalars` in `$UserPayload`, however the type was put together.
 */
export function isWholeRow(type: Type, context: TransformContext): boolean {
  const scalars = scalarsBehind(type, context);
  if (scalars === undefined) return false;
  const has = (name: string) => name === context.field.name || isPresent(type.getProperty(name));
  return scalars.members.every((each) => has(nameOf(each.name) ?? ""));
}

/** A part of a row has properties that may be missing: `Partial<User>`. */
function isPresent(property: TypeSymbol | undefined): boolean {
  return property !== undefined && (property.flags & ts.SymbolFlags.Optional) === 0;
}

function scalarsBehind(type: Type, { model, project }: TransformContext): ts.TypeLiteralNode | undefined {
  for (const property of type.getProperties()) {
    for (const declaration of property.declarations ?? []) {
      const scalars = declaration.parent;
      if (!ts.isTypeLiteralNode(scalars) || !isScalars(scalars)) continue;
      const payload = ts.findAncestor(scalars, ts.isTypeAliasDeclaration);
      if (payload?.name.text !== `$${model.name}Payload`) continue;
      return originOfPath(project.types?.pathOf(payload), project) === "other" ? undefined : scalars;
    }
  }
  return undefined;
}

/** Those of `objects` are relations. */
function isScalars(literal: ts.TypeLiteralNode): boolean {
  const owner = ts.findAncestor(literal, ts.isPropertySignature);
  return owner !== undefined && nameOf(owner.name) === "scalars";
}
