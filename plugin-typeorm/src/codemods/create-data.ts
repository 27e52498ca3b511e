import type { EntityField } from "@lockstep/core";
import {
  addProperty,
  assignmentOf,
  builtElsewhere,
  type Candidate,
  type Finding,
  fillLiteral,
  inViewOf,
  isConnected,
  isKeyGivenBy,
  isTestFile,
  listing,
  propertiesOf,
  removeStatement,
  rowShapeOfValue,
  type SourceFile,
  spreadsOf,
  type Transform,
  type TransformContext,
  takeItem,
  takesPartial,
  textOf,
  textsOfLiteral,
  ts,
  unwrap,
  valueOfNewRow,
  writtenAmong,
} from "@lockstep/core/codemods";
import { classOf, concerns } from "./entities.js";
import { fillInstance, whatOfInstance } from "./fill-instance.js";
import { fillPath, holderOf, isRelation } from "./fill-path.js";
import { judgeUpdate } from "./judge-update.js";
import { hasKey, isComplete, mayExist } from "./keys.js";
import { madeInstances } from "./made-instances.js";
import { otherWrites } from "./other-writes.js";
import { chosenIn, entriesOf, wholeDto } from "./request-dtos.js";
import { thingOf } from "./value-things.js";
import { type WrittenRow, writtenRows } from "./written-rows.js";

const id = "create-data";

/** Everything that becomes a new row of the entity fills the column. */
export const createData: Transform = {
  id,
  intents: ["write"],
  servesPaths: true,

  *find(file, context) {
    if (context.intent.value.kind === "none") return;
    for (const row of writtenRows(file, context)) if (concerns(row.model, context)) yield* fillRow(row, file, context);
    for (const instance of madeInstances(file, context)) {
      if (concerns(instance.model, context)) yield* fillInstance(instance, file, context);
    }
    yield* listConstructors(file, context);
    yield* listOthers(file, context);
  },

  *undo(file, context) {
    const written = context.memo("typeorm rows", () => writtenAmong(id, placesOf(context), context));
    for (const { node, what, file: its } of written) {
      if (its !== file) continue;
      const text = textOf(node, file);
      if (ts.isExpressionStatement(node)) {
        yield { kind: "edit", splices: removeStatement(node, file), what, text: "", replaces: text };
      } else if (ts.isObjectLiteralExpression(node)) yield withoutSpread(node, what, file);
      else {
        const edit = takeItem(node, what, file);
        if (edit !== undefined) yield edit;
      }
    }
  },
};

/** All that sets a field of a row: properties of literals that become one, and assignments. */
function placesOf(context: TransformContext): readonly Candidate[] {
  const found = new Map<ts.Node, Candidate>();
  const add = (node: ts.Node, file: SourceFile, what: string) => found.set(node, { node, file, what });
  for (const file of context.project.files) {
    for (const { value, what, model } of writtenRows(file, context)) {
      const literal = unwrap(value);
      if (!concerns(model, context) || !ts.isObjectLiteralExpression(literal)) continue;
      const at = holderOf(literal, context.field.name);
      const property = at && propertiesOf(at.holder).get(at.name);
      if (property === undefined) continue;
      add(property, file, what);
      if (literal.properties.length === 2 && spreadsOf(literal).length === 1) add(literal, file, what);
    }
    for (const statement of file.nodes(ts.SyntaxKind.ExpressionStatement)) {
      const isField = assignmentOf(statement)?.member === context.field.name;
      if (isField) add(statement, file, whatOfInstance(statement, context));
    }
  }
  return [...found.values()];
}

function* fillRow(row: WrittenRow, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { value, what, way } = row;
  const literal = unwrap(value);
  if (!ts.isObjectLiteralExpression(literal)) {
    yield* builtOutOfSight(row, file, context);
    return;
  }
  const given = new Map(entriesOf(literal));
  if (given.has(context.field.name) || isConnected(literal, context)) return;
  if (isKeyGivenBy(row.through, context) || (way === "nested" && hasKey(context.model, given))) return;
  // What is filled after it was made is looked after where that happens.
  if (madeInstances(file, context).some(({ made }) => made.pos <= literal.pos && made.end >= literal.end)) return;
  // `{ ...user, name }` is the row that it was.
  if (spreadsOf(literal).some(({ expression }) => rowShapeOfValue(expression, file, context) === "row")) return;
  const offset = literal.getStart(file.ast);
  const text = `${context.field.name}: ${valueOfNewRow(literal, file, context) ?? "…"}`;
  if (way === "upsert") {
    yield { kind: "place", certainty: "required", offset, what, reason: whyNotUpsert(text, context) };
    return;
  }
  if (row.obstacle !== undefined) {
    yield { kind: "place", certainty: "required", offset, what, reason: `${row.obstacle}, and \`${text}\` here` };
    return;
  }
  if (way !== "insert" && mayExist(context.model, given, way === "save")) {
    const isWhole = isComplete(given, context);
    const found = isWhole ? mayBeNew(offset, what, text) : judgeUpdate(literal, what, file, context);
    if (found !== undefined) yield found;
    return;
  }
  if (context.field.name.includes(".") || isRelation(context)) {
    const found = fillPath(literal, what, file, context);
    if (found !== undefined) yield found;
    return;
  }
  const edit = fillSpread(literal, what, file, context);
  if (edit !== undefined) yield edit;
  else yield* fillLiteral(literal, what, file, context, chosenIn(given, file, context));
}

