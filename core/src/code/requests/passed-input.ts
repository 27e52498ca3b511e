import { ts } from "../ast/compiler.js";
import { nameOf, wrapperOf } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { lineAt, type PlaceNode, type SourceFile } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import type { FoundCandidate } from "../candidates/keys.js";
import type { CandidateFinding, TransformContext } from "../contract/transform.js";
import { functionCalledBy } from "../flow/callers.js";
import { inputTypeOf } from "../inputs/input-type.js";
import { isParsing } from "../shapes/derived-shapes.js";
import type { ShapeNode } from "../shapes/shape-types.js";
import { typesIn, zodShapesIn } from "../shapes/shapes-in.js";
import { referencesTo } from "../types/references.js";

/** What the edit of a request needs. */
export interface Input {
  readonly needs: readonly PlaceNode[];
  /** Why a person has to edit it. Absent: nothing keeps Lockstep from it. */
  readonly blocker?: string;
}

/**
 * Requests whose fields are read one by one: an edit of the request alone would accept the new field and drop it. It needs a place that
 * reads the field from there, unless a row does.
 *
 * @param surveyed the places of all intents
 */
export function inputsOf(
  open: readonly FoundCandidate[],
  context: TransformContext,
  surveyed: readonly { readonly context: TransformContext; readonly all: readonly FoundCandidate[] }[],
): ReadonlyMap<PlaceNode, Input> {
  const rows: readonly PlaceNode[] = surveyed.flatMap((each) => [...each.context.sources]);
  const readers = surveyed.flatMap(({ all }) => all.filter(({ finding }) => !isRequest(finding)));
  const found = new Map<PlaceNode, Input>();
  for (const { file, finding } of open) {
    const isAsked = isRequest(finding) && finding.isOnlyNeeded !== true && !isTestFile(file);
    const input = isAsked && !rows.includes(finding.node) ? readInput(finding, file, context) : undefined;
    if (input === undefined) continue;
    const isDeclared = (node: PlaceNode) => input.declared.has(node);
    const [reader] = readers
      .filter(({ finding: { needs = [] } }) => needs.some(isDeclared))
      .sort((a, b) => b.finding.names.length - a.finding.names.length);
    const need = rows.find(isDeclared) ?? reader?.finding.node;
    const blocker = `the code that reads it (${input.at}) passes on other fields only`;
    found.set(finding.node, need === undefined ? { needs: [], blocker } : { needs: [need] });
  }
  return found;
}

function isRequest({ family }: CandidateFinding): boolean {
  return family === "zod" || family === "dto" || family === "type";
}

/** Code that reads single fields of a request and so drops a new one, unless one of these declarations gets it and a row reads it there. */
interface ReadInput {
  /** The declaration itself, and those of the parameters that its values are passed to. */
  readonly declared: ReadonlySet<PlaceNode>;
  /** `src/users.controller.ts:12` */
  readonly at: string;
}

/**
 * Follows the values of a request's schema, class or type through the code. Undefined if one may be passed on as a whole, to a row or to
 * code that cannot be followed: it may reach the database there.
 */
function readInput(
  { node, family }: Pick<CandidateFinding, "node" | "family">,
  file: SourceFile,
  context: TransformContext,
): ReadInput | undefined {
  const shapes: readonly ShapeNode[] = family === "zod" ? zodShapesIn(file, context.project) : typesIn(file);
  const shape = shapes.find((each) => each.node === node);
  const holders = shape && holdersOf(shape.name, file, context);
  const [first] = holders ?? [];
  if (shape === undefined || holders === undefined || first === undefined) return undefined;
  const declared = new Set<PlaceNode>([shape.node]);
  const queue = [...holders];
  const seen = new Set<ts.Node>();
  // The loop also visits holders that are added while it runs.
  for (const holder of queue) {
    if (seen.has(holder.node)) continue;
    seen.add(holder.node);
    const input = holder.isResult ? undefined : inputTypeOf(holder.node, holder.file, context);
    for (const each of input?.declared ?? []) declared.add(each.node);
    const more = ts.isIdentifier(holder.node)
      ? passedOn(holder, holder.node, context)
      : restOf(holder.node, holder.file);
    if (more === undefined) return undefined;
    queue.push(...more);
  }
  return { declared, at: `${first.file.file}:${lineAt(first.file.text, first.node.getStart(first.file.ast))}` };
}

/** A variable or parameter with a value of the request, or the pattern that destructures it. */
interface Holder {
  readonly node: ts.Identifier | ts.ObjectBindingPattern;
  readonly file: SourceFile;
  /** The value is its `data`: `Body.safeParse(request.body)`. */
  readonly isResult?: boolean;
}

type Holders = readonly Holder[] | undefined;

function allOf<T>(items: Iterable<T>, find: (item: T) => Holders): Holders {
  const found: Holder[] = [];
  for (const item of items) {
    const its = find(item);
    if (its === undefined) return undefined;
    found.push(...its);
  }
  return found;
}

