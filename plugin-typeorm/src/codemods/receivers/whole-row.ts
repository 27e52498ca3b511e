import { type TransformContext, type Type, ts } from "@lockstep/core/codemods";
import { concerns, entityOfDeclaration, modelOfRows } from "./entities.js";

/** Whether a type is the entity, or has all columns that the entity declares: `{ ...user, isAdmin: true }`. */
export function isWholeRow(type: Type, context: TransformContext): boolean {
  const { types } = context.project;
  const model = types && modelOfRows(type, types, context);
  if (types === undefined || model !== undefined) return model !== undefined && concerns(model, context);
  return context.columns.every(({ name }) => {
    const property = type.getProperty(name);
    const [declaration] = property?.declarations ?? [];
    const isPart = property !== undefined && (property.flags & ts.SymbolFlags.Optional) !== 0;
    // `Partial<User>`: optional, although the entity declares it as required.
    if (isPart && declaration && ts.isPropertyDeclaration(declaration) && !declaration.questionToken) return false;
    const declared = declaration?.parent;
    const file = declared && ts.isClassDeclaration(declared) ? types.fileOf(declared) : undefined;
    const owner = declared && file && entityOfDeclaration(declared, file, context);
    return owner !== undefined && concerns(owner, context);
  });
}
