import { declarationOf, nameOf, type Project, pathOf, ts, unwrap } from "@lockstep/core/codemods";
import { type Delegate, typedDelegate } from "./typed-delegate.js";

/** `<client>.<accessor>.<method>` as it is called, however much of it stands in the call itself. */
export interface ClientPath {
  readonly client: ts.Expression;
  /** `user` for model `User`. */
  readonly accessor: string;
  readonly method: string;
  /** `prisma.user.create`: how people name it. */
  readonly label: string;
  /** What its type says: that it is a client's, and the generated file that declares it. */
  readonly typed?: Delegate;
}

/**
 * Reads a callee as a path of the client's: `prisma.user.create`, and `users.create` where `users` is a delegate by its type, or is set
 * to one in the same file.
 *
 * @param project none: what stands in the file alone
 */
export function clientPathOf(
  callee: ts.Expression,
  project?: Pick<Project, "types" | "clients">,
): ClientPath | undefined {
  const isShared = project?.clients !== undefined;
  const inner = unwrap(callee);
  // `vi.mocked(prisma.user.findUnique)` is what it is given.
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
  // `prisma.user.create` needs no compiler: where two schemas have a User, whose it is does.
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

/** Whether people call a client so. */
export function isClientName(name: string): boolean {
  return /prisma|database/i.test(name) || /^(?:db|tx|trx|orm|client)$|Db(?:[A-Z]|$)|DB/.test(name);
}

type Kept = Pick<ClientPath, "client" | "accessor">;

/** The delegate behind a name, where its own file sets it: `const users = prisma.user`, `const { user: users } = tx`, and `this.users`. */
function keptDelegate(value: ts.Expression): Kept | undefined {
  const inner = unwrap(value);
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : memberOfThis(inner);
  if (declaration === undefined) return undefined;
  const isBound = ts.isBindingElement(declaration) && declaration.dotDotDotToken === undefined;
  const owner = isBound ? declaration.parent.parent : declaration;
  const set = ts.isVariableDeclaration(owner) || ts.isPropertyDeclaration(owner) ? owner.initializer : undefined;
  const client = set && (isBound ? set : ownerOf(set));
  const accessor = isBound
    ? nameOf((declaration.propertyName ?? declaration.name) as ts.PropertyName)
    : set && pathOf(set).at(-1);
  if (client === undefined || accessor === undefined) return undefined;
  // `const { user } = session` takes something else apart.
  return isClientName(pathOf(client).at(-1) ?? "") ? { client, accessor } : undefined;
}

function memberOfThis(value: ts.Expression): ts.ClassElement | undefined {
  if (!ts.isPropertyAccessExpression(value) || value.expression.kind !== ts.SyntaxKind.ThisKeyword) return undefined;
  return ts.findAncestor(value, ts.isClassLike)?.members.find((each) => nameOf(each.name) === value.name.text);
}
