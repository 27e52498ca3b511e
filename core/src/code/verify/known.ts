import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import type { PlannedField } from "./request.js";

/** Unknown properties, missing properties, and their consequences: assignments, arguments, overloads. */
const ofProperties = new Set([2322, 2339, 2345, 2353, 2551, 2559, 2561, 2739, 2741, 2769]);

const names = [
  /Property '([^']+)' (?:does not exist|is missing)/g,
  /(?:and|but) '([^']+)' does not exist in type/g,
  /is missing the following properties from type .*: (.+)$/gm,
];

/**
 * Separates errors of the code from those of an outdated generated client or built package: after the model was edited and before these are
 * generated again, correct code names a field that they lack.
 */
export class StaleClient {
  readonly #fields: readonly PlannedField[];
  readonly #folders: readonly string[];
  readonly #stale = new WeakMap<compiler.Program, ReadonlySet<string>>();

  /** @param folders of generated code, absolute, with `/` */
  constructor(fields: readonly PlannedField[], folders: readonly string[]) {
    this.#fields = fields;
    this.#folders = folders;
  }

  /** Whether the client has the model of a planned field without that field: its arguments are not checked then. */
  isBehind(program: compiler.Program): boolean {
    const generated = program.getSourceFiles().filter(({ fileName }) => this.#isGenerated(fileName));
    const stale = this.#staleIn(program);
    return this.#fields.some(
      ({ model, field }) => stale.has(field) && generated.some((file) => declares(file, model, undefined)),
    );
  }

  /** Whether an error only names fields that the client lacks so far, and concerns a type of the client. */
  explains(diagnostic: compiler.DiagnosticWithLocation, program: compiler.Program): boolean {
    if (!ofProperties.has(diagnostic.code)) return false;
    const node = nodeAt(diagnostic.file, diagnostic.start);
    const named = namedIn(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
    const about = named.length > 0 ? named : ts.isIdentifier(node) ? [node.text] : [];
    if (about.length === 0 || !about.every((name) => this.#fields.some(({ field }) => field === name))) return false;
    const stale = this.#staleIn(program);
    return about.every((name) => stale.has(name)) && this.#isOfClient(node, program.getTypeChecker());
  }

  /** The planned fields that the client's declaration of their model lacks. */
  #staleIn(program: compiler.Program): ReadonlySet<string> {
    const known = this.#stale.get(program);
    if (known !== undefined) return known;
    const generated = program.getSourceFiles().filter(({ fileName }) => this.#isGenerated(fileName));
    const stale = this.#fields.filter(({ model, field }) => !generated.some((file) => declares(file, model, field)));
    const found = new Set(stale.map(({ field }) => field));
    this.#stale.set(program, found);
    return found;
  }

  #isGenerated(file: string): boolean {
    if (this.#folders.some((folder) => file.startsWith(`${folder}/`))) return true;
    if (file.includes("/node_modules/")) return /\/node_modules\/(?:\.prisma|@prisma\/client)\//.test(file);
    // The last build of another package of the repository.
    return /\/(?:dist|build|out|lib)\/.*\.d\.[cm]?ts$/.test(file);
  }

  /** Whether the client declares one of the types at this position. */
  #isOfClient(node: compiler.Node, checker: compiler.TypeChecker): boolean {
    for (let at = node; !ts.isSourceFile(at); at = at.parent) {
      if (typesAt(at, checker).some((type) => this.#comesFromClient(type, checker, 4))) return true;
      const signature = ts.isCallOrNewExpression(at) ? checker.getResolvedSignature(at)?.getDeclaration() : undefined;
      if (signature !== undefined && this.#isGenerated(signature.getSourceFile().fileName)) return true;
      if (at !== node && (ts.isStatement(at) || ts.isFunctionLike(at) || ts.isClassElement(at))) return false;
    }
    return false;
  }

  #comesFromClient(type: compiler.Type, checker: compiler.TypeChecker, depth: number): boolean {
    const declared = [type.aliasSymbol, type.symbol].flatMap((symbol) => symbol?.declarations ?? []);
    if (declared.some((node) => this.#isGenerated(node.getSourceFile().fileName))) return true;
    if (depth === 0) return false;
    const parts = [
      ...(type.isUnionOrIntersection() ? type.types : []),
      ...(type.aliasTypeArguments ?? []),
      ...(isReference(type) ? checker.getTypeArguments(type) : []),
    ];
    return parts.some((part) => this.#comesFromClient(part, checker, depth - 1));
  }
}

/** The expected types at a position, and the types of its values. */
function typesAt(node: compiler.Node, checker: compiler.TypeChecker): readonly compiler.Type[] {
  if (ts.isObjectBindingPattern(node)) return [checker.getTypeAtLocation(node)];
  const of = [node, ...expressionsOf(node)].filter(ts.isExpression);
  return of.flatMap((expression) => {
    const wanted = checker.getContextualType(expression);
    const given = ts.isObjectLiteralExpression(expression) ? undefined : checker.getTypeAtLocation(expression);
    return [wanted, given].filter((type) => type !== undefined);
  });
}

function expressionsOf(node: compiler.Node): readonly compiler.Expression[] {
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return [node.expression];
  if (ts.isReturnStatement(node)) return node.expression ? [node.expression] : [];
  const holds = ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node);
  if (holds) return node.initializer ? [node.initializer] : [];
  return ts.isSatisfiesExpression(node) || ts.isAsExpression(node) ? [node.expression] : [];
}

function isReference(type: compiler.Type): type is compiler.TypeReference {
  return (type.flags & ts.TypeFlags.Object) !== 0 && "target" in type;
}

/** Whether the file declares a model, under one of the names that generators use, with this property. */
function declares(file: compiler.SourceFile, model: string, field: string | undefined): boolean {
  if (!file.text.includes(model) || (field !== undefined && !file.text.includes(field))) return false;
  const isModel = new RegExp(`^\\$?${model}(?:Payload)?$`);
  const hasField = (node: compiler.Node): boolean =>
    ((ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) && node.name.getText(file) === field) ||
    (ts.forEachChild(node, hasField) ?? false);
  const visit = (node: compiler.Node): boolean => {
    if (ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node))
      return isModel.test(node.name?.text ?? "") && (field === undefined || hasField(node));
    const goesOn = ts.isSourceFile(node) || ts.isModuleDeclaration(node) || ts.isModuleBlock(node);
    return goesOn && (ts.forEachChild(node, visit) ?? false);
  };
  return visit(file);
}

/** The missing properties in a message: `Property 'handle' is missing in type …`, `Type '"handle"' is not assignable to type 'never'`. */
export function missingIn(message: string): readonly string[] {
  const [, , following] = names;
  const patterns = [
    /Property '([^']+)' is missing/g,
    /ype '"([^"]+)"' is not assignable to (?:parameter of )?type 'never'/g,
  ];
  return [...patterns, following as RegExp].flatMap((pattern) => listedBy(pattern, message));
}

function namedIn(message: string): readonly string[] {
  return names.flatMap((pattern) => listedBy(pattern, message));
}

function listedBy(pattern: RegExp, message: string): readonly string[] {
  return [...message.matchAll(pattern)].flatMap(([, list]) => (list ?? "").split(", ").filter((name) => name !== ""));
}

/** The innermost node that starts at a position, or contains it. */
function nodeAt(file: compiler.SourceFile, start: number): compiler.Node {
  let node: compiler.Node = file;
  for (;;) {
    const inner: compiler.Node | undefined = ts.forEachChild(node, (child) =>
      child.getStart(file) <= start && start < child.end ? child : undefined,
    );
    if (inner === undefined) return node;
    node = inner;
  }
}
