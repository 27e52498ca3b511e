import { declarationOf, nameOf, type Project, pathOf, ts, unwrap } from "@lockstep/core/codemods";
import { declaredDelegate } from "./delegate-types.js";
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
 * Reads a callee as a path of the client's: `prisma.user.create`, and `users.create` where `const users = prisma.user`,
 * `const { user: users } = tx`, `this.users = prisma.user` or `users: PrismaClient["user"]` stands in the same file. Types say more.
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

/** The delegate behind a name or a member, as it is set or declared. */
function keptDelegate(value: ts.Expression): Kept | undefined {
  const set = isOwnMember(value) || ts.isIdentifier(unwrap(value)) ? setDelegate(value) : undefined;
  if (set !== undefined) return set;
  const accessor = declaredDelegate(value, isClientName);
  return accessor === undefined ? undefined : { client: value, accessor };
}

function setDelegate(value: ts.Expression): Kept | undefined {
  const inner = unwrap(value);
  if (isOwnMember(inner)) return keptIn(inner);
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  if (declaration === undefined) return undefined;
  if (ts.isVariableDeclaration(declaration)) return delegateIn(declaration.initializer);
  if (!ts.isBindingElement(declaration) || declaration.dotDotDotToken !== undefined) return undefined;
  // `const { user } = session` takes something else apart.
  const owner = declaration.parent.parent;
  const client = ts.isVariableDeclaration(owner) ? owner.initializer : undefined;
  const accessor = nameOf((declaration.propertyName ?? declaration.name) as ts.PropertyName);
  if (client === undefined || accessor === undefined) return undefined;
  return isClientName(pathOf(client).at(-1) ?? "") ? { client, accessor } : undefined;
}

/** `prisma.user` */
function delegateIn(value: ts.Expression | undefined): Kept | undefined {
  const client = value && ownerOf(value);
  const accessor = value && pathOf(value).at(-1);
  if (client === undefined || accessor === undefined) return undefined;
  return isClientName(pathOf(client).at(-1) ?? "") ? { client, accessor } : undefined;
}

/** `this.users` */
function isOwnMember(value: ts.Expression): value is ts.PropertyAccessExpression {
  const inner = unwrap(value);
  return ts.isPropertyAccessExpression(inner) && inner.expression.kind === ts.SyntaxKind.ThisKeyword;
}

/** What a member of the class is set to: where it is declared, or in the constructor. */
function keptIn(member: ts.PropertyAccessExpression): Kept | undefined {
  const owner = ts.findAncestor(member, ts.isClassLike);
  const { text } = member.name;
  for (const each of owner?.members ?? []) {
    if (ts.isPropertyDeclaration(each) && nameOf(each.name) === text) {
      const found = delegateIn(each.initializer);
      if (found !== undefined) return found;
    }
    if (!ts.isConstructorDeclaration(each)) continue;
    for (const statement of each.body?.statements ?? []) {
      if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) continue;
      const { left, right, operatorToken } = statement.expression;
      const isIt = operatorToken.kind === ts.SyntaxKind.EqualsToken && pathOf(left).join(".") === `this.${text}`;
      if (isIt) return delegateIn(right);
    }
  }
  return undefined;
}
