import { isSameTable, type Operation, type TableName, type TypeKind } from "../model/index.js";
import { isWellKnown } from "../sql/verdicts/columns.js";
import type { VerdictContext } from "../sql/verdicts/context.js";

/**
 * The kinds of the new columns' types that the change itself does not create.
 *
 * @param ask returns the kind of a type; not called for a change without such a type
 */
export async function knownTypes(
  operations: readonly Operation[],
  ask: (name: TableName) => Promise<TypeKind | undefined>,
): Promise<VerdictContext["typeKind"]> {
  const types: { readonly name: TableName; readonly kind: TypeKind | undefined }[] = [];
  const find = (name: TableName) => types.find((each) => isSameTable(each.name, name));
  for (const operation of operations) {
    const ownType = operation.kind === "addColumn" ? operation.column.ownType : undefined;
    if (ownType === undefined || isWellKnown(ownType) || find(ownType) !== undefined || isMade(ownType, operations))
      continue;
    types.push({ name: ownType, kind: await ask(ownType) });
  }
  return (name) => find(name)?.kind;
}

function isMade(type: TableName, operations: readonly Operation[]): boolean {
  return operations.some(
    (each) =>
      (each.kind === "createType" || each.kind === "createDomain" || each.kind === "addEnumValue") &&
      isSameTable(each.name, type),
  );
}
