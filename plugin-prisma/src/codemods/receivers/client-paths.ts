import { declarationOf, nameOf, type Project, pathOf, returnedBy, ts, unwrap, valueAt } from "@lockstep/core/codemods";
import { type Delegate, typedDelegate } from "./typed-delegate.js";

/** `<client>.<accessor>.<method>` of a call, even if the call itself contains only a part of it. */
export interface ClientPath {
  readonly client: ts.Expression;
  /** `user` for model `User`. */
  readonly accessor: string;
  readonly method: string;
  /** `prisma.user.create`: the display name. */
  readonly label: string;
  /** By its type: a delegate of a client, and the generated file that declares it. */
  readonly typed?: Delegate;
}

/**
 * Reads a callee as a path of the client: `prisma.user.create`, and `users.create` if `users` is a delegate by its type, or is assigned one
 * in the same file.
 *
 * @param project none: uses only the file's text
 */
export function clientPathOf(
  callee: ts.Expression,
  project?: Pick<Project, "types" | "clients">,
): ClientPath | undefined {
  const isShared = project?.clients !== undefined;
  const inner = unwrap(callee);
  // `vi.mocked(prisma.user.findUnique)` resolves to its argument.
  const [mocked] = ts.isCallExpression(inner) && pathOf(inner.expression).at(-1) === "mocked" ? inner.arguments : [];
  if (mocked !== undefined) return clientPathOf(mocked, project);
  const path = pathOf(inner);
  const method = path.at(-1);
  const delegate = ownerOf(inner);
  if (method === undefined || delegate === undefined) return undefined;
  const client = ownerOf(delegate);
  const accessor = path.at(-2);
  const label = path
    .slice(-3)
    .filter((name) => name !== "…")
    .join(".");
  const whole = path.length >= 3 && client && accessor ? { client, accessor, method, label } : undefined;
  // `prisma.user.create` needs no compiler. If two schemas have a User, resolving its owner does.
  if (whole !== undefined && !isShared && isClientName(path.at(-3) ?? "")) return whole;
  const typed = typedDelegate(delegate, project?.types);
  if (typed !== undefined) return { client: client ?? delegate, accessor: typed.accessor, method, label, typed };
  const kept = path.length <= 3 ? keptDelegate(delegate) : undefined;
  return kept === undefined ? whole : { ...kept, method, label };
}

/** `sdk.user` of `sdk.user.create`. */
export function ownerOf(expression: ts.Expression): ts.Expression | undefined {
  const inner = unwrap(expression);
  const isAccess = ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner);
  return isAccess ? inner.expression : undefined;
}

/** Whether it is a common name of a client. */
export function isClientName(name: string): boolean {
  return /prisma|database/i.test(name) || /^(?:db|tx|trx|orm|client)$|Db(?:[A-Z]|$)|DB/.test(name);
}

type Kept = Pick<ClientPath, "client" | "accessor">;

/**
 * The delegate that a value holds, if its own file assigns it: `const users = prisma.user`, `const { user: users } = tx`, `this.users`, a
 * getter or a function that returns it, a map of delegates.
 */
function keptDelegate(value: ts.Expression, depth = 0): Kept | undefined {
  const inner = unwrap(value);
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  const declared = accessorOfType(declaration ?? memberOfThis(inner));
  if (declared !== undefined) return { client: inner, accessor: declared };
  const isBound = declaration && ts.isBindingElement(declaration) && declaration.dotDotDotToken === undefined;
  const owner = isBound ? declaration.parent.parent : undefined;
  const whole = owner && ts.isVariableDeclaration(owner) ? owner.initializer : undefined;
  const set = isBound ? undefined : setTo(inner);
  const client = isBound ? whole : set && ownerOf(set);
  const accessor = isBound
    ? nameOf((declaration.propertyName ?? declaration.name) as ts.PropertyName)
    : set && pathOf(set).at(-1);
  // `const { user } = session` destructures something else.
  if (client !== undefined && accessor !== undefined && isClientName(pathOf(client).at(-1) ?? ""))
    return { client, accessor };
  return set === undefined || depth > 2 ? undefined : keptDelegate(set, depth + 1);
}

/** `user` of a declaration of type `Prisma.UserDelegate` or `PrismaClient["user"]`. */
function accessorOfType(declaration: ts.Node | undefined): string | undefined {
  const isTyped =
    declaration &&
    (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration) || ts.isPropertyDeclaration(declaration));
  const text = isTyped ? declaration.type?.getText() : undefined;
  const [, delegate, member] =
    /^(?:Prisma\.(\w+)Delegate(?:<.*>)?|PrismaClient\[["'](\w+)["']\])$/s.exec(text ?? "") ?? [];
  return delegate === undefined ? member : delegate.charAt(0).toLowerCase() + delegate.slice(1);
}

/** Resolves a name, a member or a call within the file. */
function setTo(inner: ts.Expression): ts.Expression | undefined {
  if (ts.isIdentifier(inner)) {
    const declared = declarationOf(inner);
    return declared && ts.isVariableDeclaration(declared) ? declared.initializer : undefined;
  }
  if (ts.isCallExpression(inner)) {
    const callee = unwrap(inner.expression);
    const local = ts.isIdentifier(callee) ? declarationOf(callee) : memberOfThis(callee);
    const called = local && ts.isVariableDeclaration(local) ? local.initializer && unwrap(local.initializer) : local;
    return called && isFunction(called) ? onlyReturned(called) : undefined;
  }
  const member = memberOfThis(inner);
  if (member !== undefined) {
    if (ts.isGetAccessorDeclaration(member)) return onlyReturned(member);
    return ts.isPropertyDeclaration(member) ? member.initializer : undefined;
  }
  const owner = ownerOf(inner);
  const key = pathOf(inner).at(-1);
  const map = owner && ts.isIdentifier(owner) ? setTo(owner) : undefined;
  const literal = map && unwrap(map);
  return literal && key && ts.isObjectLiteralExpression(literal) ? valueAt(literal, key) : undefined;
}

function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isMethodDeclaration(node)
  );
}

function onlyReturned(node: ts.FunctionLikeDeclaration): ts.Expression | undefined {
  const [returned, ...others] = returnedBy(node);
  return others.length === 0 ? returned : undefined;
}

function memberOfThis(value: ts.Expression): ts.ClassElement | undefined {
  if (!ts.isPropertyAccessExpression(value) || value.expression.kind !== ts.SyntaxKind.ThisKeyword) return undefined;
  const { name } = value;
  return ts.findAncestor(value, ts.isClassLike)?.members.find((each) => each.name?.getText() === name.text);
}
