import { ts } from "../ast/compiler.js";
import { initializerOf, propertiesOf, returnedBy, unwrap } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUpMember } from "../project/project.js";
import { constantOf } from "../types/constants.js";
import { keysOfShape, type ShapeNode, zodShape } from "./shape-types.js";
import { isMaker, type ZodObject, zodObjectOf } from "./zod-chain.js";

/** A zod object in a schema. */
export interface SchemaPart {
  /** The path of keys to it, from the outside in: `["user"]` of `z.object({ user: UserResponse })`. A list counts as its elements. */
  readonly path: readonly string[];
  readonly shape: Extract<ShapeNode, { kind: "zod" }>;
  /** It throws on keys that it does not name. */
  readonly isStrict: boolean;
  /** It passes on unknown keys. */
  readonly isLoose: boolean;
  /** The names that are picked from it. It only reads these. */
  readonly picked: ts.ObjectLiteralExpression | undefined;
}

type Where = Pick<TransformContext, "project">;

/** `z.array(User)`, `z.lazy(() => User)`: they parse with their argument. */
const wrappers = /^(?:array|set|nullable|nullish|optional|readonly|promise|lazy)$/;
/** Schemas with several alternatives: which one parses a value is not known. */
const choices = /^(?:union|discriminatedUnion|intersection|record|map|tuple|or|and)$/;

/** The zod objects that parse a value in a schema; empty if it is not a schema. */
export function schemaPartsOf(schema: ts.Expression, file: SourceFile, where: Where, depth = 0): readonly SchemaPart[] {
  // Schemas can be recursive.
  if (depth > 8) return [];
  const inside = (inner: ts.Expression, its = file) => schemaPartsOf(inner, its, where, depth + 1);
  const inner = unwrap(schema);
  const constant = constantAt(inner, file, where);
  if (constant !== undefined) return inside(constant.value, constant.file);
  if (!ts.isCallExpression(inner) || !ts.isPropertyAccessExpression(inner.expression)) return [];
  const { expression: owner, name } = inner.expression;
  const [argument] = inner.arguments;
  const method = name.text;
  if (choices.test(method)) return [];
  const own = zodObjectOf(inner);
  if (own?.literal.parent === inner) return ofObject(own, method, file, where, depth);
  const before = inside(owner);
  // Called on a schema, it wraps that schema. Called on zod itself, it wraps its argument.
  if (wrappers.test(method) && before.length === 0) return argument === undefined ? [] : ofGiven(argument, inside);
  if (/^(?:strict|strip|passthrough|loose|catchall)$/.test(method)) {
    const isStrict = method === "strict" || (method === "catchall" && /\.never\(\)$/.test(argument?.getText() ?? ""));
    const isLoose = !isStrict && method !== "strip";
    return before.map((part) => (isWhole(part) ? { ...part, isStrict, isLoose } : part));
  }
  if (method === "merge") {
    const other = argument && inside(argument).find(isWhole);
    return other === undefined ? before : before.map((part) => (isWhole(part) ? merged(part, other) : part));
  }
  const names = argument && unwrap(argument);
  if (names === undefined || !ts.isObjectLiteralExpression(names)) return before;
  const named = propertiesOf(names);
  if (method === "omit") return before.filter(({ path: [first] }) => first === undefined || !named.has(first));
  if (method !== "pick") return before;
  return before.flatMap((part) => {
    const [first] = part.path;
    return first === undefined ? [{ ...part, picked: names }] : named.has(first) ? [part] : [];
  });
}

/** Whether a schema passes on unknown keys of the value at a path. */
export function keepsKey(schema: ts.Expression, path: readonly string[], file: SourceFile, where: Where): boolean {
  const around = schemaPartsOf(schema, file, where).filter((part) => part.path.every((key, at) => path[at] === key));
  const [part] = around.sort((a, b) => b.path.length - a.path.length);
  if (part === undefined || !part.isLoose) return false;
  const next = path[part.path.length];
  // Another schema parses the keys that it names.
  return next === undefined || !keysOfShape(part.shape).has(next);
}

/** A schema, or for `z.lazy` a function that returns one. */
function ofGiven(
  argument: ts.Expression,
  inside: (inner: ts.Expression) => readonly SchemaPart[],
): readonly SchemaPart[] {
  const inner = unwrap(argument);
  return ts.isArrowFunction(inner) ? returnedBy(inner).flatMap((each) => inside(each)) : inside(inner);
}

/** The object itself, and those behind its keys. */
function ofObject(
  own: ZodObject,
  method: string,
  file: SourceFile,
  where: Where,
  depth: number,
): readonly SchemaPart[] {
  const shape = zodShape(own, undefined, file, where.project);
  const before = own.base === undefined ? [] : schemaPartsOf(own.base, file, where, depth + 1);
  const base = isMaker(method) ? undefined : before.find(isWhole);
  const isStrict = method === "strictObject" || base?.isStrict === true;
  const isLoose = method === "looseObject" || base?.isLoose === true;
  const below = [...propertiesOf(own.literal)].flatMap(([name, property]) => {
    const value = initializerOf(property);
    const parts = value === undefined ? [] : schemaPartsOf(value, file, where, depth + 1);
    return parts.map((part) => ({ ...part, path: [name, ...part.path] }));
  });
  const kept = before.filter(({ path: [first] }) => first !== undefined && !propertiesOf(own.literal).has(first));
  return [{ path: [], shape, isStrict, isLoose, picked: undefined }, ...below, ...kept];
}

/** `base.merge(other)` has the keys of both, and the second one's handling of unknown keys. */
function merged(part: SchemaPart, { shape, isStrict, isLoose }: SchemaPart): SchemaPart {
  return {
    ...part,
    isStrict,
    isLoose,
    shape: { ...part.shape, bases: [...part.shape.bases, shape.node, ...shape.bases] },
  };
}

function isWhole({ path }: SchemaPart): boolean {
  return path.length === 0;
}

/** The constant that a name refers to, including through `import * as schemas`. */
function constantAt(value: ts.Expression, file: SourceFile, { project }: Where): ReturnType<typeof constantOf> {
  if (ts.isIdentifier(value)) return constantOf(value, file, project);
  if (!ts.isPropertyAccessExpression(value)) return undefined;
  const found = lookUpMember(project, file, value.expression, value.name.text, "value");
  if (found?.kind !== "declaration" || !ts.isVariableDeclaration(found.node)) return undefined;
  return found.node.initializer && { value: found.node.initializer, file: found.file };
}
