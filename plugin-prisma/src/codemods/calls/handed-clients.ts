import {
  resolveDeclared,
  resolveExpression,
  type SourceFile,
  type TransformContext,
  ts,
} from "@lockstep/core/codemods";
import { isClientModule, originOfPath } from "../receivers/client-module.js";
import { ownerByNames } from "../receivers/client-owner.js";
import { isClientName } from "../receivers/client-paths.js";
import { typedDelegate } from "../receivers/typed-delegate.js";
import { accessorOf } from "./client-calls.js";

/** Whether rows of the model can be written through an expression: a client, or its delegate. */
export function givesRowsOf(value: ts.Expression, file: SourceFile, { project, model }: TransformContext): boolean {
  const accessor = accessorOf(model.name);
  const type = project.types?.of(value);
  if (type !== undefined) {
    const delegate = typedDelegate(value, project.types);
    if (delegate !== undefined)
      return delegate.accessor === accessor && originOfPath(delegate.path, project) !== "other";
    const [declaration] = type.getProperty(accessor)?.declarations ?? [];
    if (type.getProperty("$transaction") === undefined || declaration === undefined) return false;
    return originOfPath(project.types?.pathOf(declaration), project) !== "other";
  }
  // Types that nobody generated yet.
  if (ts.isCallExpression(value)) return false;
  const name = ts.isIdentifier(value) ? value.text : ts.isPropertyAccessExpression(value) ? value.name.text : "";
  if (ts.isPropertyAccessExpression(value) && name === accessor)
    return givesRowsOf(value.expression, file, { project, model } as TransformContext);
  if (!isClientName(name) || ownerByNames(value, file, project) === "other") return false;
  const settled = resolveDeclared(resolveExpression(value, file, project), project);
  if (settled?.kind === "external") return /^[.~#/@]/.test(settled.specifier) || isClientModule(settled.specifier);
  return settled === undefined;
}

/** Packages that belong to Prisma, and call what they are given as the app would. */
export function isOwnPackage(specifier: string): boolean {
  return /^(?:@prisma\/|prisma(?:\/|$)|\.prisma\/|@lockstep\/)/.test(specifier);
}
