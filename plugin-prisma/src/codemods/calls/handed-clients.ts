import {
  pathOf,
  resolveDeclared,
  resolveExpression,
  type SourceFile,
  type TransformContext,
  ts,
} from "@lockstep/core/codemods";
import { isClientModule, originOfPath } from "../receivers/client-module.js";
import { ownerByNames } from "../receivers/client-owner.js";
import { typedDelegate } from "../receivers/typed-delegate.js";
import { accessorOf } from "./client-calls.js";

/** Whether rows of the model can be written through an expression: a client, or its delegate. */
export function canWriteModel(value: ts.Expression, file: SourceFile, { project, model }: TransformContext): boolean {
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
  if (ts.isPropertyAccessExpression(value) && value.name.text === accessor)
    return canWriteModel(value.expression, file, { project, model } as TransformContext);
  return isClientByNames(value, file, project);
}

/** The same where the compiler knows no type: the client was not generated, or a package returns the value. */
function isClientByNames(value: ts.Expression, file: SourceFile, project: TransformContext["project"]): boolean {
  const owner = ownerByNames(value, file, project);
  if (owner === "other") return false;
  const found = resolveExpression(value, file, project);
  if (found?.kind === "typed" && ts.isTypeReferenceNode(found.type)) {
    const { typeName } = found.type;
    const name = ts.isIdentifier(typeName) ? typeName.text : typeName.right.text;
    if (/(?:Prisma|Transaction)Client$/.test(name)) return true;
  }
  const settled = resolveDeclared(found, project);
  if (settled !== undefined && settled.kind !== "external") return owner !== undefined;
  const isNamed = settled !== undefined && !/^(?:default|\*)$/.test(settled.name);
  const name = isNamed ? settled.name : (pathOf(value).at(-1) ?? "");
  // Other names for a client (`db`) are also used for other databases.
  if (!/prisma(?:Client|Service)?$/i.test(name)) return false;
  if (settled?.madeBy === undefined)
    return found?.kind === "typed" || !/^(?:[A-Z]|(?:create|get|make|use)[A-Z])/.test(name);
  const { specifier } = settled;
  return isClientModule(specifier) || project.pathsOf(settled.file, specifier).length > 0;
}

/** Prisma's own packages: they call their argument as the app would. */
export function isOwnPackage(specifier: string): boolean {
  return /^(?:@prisma\/|prisma(?:\/|$)|\.prisma\/|@lockstep\/)/.test(specifier);
}
