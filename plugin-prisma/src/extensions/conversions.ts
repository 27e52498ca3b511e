import type { Conversion, EntityModel } from "@lockstep/core";
import {
  createProject,
  initializerOf,
  lineAt,
  lookUp,
  nameOf,
  type Project,
  parseSourceFile,
  pathOf,
  propertiesOf,
  returnedBy,
  type SourceFile,
  spreadsOf,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import { accessorOf } from "../codemods/calls/client-calls.js";

/** Queries that write values. */
const writing =
  /^(?:create|createMany|createManyAndReturn|update|updateMany|updateManyAndReturn|upsert|\$allOperations)$/;

interface Literal {
  readonly node: ts.ObjectLiteralExpression;
  readonly file: SourceFile;
}

/**
 * The fields that extensions of clients convert, by `Model.field`: those that `result` computes, and those whose values `query` and
 * middlewares change before they are written. An extension of a package is not read.
 */
export function conversionsIn(
  sources: readonly { readonly file: string; readonly text: string }[],
  models: readonly EntityModel[],
): ReadonlyMap<string, Conversion> {
  const project = createProject(sources.map(({ file, text }) => parseSourceFile(file, text)));
  const found = new Map<string, Conversion>();
  const add = (its: readonly EntityModel[], names: Names, node: ts.Node, file: SourceFile) => {
    const by = `the client extension at ${file.file}:${lineAt(file.text, node.getStart(file.ast))}`;
    for (const { name: model, fields } of its)
      for (const { name } of fields) if (names === "all" || names.has(name)) found.set(`${model}.${name}`, { by });
  };
  const ofKey = (key: string) =>
    key === "$allModels" ? models : models.filter(({ name }) => accessorOf(name) === key);
  for (const file of project.files) {
    for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
      const method = pathOf(call.expression).at(-1);
      const [given] = call.arguments;
      if (given === undefined) continue;
      if (method === "$use") add(modelsNamedIn(given, file, models), changedNames(given), given, file);
      if (method !== "$extends" && method !== "defineExtension") continue;
      const extension = literalOf(given, file, project);
      if (extension === undefined) continue;
      for (const [key, model] of literalsIn(extension, "result", project))
        add(ofKey(key), new Set(propertiesOf(model.node).keys()), model.node, model.file);
      for (const [key, model] of literalsIn(extension, "query", project))
        for (const [operation, handler] of propertiesOf(model.node))
          if (writing.test(operation))
            add(modelsNamedIn(handler, model.file, ofKey(key)), changedNames(handler), handler, model.file);
      const query = valueAt(extension.node, "query");
      const whole = query && literalOf(query, extension.file, project);
      const every = whole && propertiesOf(whole.node).get("$allOperations");
      if (whole && every) add(modelsNamedIn(every, whole.file, models), changedNames(every), every, whole.file);
    }
  }
  return found;
}

/** The literals by model of a part of an extension: `{ user: { … }, $allModels: { … } }`. */
function literalsIn(extension: Literal, part: string, project: Project): readonly (readonly [string, Literal])[] {
  const value = valueAt(extension.node, part);
  const models = value && literalOf(value, extension.file, project);
  if (models === undefined) return [];
  return [...propertiesOf(models.node)].flatMap(([key, property]) => {
    const its = initializerOf(property);
    const literal = its && literalOf(its, models.file, project);
    return literal === undefined ? [] : [[key, literal] as const];
  });
}

/** A literal, a constant that holds one, or what a function of the project returns. */
function literalOf(value: ts.Expression, file: SourceFile, project: Project, depth = 0): Literal | undefined {
  const node = unwrap(value);
  if (ts.isObjectLiteralExpression(node)) return { node, file };
  const name = ts.isCallExpression(node) ? node.expression : node;
  const found = ts.isIdentifier(name) && depth < 8 ? lookUp(project, file, name.text, "value") : undefined;
  if (ts.isCallExpression(node) && /\bdefineExtension$/.test(node.expression.getText()))
    return node.arguments[0] && literalOf(node.arguments[0], file, project, depth + 1);
  if (found?.kind !== "declaration") return undefined;
  const made = ts.isVariableDeclaration(found.node) ? found.node.initializer : found.node;
  const isFunction =
    made !== undefined && (ts.isArrowFunction(made) || ts.isFunctionExpression(made) || ts.isFunctionDeclaration(made));
  const next = isFunction ? returnedBy(made)[0] : made;
  if (next === undefined || !ts.isExpression(next)) return undefined;
  return literalOf(next, found.file, project, depth + 1);
}

/** A handler of every model may be for some: `if (params.model === "User")`. */
function modelsNamedIn(handler: ts.Node, file: SourceFile, models: readonly EntityModel[]): readonly EntityModel[] {
  const text = handler.getText(file.ast);
  const named = models.filter(({ name }) => new RegExp(`["'\`]${name}["'\`]`).test(text));
  return named.length > 0 ? named : models;
}

type Names = ReadonlySet<string> | "all";

/** The arguments of a query that hold values: an upsert has two. */
const holds = /^(?:data|create|update)$/;

/** The fields that a handler sets in the values of a query; `all`: what another function makes of them, or computed keys. */
function changedNames(handler: ts.Node): Names {
  const names = new Set<string>();
  let isAll = false;
  const become = (value: ts.Expression) => {
    const data = unwrap(value);
    if (!ts.isObjectLiteralExpression(data)) {
      // `data: args.data` passes it on.
      isAll ||= ts.isCallExpression(data) || ts.isAwaitExpression(data);
      return;
    }
    for (const name of propertiesOf(data).keys()) names.add(name);
    isAll ||= spreadsOf(data).some(({ expression }) => ts.isCallExpression(unwrap(expression)));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && holds.test(nameOf(node.name) ?? "")) become(node.initializer);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      const target = unwrap(node.left);
      const path = pathOf(target);
      const at = path.findLastIndex((name) => holds.test(name));
      const field = at < 0 ? undefined : path[at + 1];
      if (field !== undefined) names.add(field);
      else if (at >= 0 && at === path.length - 1 && ts.isPropertyAccessExpression(target)) become(node.right);
      if (ts.isElementAccessExpression(target) && holds.test(pathOf(target.expression).at(-1) ?? "")) {
        const key = unwrap(target.argumentExpression);
        if (ts.isStringLiteralLike(key)) names.add(key.text);
        else isAll = true;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(handler);
  return isAll ? "all" : names;
}
