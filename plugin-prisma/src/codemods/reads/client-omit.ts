import {
  compact,
  earlierOf,
  isTestFile,
  lookUp,
  memoized,
  propertiesOf,
  type SourceFile,
  type TransformContext,
  textOf,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import { accessorOf } from "../calls/client-calls.js";
import { type ClientSite, clientSites } from "../receivers/clients.js";

/** The transform that writes it. */
export const omitId = "prisma-omit";

/** `omit: { user: { handle: true } }` in the options of a client. */
export interface ClientOmit {
  readonly options: ts.ObjectLiteralExpression;
  /** With its cast. */
  readonly omit: ts.Expression;
  /** `{ user: { handle: true } }` */
  readonly omitted: ts.ObjectLiteralExpression;
  /** `{ handle: true }` */
  readonly fields: ts.ObjectLiteralExpression;
}

/** The omit that excludes the field from all reads of a client. Undefined if there is none. */
export function clientOmit({ options }: ClientSite, { model, field }: TransformContext): ClientOmit | undefined {
  const omit = options && valueAt(options, "omit");
  const omitted = omit && unwrap(omit);
  if (options === undefined || omit === undefined || omitted === undefined) return undefined;
  if (!ts.isObjectLiteralExpression(omitted)) return undefined;
  const ofModel = valueAt(omitted, accessorOf(model.name));
  const fields = ofModel && unwrap(ofModel);
  if (fields === undefined || !ts.isObjectLiteralExpression(fields)) return undefined;
  const value = valueAt(fields, field.name);
  if (value === undefined || unwrap(value).kind !== ts.SyntaxKind.TrueKeyword) return undefined;
  return { options, omit, omitted, fields };
}

/** Whether Lockstep wrote the omit: then it is removed when reads are opened. An omit that a person wrote or restored stays. */
export function isOurs(found: ClientOmit, file: SourceFile, context: TransformContext): boolean {
  const written = earlierOf(omitId, context);
  const isOurCast = isLockstepCast(found.omit);
  if (written.length === 0 && !isOurCast) return false;
  const isInternal = context.intent.exposure === "internal";
  if (isOpened(file, context)) return isOurCast && !isInternal;
  return isOurCast || !isInternal || file.isJavaScript || isAsWritten(found, file, context);
}

/** `{ … } as Prisma.GlobalOmitConfig | undefined`, on any number of lines. */
export function isLockstepCast(omit: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(omit)) return isLockstepCast(omit.expression);
  if (!ts.isAsExpression(omit) || !ts.isUnionTypeNode(omit.type)) return false;
  const [config, none, ...more] = omit.type.types;
  return (
    more.length === 0 &&
    config !== undefined &&
    ts.isTypeReferenceNode(config) &&
    ts.isQualifiedName(config.typeName) &&
    config.typeName.right.text === "GlobalOmitConfig" &&
    none?.kind === ts.SyntaxKind.UndefinedKeyword
  );
}

/** Whether a person has excluded the field from all reads of a call's client. */
export function isOmittedByClient(call: ts.CallExpression, file: SourceFile, context: TransformContext): boolean {
  const all = omitsInView(context);
  const own = all.filter((each) => isClientOf(each, call, file, context));
  const possible = own.length > 0 ? own : all;
  return possible.length > 0 && possible.every(({ isKept }) => isKept);
}

interface Client {
  readonly node: ts.Node;
  readonly file: SourceFile;
  readonly isKept: boolean;
}

/** The clients that serve requests. */
const omitsInView = memoized((context): readonly Client[] =>
  context.project.files.flatMap((file) =>
    isTestFile(file)
      ? []
      : [...clientSites(file, context.project)].map((site) => {
          const found = clientOmit(site, context);
          return { node: site.node, file, isKept: found !== undefined && !isOurs(found, file, context) };
        }),
  ),
);

/** Whether the first name of a call is the constant that holds the client. */
function isClientOf(client: Client, { expression }: ts.CallExpression, file: SourceFile, where: TransformContext) {
  let at: ts.Expression = expression;
  while (ts.isPropertyAccessExpression(at)) at = at.expression;
  const found = ts.isIdentifier(at) ? lookUp(where.project, file, at.text, "value") : undefined;
  if (found?.kind !== "declaration" || found.file !== client.file || !ts.isVariableDeclaration(found.node))
    return false;
  return found.node.pos <= client.node.pos && client.node.end <= found.node.end;
}

/** Whether an earlier run removed the omit from this file: an existing one was restored. */
function isOpened(file: SourceFile, { earlier }: TransformContext): boolean {
  return earlier.some(
    (edit) => edit.transform === omitId && edit.phase === "switch" && edit.text === "" && edit.file === file.file,
  );
}

function isAsWritten({ omit, fields, omitted }: ClientOmit, file: SourceFile, context: TransformContext): boolean {
  const written = new Set(earlierOf(omitId, context).map(({ text }) => compact(text)));
  const model = propertiesOf(omitted).get(accessorOf(context.model.name));
  const field = propertiesOf(fields).get(context.field.name);
  return [omit.parent, model, field].some((node) => node !== undefined && written.has(compact(textOf(node, file))));
}
