import {
  type Project,
  resolveDeclared,
  resolveExpression,
  type SourceFile,
  type TransformContext,
  ts,
} from "@lockstep/core/codemods";
import { isClientModule, originOfPath } from "../receivers/client-module.js";
import { clientOfType } from "../receivers/client-of-expression.js";
import { isClientName } from "../receivers/client-paths.js";
import { typedDelegate } from "../receivers/typed-delegate.js";
import { accessorOf } from "./client-calls.js";

/** Whether rows of the model can be written through an expression: a client, or its delegate. */
export function givesRowsOf(value: ts.Expression, file: SourceFile, { project, model }: TransformContext): boolean {
  const accessor = accessorOf(model.name);
  const type = project.types?.of(value);
  if (type !== undefined) {
    const delegate = typedDelegate(value, project.types);
    if (delegate !== undefined) return delegate.accessor === accessor && !isOfOtherSchema(delegate.path, project);
    const [declaration] = type.getProperty(accessor)?.declarations ?? [];
    if (type.getProperty("$transaction") === undefined || declaration === undefined) return false;
    return !isOfOtherSchema(project.types?.pathOf(declaration), project);
  }
  // Types that nobody generated yet.
  if (ts.isCallExpression(value)) return false;
  const name = ts.isIdentifier(value) ? value.text : ts.isPropertyAccessExpression(value) ? value.name.text : "";
  const found = resolveExpression(value, file, project);
  if (found?.kind === "typed" && namesClient(found.type) && clientOfType(found.type, found.file, project) !== undefined)
    return true;
  if (ts.isPropertyAccessExpression(value) && name === accessor)
    return givesRowsOf(value.expression, file, { project, model } as TransformContext);
  if (!isClientName(name)) return false;
  const settled = resolveDeclared(found, project);
  if (settled?.kind === "external") return /^[.~#/@]/.test(settled.specifier) || isClientModule(settled.specifier);
  return settled === undefined;
}

function isOfOtherSchema(path: string | undefined, project: Project): boolean {
  return path !== undefined && originOfPath(path, project) === "other";
}

/** Rows and inputs come from the client's module too. */
function namesClient(type: ts.TypeNode): boolean {
  const text = type.getText();
  return /^Prisma\./.test(text)
    ? /^Prisma\.(?:TransactionClient|\w+Delegate)\b/.test(text)
    : /Client\b|\["|\btypeof\b/.test(text) || isClientName(text);
}

/** Packages that belong to Prisma, and call what they are given as the app would. */
export function isOwnPackage(specifier: string): boolean {
  return /^(?:@prisma\/|prisma(?:\/|$)|\.prisma\/|@lockstep\/)/.test(specifier);
}
