import {
  lineAt,
  type Project,
  pathOf,
  type ResolvedExpression,
  resolveDeclared,
  resolveExpression,
  resolveMember,
  type SourceFile,
  textOf,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { type ClientOwner, hasNamesake, isClientModule, originOfPath, schemasOf } from "./client-module.js";
import { ownerByNames } from "./client-owner.js";
import { type ClientPath, clientPathOf, isClientName } from "./client-paths.js";

/** Why a call that looks like a client call is not edited. */
export interface NotClient {
  /** Not a client call, a call of another schema's client, or a call of an unresolved client. */
  readonly kind: "foreign" | "other" | "unclear";
  readonly reason: string;
}

/**
 * Why `sdk.user.create(…)` is not edited as a call of the generated client. A client can come from anywhere (injected, extended,
 * re-exported), so every call counts as a client call unless it is proven otherwise, or another schema's client is called the same way.
 */
export function whyNotClient(callee: ts.Expression, file: SourceFile, project: Project): NotClient | undefined {
  const path = clientPathOf(callee, project);
  if (path === undefined) return undefined;
  const origin = originOfCall(path, file, project);
  const { own, others } = schemasOf(project);
  if (origin === "other") return { kind: "other", reason: `it is a call of the client of ${others}` };
  const foreign = path.typed ? undefined : whyForeign(path, file, project);
  if (foreign !== undefined) return { kind: "foreign", reason: foreign };
  if (origin === "own" || !hasNamesake(path.accessor, file, project)) return undefined;
  return { kind: "unclear", reason: `Lockstep cannot tell whether it calls the client of ${own} or of ${others}` };
}

/** The owner of the called client, if another schema has a model of that name. */
function originOfCall(
  { client, accessor, typed }: ClientPath,
  file: SourceFile,
  project: Project,
): ClientOwner | undefined {
  if (!hasNamesake(accessor, file, project)) return undefined;
  return originOfPath(typed?.path, project) ?? ownerByNames(client, file, project);
}

/** Why a call is provably not a client call. */
function whyForeign(path: ClientPath, file: SourceFile, project: Project): string | undefined {
  const { client: receiver, accessor, method } = path;

  const steps = [undefined, accessor, method];
  let found: ResolvedExpression | undefined;
  for (const step of steps) {
    const next =
      step === undefined ? resolveExpression(receiver, file, project) : found && resolveMember(found, step, project);
    found = resolveDeclared(next, project);
    if (found?.kind === "external") {
      const { specifier } = found;
      return isOtherPackage(found, project) ? `${shortText(receiver, file)} is from "${specifier}"` : undefined;
    }
  }
  if (found?.kind !== "function" || mayLeadToClient(found.node, found.file)) return undefined;
  const at = `${found.file.file}:${lineAt(found.file.text, found.node.getStart(found.file.ast))}`;
  return `its ${method} is declared in ${at}`;
}

/** A package unrelated to the client, and an export of it that does not hold one: `container.get(…)`. */
function isOtherPackage(found: Extract<ResolvedExpression, { kind: "external" }>, project: Project): boolean {
  const { specifier, name, madeBy } = found;
  // Relative paths and aliases lead to app files that were not candidates.
  if (/^(?:[.~#/]|@\/|src\/)/.test(specifier) || isClientModule(specifier) || isClientName(name)) return false;
  if (isOwnPackage(specifier, project)) return false;
  if (madeBy === undefined) return true;
  const given = [...(madeBy.typeArguments ?? []), ...(madeBy.arguments ?? [])];
  const isPlain = given.every((each) => !ts.isTypeNode(each) && !/prisma|database|\bdb\b|\btx\b/i.test(each.getText()));
  if (!isPlain) return false;
  if (ts.isNewExpression(madeBy)) return true;
  // A client that is passed in is returned: `enhance(prisma)`, whatever its name.
  const maker = unwrap(madeBy.expression);
  const isMaker = ts.isIdentifier(maker)
    ? !/^(?:use|get|inject|resolve|provide)/.test(maker.text) && !isClientName(maker.text)
    : /^(?:\w+\.)?fn$/.test(pathOf(maker).join("."));
  return isMaker && (madeBy.arguments ?? []).every((each) => !ts.isIdentifier(each) && !ts.isCallExpression(each));
}

/** A package of the same repository may re-export the client under any name. */
function isOwnPackage(specifier: string, project: Project): boolean {
  const [first = "", second] = specifier.split("/");
  const folder = first.startsWith("@") ? second : first;
  return project.files.some(({ file }) => `/${file}`.includes(`/${folder}/`));
}

/** A function with a body can still delegate to the client, or wrap it. */
function mayLeadToClient(node: ts.SignatureDeclaration, file: SourceFile): boolean {
  if (/prisma/i.test(textOf(node, file))) return true;
  const body = "body" in node ? node.body : undefined;
  if (body !== undefined) return callsAlike(body);
  return node.parameters.some(({ type }) => type && /\b(?:any|unknown|object)\b/.test(textOf(type, file)));
}

/** `(args) => inner.user.create(args)` */
function callsAlike(node: ts.Node): boolean {
  const isAlike = ts.isCallExpression(node) && /^(?:create|upsert|update|find|delete)/.test(lastOf(node));
  return isAlike || ts.forEachChild(node, (child) => callsAlike(child) || undefined) === true;
}

function lastOf(call: ts.CallExpression): string {
  const path = pathOf(call.expression);
  return path.length > 1 ? (path.at(-1) ?? "") : "";
}

function shortText(node: ts.Node, file: SourceFile): string {
  const text = textOf(node, file).replaceAll(/\s+/g, " ");
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
