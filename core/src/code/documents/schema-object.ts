import { ts } from "../ast/compiler.js";
import { nameOf, pathOf, wrapperOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import type { DocMap } from "../formats/doc-tree.js";
import { literalFormat, literalTree } from "../formats/literal-format.js";
import { isClosed, isSchemaOf, nullableAmong, type Role, requiredIn, type SchemaShape } from "./schema-shapes.js";
import { schemaTransform } from "./schema-transform.js";

/** JSON schemas in code: `schema: { body: { type: "object", properties: { … } } }` of Fastify, Ajv, OpenAPI decorators. */
export const schemaObject = schemaTransform({
  id: "schema-object",
  format: literalFormat,
  shapesIn(file, context) {
    if (!file.text.includes("properties")) return [];
    return file.nodes(ts.SyntaxKind.ObjectLiteralExpression).flatMap((node): SchemaShape[] => {
      const schema = schemaAround(node);
      const map = schema && literalTree(node);
      if (schema === undefined || map?.kind !== "map" || !isSchemaOf(map)) return [];
      const { name, label, role } = placeOf(schema, file, context);
      const parent = literalTree(schema) as DocMap;
      const nullable = nullableAmong(file.text);
      const about = {
        required: requiredIn(parent),
        isClosed: isClosed(parent),
        name,
        what: `schema ${label}`,
        owner: { kind: "schema", name: label },
      } as const;
      return [{ map, ...about, role, nullable }];
    });
  },
});

/** The object whose `properties` these are. */
function schemaAround(node: ts.ObjectLiteralExpression): ts.ObjectLiteralExpression | undefined {
  const property = wrapperOf(node).parent;
  if (!ts.isPropertyAssignment(property) || nameOf(property.name) !== "properties") return undefined;
  return property.parent;
}

const requests = /^(?:body|querystring|query|params|headers|requestBody)$/;
const responses = /^(?:response|responses|reply|[1-5](?:\d\d|xx))$/i;

/** A schema's name and role: from the keys around it, and from the uses of its constant. */
function placeOf(
  node: ts.Node,
  file: SourceFile,
  context: TransformContext,
): { readonly name: string | undefined; readonly label: string; readonly role: Role | undefined } {
  const keys: string[] = [];
  let at: ts.Node = node;
  for (; at.parent !== undefined && !ts.isVariableDeclaration(at.parent); at = at.parent) {
    const key = ts.isPropertyAssignment(at.parent) ? nameOf(at.parent.name) : undefined;
    const status =
      ts.isPropertyAssignment(at.parent) && ts.isNumericLiteral(at.parent.name) ? at.parent.name.text : key;
    if (status !== undefined) keys.unshift(status);
    // `@ApiBody({ schema: { … } })`
    const decorator = ts.isCallExpression(at.parent) ? pathOf(at.parent.expression).at(-1) : undefined;
    if (decorator !== undefined && /^Api\w*(?:Body|Query|Response)$/.test(decorator)) {
      keys.unshift(decorator.endsWith("Response") ? "response" : "body");
    }
  }
  const constant = at.parent && ts.isVariableDeclaration(at.parent) ? nameOf(at.parent.name) : undefined;
  const inner = keys.findLast((_, index) => keys[index - 1] === "properties");
  const label = [constant, ...keys.filter((key) => !/^(?:schema|properties|items)$/.test(key))]
    .filter(Boolean)
    .join(".");
  const role = roleOf(keys) ?? (constant === undefined ? undefined : roleOfUses(constant, file, context));
  return { name: inner ?? constant, label: label || "object", role };
}

function roleOf(keys: readonly string[]): Role | undefined {
  const key = keys.findLast((each) => requests.test(each) || responses.test(each));
  return key === undefined ? undefined : requests.test(key) ? "request" : "response";
}

/** `{ body: createUser, response: { 200: user } }`, in any file, because schema names are rarely reused. */
function roleOfUses(name: string, file: SourceFile, { project }: TransformContext): Role | undefined {
  const files = project.files.filter((each) => each === file || each.text.includes(name));
  const roles = new Set<Role>();
  for (const use of files.flatMap((each) => each.identifiers(name))) {
    const keys: string[] = [];
    for (let at: ts.Node = use; at.parent !== undefined && !ts.isStatement(at); at = at.parent) {
      if (!ts.isPropertyAssignment(at.parent) || at.parent.name === at) continue;
      const key = ts.isNumericLiteral(at.parent.name) ? at.parent.name.text : nameOf(at.parent.name);
      if (key !== undefined) keys.unshift(key);
    }
    const role = roleOf(keys);
    if (role !== undefined) roles.add(role);
  }
  return roles.size > 1 ? "both" : [...roles][0];
}
