import type { EntityModel } from "@lockstep/core";
import {
  type Finding,
  type Project,
  type SourceFile,
  type TransformContext,
  textOf,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { schemasOf } from "../receivers/client-module.js";
import { clientPathOf } from "../receivers/client-paths.js";
import { type NotClient, whyNotClient } from "../receivers/not-a-client.js";

/** A call of the generated client, or one that looks like it, identified by its path: `<anything>.user.create({ … })`. */
export interface ClientCall {
  readonly call: ts.CallExpression;
  readonly model: EntityModel;
  readonly method: string;
  /** The display name: `prisma.user.create`. */
  readonly label: string;
  /** The object literal it is called with. Undefined if that is built elsewhere. */
  readonly args: ts.ObjectLiteralExpression | undefined;
}

const writing = [
  "create",
  "createMany",
  "createManyAndReturn",
  "upsert",
  "update",
  "updateMany",
  "updateManyAndReturn",
];
const reading = ["findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow", "findMany"];
const others = ["delete", "deleteMany", "count", "aggregate", "groupBy"];
export const methods: ReadonlySet<string> = new Set([...writing, ...reading, ...others]);
/** Methods that return whole rows unless they have a `select` or `omit`. */
export const givingRows: ReadonlyMap<string, "row" | "list"> = new Map([
  ...[...reading.slice(0, 4), "create", "upsert", "update", "delete"].map((name) => [name, "row"] as const),
  ...["findMany", "createManyAndReturn", "updateManyAndReturn"].map((name) => [name, "list"] as const),
]);

/** `prisma.user` for model `User`. */
export function accessorOf(model: string): string {
  return model.charAt(0).toLowerCase() + model.slice(1);
}

/** The context in which calls are searched. */
interface Where {
  readonly models: readonly EntityModel[];
  readonly project: Project;
}

/** All calls of the client on any of the models. */
export function* clientCalls(file: SourceFile, { models, project }: Where): Iterable<ClientCall> {
  for (const call of callsByPath(file, { models, project }))
    if (!isForeignCall(call.call.expression, file, project)) yield call;
}

/** Calls that may belong to this client or to another schema's. They are not edited without confirmation. */
export function* unclearCalls(file: SourceFile, { models, project }: Where): Iterable<ClientCall> {
  if (project.clients === undefined) return;
  for (const call of callsByPath(file, { models, project }))
    if (whyOther(call.call.expression, file, project)?.kind === "unclear") yield call;
}

/** The finding in such a call: a person confirms it. */
export function inDoubt(found: Finding, { project, intent }: Pick<TransformContext, "project" | "intent">): Finding {
  const { own, others } = schemasOf(project);
  const doubt = `it may call the client of ${others} and not of ${own}`;
  if (found.kind === "candidate") return { ...found, tie: "doubtful", caution: doubt };
  // Edits chosen by a person, and rows resolved by types. Changes of a mirror's source are made unasked, so not in doubtful cases.
  if (intent.kind !== "write" || intent.follows === undefined) return found;
  const { what } = found;
  const offset = found.kind === "edit" ? (found.splices[0]?.start ?? 0) : found.offset;
  const advice = found.kind === "edit" ? `add \`${found.text}\`` : found.reason;
  const reason = `${doubt}; if it does not: ${advice}`;
  return { kind: "place", certainty: "likely", offset, what, reason, mayLeaveOut: true };
}

/** Every column and transform resolves the same calls. */
const answers = new WeakMap<Project, Map<ts.Expression, NotClient | undefined>>();

/** Why a call with the path of a client call is not edited as one. */
export function whyOther(callee: ts.Expression, file: SourceFile, project: Project): NotClient | undefined {
  const known = answers.get(project) ?? new Map<ts.Expression, NotClient | undefined>();
  answers.set(project, known);
  if (!known.has(callee)) known.set(callee, whyNotClient(callee, file, project));
  return known.get(callee);
}

/** Whether a call with the path of a client call does not belong to this client. */
export function isForeignCall(callee: ts.Expression, file: SourceFile, project: Project): boolean {
  return whyOther(callee, file, project) !== undefined;
}

const accessors = new WeakMap<readonly EntityModel[], ReadonlyMap<string, EntityModel>>();

/** The list is the same for every file, column and transform of a change. */
export function modelsByAccessor(models: readonly EntityModel[]): ReadonlyMap<string, EntityModel> {
  const known = accessors.get(models) ?? new Map(models.map((model) => [accessorOf(model.name), model]));
  accessors.set(models, known);
  return known;
}

interface Found {
  readonly models: readonly EntityModel[];
  readonly project: Project;
  readonly calls: readonly ClientCall[];
}

const found = new WeakMap<SourceFile, Found>();

/** All calls on any of the models that look like client calls, whatever the receiver. */
export function callsByPath(file: SourceFile, { models, project }: Where): readonly ClientCall[] {
  const known = found.get(file);
  if (known?.models === models && known.project === project) return known.calls;
  const calls = [...readCalls(file, models, project)];
  found.set(file, { models, project, calls });
  return calls;
}

function* readCalls(file: SourceFile, models: readonly EntityModel[], project: Project): Iterable<ClientCall> {
  const byAccessor = modelsByAccessor(models);
  for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
    const last = ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : undefined;
    const path = last === undefined || methods.has(last) ? clientPathOf(call.expression, project) : undefined;
    const model = path && byAccessor.get(path.accessor);
    if (path === undefined || model === undefined || !methods.has(path.method)) continue;
    const [argument] = call.arguments;
    const literal = argument && unwrap(argument);
    const args = literal !== undefined && ts.isObjectLiteralExpression(literal) ? literal : undefined;
    yield { call, model, method: path.method, label: path.label, args };
  }
}