/** `{ ...dto }` where the DTO is in view: what it holds is known, and so is where the column belongs. */
function fillSpread(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const [spread, ...more] = spreadsOf(literal);
  if (spread === undefined || more.length > 0) return undefined;
  const texts = textsOfLiteral(literal, file);
  const properties = propertiesOf(literal);
  const isBehind = (name: string) => (properties.get(name)?.pos ?? 0) > spread.pos;
  const own = (field: EntityField) => (isBehind(field.name) ? texts(field) : undefined);
  const dto = wholeDto(spread.expression, own, file, context);
  return dto && addProperty(literal, `${context.field.name}: ${dto.value}`, what, file);
}

function mayBeNew(offset: number, what: string, text: string): Finding {
  const reason = `it has its key, so it may be a row that exists: unless it is, add \`${text}\``;
  return { kind: "place", certainty: "likely", offset, what, reason };
}

/** PostgreSQL checks NOT NULL before it looks for a conflict, so an upsert must have a value though it may only update. */
function whyNotUpsert(text: string, { field }: TransformContext): string {
  return (
    `on a conflict an upsert overwrites every column that it is given, a ${field.name} that was chosen too: ` +
    `make it createQueryBuilder().insert().values({ …, ${text} }).orUpdate([…]) without ${field.name} in orUpdate, ` +
    `or add \`${text}\` if it may be overwritten`
  );
}

/** A value that is no literal: rows that exist, or that were made in view, are looked after where they are made. */
function* builtOutOfSight(row: WrittenRow, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { value, what, way } = row;
  if (rowShapeOfValue(value, file, context) !== undefined || isMadeInView(value, file, context)) return;
  const isPlain = !context.field.name.includes(".") && !isRelation(context) && row.obstacle === undefined;
  const edit = isPlain && way !== "nested" && way !== "upsert" ? spreadDto(row, file, context) : undefined;
  if (edit !== undefined) {
    yield edit;
    return;
  }
  const found = builtElsewhere(value, what, file, context);
  if (found.kind !== "place") return;
  // Most of what is saved was read before.
  yield way !== "save" || isPart(value, file, context) ? found : { ...found, certainty: "possible" };
}

/** `users.create(dto)` becomes `users.create({ ...dto, handle: dto.handle ?? … })`, where the DTO has no key of a row that exists. */
function spreadDto(
  { value, what, model }: WrittenRow,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const { parent } = value;
  const isPlain = ts.isArrayLiteralExpression(parent) || (ts.isCallExpression(parent) && parent.expression !== value);
  const dto = isPlain ? wholeDto(value, undefined, file, context) : undefined;
  if (dto === undefined || model.fields.some((field) => field.isId && dto.fields.has(field.name))) return undefined;
  const [before, after] = ["{ ...", `, ${context.field.name}: ${dto.value} }`];
  const splices = [
    { start: value.getStart(file.ast), end: value.getStart(file.ast), text: before },
    { start: value.end, end: value.end, text: after },
  ];
  return { kind: "edit", splices, what, text: before + textOf(value, file) + after };
}

/** What was spread, instead of the literal that `spreadDto` made of it. */
function withoutSpread(literal: ts.ObjectLiteralExpression, what: string, file: SourceFile): Finding {
  const [spread] = spreadsOf(literal);
  const text = spread === undefined ? "" : textOf(spread.expression, file);
  const splice = { start: literal.getStart(file.ast), end: literal.end, text };
  return { kind: "edit", splices: [splice], what, text: "", replaces: textOf(literal, file) };
}

/** `user` of `const user = found ?? new User()`: it is looked after where it is made. */
function isMadeInView(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  return ts.isIdentifier(value) && madeInstances(file, context).some(({ name }) => name === value.text);
}

/** Whether a value is declared as something that is no row yet: a DTO, a part of one. */
function isPart(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  if (thingOf(value, file, context)?.kind === "members") return true;
  const found = inViewOf(value, file, context.project);
  return found?.kind === "typed" && /^(?:DeepPartial|Partial|QueryDeepPartialEntity)\b/.test(found.type.getText());
}

/** The constructor of the entity that takes its fields one by one, where rows are made with it. */
function* listConstructors(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const owner = classOf(context.model, context);
  const maker = owner?.node.members.find(ts.isConstructorDeclaration);
  if (owner === undefined || owner.file !== file || maker === undefined || takesPartial(owner.node)) return;
  const { name } = context.field;
  if (new RegExp(`\\bthis\\.${name}\\b`).test(textOf(maker, file)) || maker.parameters.length === 0) return;
  const what = `constructor of ${context.model.name}`;
  const reason = `rows are made by it: set ${name} there; TypeORM calls it without arguments, so they may be undefined`;
  yield { kind: "place", certainty: "likely", offset: maker.getStart(file.ast), what, reason };
}

/** What looks like a write but goes to something else: whether it takes the column too is for a person to say. */
function* listOthers(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (isTestFile(file)) return;
  for (const { literal, what, reason } of otherWrites(file, context)) {
    const advice = `not known as a call of TypeORM (${reason}); add ${context.field.name} if it takes it`;
    const names = [...propertiesOf(literal).keys()];
    const found = listing(names, literal.getStart(file.ast), what, advice, context);
    if (found !== undefined) yield found;
  }
}
