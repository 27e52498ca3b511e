import {
  literalsOf,
  lookUp,
  memoized,
  nameOf,
  namesColumns,
  referencesTo,
  returnedBy,
  type SourceFile,
  type TransformContext,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { clientCalls } from "../calls/client-calls.js";
import { rowsWrittenBy } from "./written-rows.js";

/** A function that builds rows, `const toUser = (dto) => ({ … })`, and does it for writes of the model alone. */
export interface RowHelper {
  readonly name: string;
  readonly file: SourceFile;
  readonly literals: readonly ts.ObjectLiteralExpression[];
}

/** The helpers of all files, once per snapshot: what calls of writes are given, followed back through one call. */
export const rowHelpers = memoized((context): readonly RowHelper[] => {
  const given = new Set<ts.Node>();
  const found = new Map<ts.Node, RowHelper>();
  for (const file of context.project.files) {
    for (const call of clientCalls(file, context)) {
      for (const { model, value } of rowsWrittenBy(call, context.models)) {
        for (const each of model === context.model ? literalsOf(value) : []) {
          if (!ts.isCallExpression(each)) continue;
          given.add(each);
          const helper = helperOf(each, file, context);
          if (helper !== undefined) found.set(helper.literals[0] as ts.Node, helper);
        }
      }
    }
  }
  return [...found.values()].filter((helper) => isOnlyGiven(helper, given, context));
});

/** Whether a row is built by one of them: it is filled there. */
export function isBuiltByHelper(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  const inner = unwrap(value);
  if (!ts.isCallExpression(inner)) return false;
  const [literal] = helperOf(inner, file, context)?.literals ?? [];
  return rowHelpers(context).some(({ literals }) => literals[0] === literal);
}

/** The function that a call names, if all that it gives back are literals of the model's fields. */
function helperOf(call: ts.CallExpression, file: SourceFile, context: TransformContext): RowHelper | undefined {
  if (!ts.isIdentifier(call.expression)) return undefined;
  const found = lookUp(context.project, file, call.expression.text, "value");
  if (found?.kind !== "declaration") return undefined;
  const maker = ts.isVariableDeclaration(found.node)
    ? found.node.initializer && unwrap(found.node.initializer)
    : found.node;
  const name =
    ts.isVariableDeclaration(found.node) || ts.isFunctionDeclaration(found.node) ? nameOf(found.node.name) : undefined;
  if (maker === undefined || name === undefined) return undefined;
  if (!ts.isFunctionDeclaration(maker) && !ts.isArrowFunction(maker) && !ts.isFunctionExpression(maker))
    return undefined;
  // A type of its own would have to get the field as well.
  if (maker.type !== undefined && !isInput(maker.type)) return undefined;
  const literals = returnedBy(maker).map(unwrap).filter(ts.isObjectLiteralExpression);
  const isRows = literals.length > 0 && literals.length === returnedBy(maker).length;
  if (!isRows || literals.some((literal) => !namesColumns(literal, 2, context))) return undefined;
  return { name, file: found.file, literals };
}

/** Nobody else meets the new property: every use of the name is a call whose result is written. */
function isOnlyGiven(helper: RowHelper, given: ReadonlySet<ts.Node>, context: TransformContext): boolean {
  return referencesTo(helper, context).every(({ node }) => {
    const { parent } = node;
    const isNamed = ts.isFunctionDeclaration(parent) || ts.isVariableDeclaration(parent);
    if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || (isNamed && parent.name === node)) return true;
    return ts.isCallExpression(parent) && parent.expression === node && given.has(parent);
  });
}

/** `Prisma.UserCreateInput` has the field as soon as the model has. */
function isInput(type: ts.TypeNode): boolean {
  return ts.isTypeReferenceNode(type) && ts.isQualifiedName(type.typeName) && /Create/.test(type.typeName.right.text);
}