/** Whether a call returns whole rows of the model: `prisma.user.findMany({ where })`. */
export function readsRows(
  callee: ts.Expression,
  [argument]: readonly ts.Expression[],
  file: SourceFile,
  { model, project }: Pick<TransformContext, "model" | "project">,
): "row" | "list" | undefined {
  const path = clientPathOf(callee, project);
  if (path?.accessor !== accessorOf(model.name)) return undefined;
  // Mocks of this client are not clients.
  const why = project.clients && whyOther(callee, file, project);
  if (why !== undefined && why.kind !== "foreign") return undefined;
  return rowsGiven(path.method, argument, file);
}

/** Why a call may read rows of the model or of another schema's. */
export function unclearRead(
  callee: ts.Expression,
  [argument]: readonly ts.Expression[],
  file: SourceFile,
  { model, project }: Pick<TransformContext, "model" | "project">,
): string | undefined {
  const path = project.clients && clientPathOf(callee, project);
  if (path?.accessor !== accessorOf(model.name)) return undefined;
  if (rowsGiven(path.method, argument, file) === undefined) return undefined;
  const why = whyOther(callee, file, project);
  return why?.kind === "unclear" ? why.reason : undefined;
}

function rowsGiven(method: string, argument: ts.Expression | undefined, file: SourceFile): "row" | "list" | undefined {
  return argument !== undefined && mayNarrow(argument, file) ? undefined : givingRows.get(method);
}

/** Whether a read may select a part of the row. The selection of an `include` applies to other rows. */
function mayNarrow(argument: ts.Expression, file: SourceFile): boolean {
  const literal = unwrap(argument);
  if (!ts.isObjectLiteralExpression(literal)) return narrowing.test(textOf(literal, file));
  return literal.properties.some((property) => {
    const isNamed = property.name !== undefined && !ts.isComputedPropertyName(property.name);
    return narrowing.test(textOf(isNamed ? property.name : property, file));
  });
}

const narrowing = /\b(?:select|omit)\b/;