/** The holders of all values of a schema or type by its name; undefined if it is used in another way. */
function holdersOf(name: string | undefined, file: SourceFile, context: TransformContext, depth = 0): Holders {
  if (name === undefined || depth > 3) return undefined;
  const outsideTests = referencesTo({ name, file }, context).filter((each) => !isTestFile(each.file));
  return allOf(outsideTests, ({ node, file: its }) => {
    const { parent } = node;
    const isDeclared = "name" in parent && parent.name === node;
    if (
      ts.isImportSpecifier(parent) ||
      ts.isExportSpecifier(parent) ||
      (isDeclared && !ts.isPropertyAccessExpression(parent))
    )
      return [];
    const decorator = ts.findAncestor(node, ts.isDecorator);
    // `@Body(new ZodPipe(CreateUser)) body`, `@ApiBody({ type: CreateUser })`
    if (decorator !== undefined) return ts.isParameter(decorator.parent) ? declaredAs(decorator.parent, its) : [];
    if (ts.isTypeReferenceNode(parent)) return ofType(parent, its, context, depth);
    // `z.infer<typeof CreateUser>`
    if (ts.isTypeQueryNode(parent) && ts.isTypeReferenceNode(parent.parent))
      return ofType(parent.parent, its, context, depth);
    const call = ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.parent : undefined;
    const isParsed = call !== undefined && ts.isCallExpression(call) && call.expression === parent;
    const method = ts.isPropertyAccessExpression(parent) ? parent.name.text : "";
    return isParsed && isParsing(method) ? given(call, its, context, /^safe/i.test(method)) : undefined;
  });
}

function ofType(type: ts.TypeReferenceNode, file: SourceFile, context: TransformContext, depth: number): Holders {
  const { parent } = type;
  if (ts.isTypeAliasDeclaration(parent)) return holdersOf(parent.name.text, file, context, depth + 1);
  if (ts.isAsExpression(parent)) return given(parent, file, context);
  return ts.isParameter(parent) || ts.isVariableDeclaration(parent) ? declaredAs(parent, file) : undefined;
}

function declaredAs(
  declaration: ts.ParameterDeclaration | ts.VariableDeclaration,
  file: SourceFile,
  isResult = false,
): Holders {
  const { name } = declaration;
  const isElsewhere = ts.isParameter(declaration)
    ? declaration.modifiers?.some(ts.isModifier) === true || declaration.dotDotDotToken !== undefined
    : (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Export) !== 0;
  if (isElsewhere || ts.isArrayBindingPattern(name)) return undefined;
  // A signature without a body has no values.
  if (ts.isParameter(declaration) && !("body" in declaration.parent && declaration.parent.body)) return [];
  return isResult && ts.isObjectBindingPattern(name) ? dataOf(name, file) : [{ node: name, file, isResult }];
}

/** `const { success, data } = Body.safeParse(request.body)` */
function dataOf(pattern: ts.ObjectBindingPattern, file: SourceFile): Holders {
  return allOf(pattern.elements, ({ name, propertyName = name, dotDotDotToken }) => {
    if (dotDotDotToken !== undefined) return undefined;
    if (nameOf(propertyName as ts.PropertyName) !== "data") return [];
    return ts.isArrayBindingPattern(name) ? undefined : [{ node: name, file }];
  });
}

/** `...rest` of `{ email, ...rest }` */
function restOf({ elements }: ts.ObjectBindingPattern, file: SourceFile): Holders {
  return elements.flatMap(({ name, dotDotDotToken }) =>
    dotDotDotToken !== undefined && ts.isIdentifier(name) ? [{ node: name, file }] : [],
  );
}

/** The holders that get the value from a name; undefined if a use passes it to other code. */
function passedOn({ file, isResult = false }: Holder, name: ts.Identifier, context: TransformContext): Holders {
  const declaration = declarationOf(name);
  const uses = file.identifiers(name.text).filter((node) => node !== name && !isKey(node));
  return allOf(
    uses.filter((node) => declarationOf(node) === declaration),
    (node) => {
      if (!isResult) return given(node, file, context);
      const { parent } = node;
      if (!ts.isPropertyAccessExpression(parent))
        return ts.isVariableDeclaration(parent) ? declaredAs(parent, file, true) : undefined;
      return parent.name.text === "data" ? given(parent, file, context) : [];
    },
  );
}

/** Whether a name is a member or a key, which belongs to another object. */
function isKey(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) && parent.name === node;
}

/** What gets a value: nothing if only members of it are read. */
function given(value: ts.Expression, file: SourceFile, context: TransformContext, isResult = false): Holders {
  const outer = wrapperOf(value);
  const { parent } = outer;
  if (ts.isPropertyAccessExpression(parent)) return isResult ? undefined : [];
  if (ts.isVariableDeclaration(parent) && parent.initializer === outer) return declaredAs(parent, file, isResult);
  if (isResult || !ts.isCallExpression(parent) || parent.expression === outer) return undefined;
  const index = parent.arguments.indexOf(outer as ts.Expression);
  const called = functionCalledBy(parent, file, context);
  const parameter = parent.arguments.slice(0, index).some(ts.isSpreadElement)
    ? undefined
    : called?.node.parameters[index];
  return parameter && called && declaredAs(parameter, called.file);
}
