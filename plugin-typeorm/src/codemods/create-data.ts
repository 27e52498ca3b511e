import {
  bare,
  builtElsewhere,
  describe,
  earlierOf,
  type Finding,
  fillLiteral,
  inViewOf,
  isConnected,
  isKeyGivenBy,
  isTestFile,
  listing,
  listUpdate,
  propertiesOf,
  removeStatement,
  rowShapeOfValue,
  type SourceFile,
  spreadsOf,
  type Transform,
  type TransformContext,
  takeBack,
  textOf,
  ts,
  unwrap,
  valueOfNewRow,
} from "@lockstep/core/codemods";
import { concerns } from "./entities.js";
import { fillInstance } from "./fill-instance.js";
import { hasKey, isComplete, mayExist } from "./keys.js";
import { isEmpty, madeInstances } from "./made-instances.js";
import { otherWrites } from "./other-writes.js";
import { chosenIn, entriesOf } from "./request-dtos.js";
import { thingOf } from "./value-things.js";
import { type WrittenRow, writtenRows } from "./written-rows.js";

const id = "create-data";

/** Everything that becomes a new row of the entity fills the column. */
export const createData: Transform = {
  id,
  intents: ["write"],

  *find(file, context) {
    if (context.intent.value.kind === "none") return;
    for (const row of writtenRows(file, context)) if (concerns(row.model, context)) yield* fillRow(row, file, context);
    for (const instance of madeInstances(file, context)) {
      if (concerns(instance.model, context)) yield* fillInstance(instance, file, context);
    }
    yield* listOthers(file, context);
  },

  *undo(file, context) {
    for (const { value, what, model } of writtenRows(file, context)) {
      const literal = unwrap(value);
      if (concerns(model, context) && ts.isObjectLiteralExpression(literal))
        yield* takeBack(id, literal, what, file, context);
    }
    const texts = new Set(earlierOf(id, context).map((edit) => bare(edit.text)));
    for (const statement of file.nodes(ts.SyntaxKind.ExpressionStatement)) {
      const replaces = textOf(statement, file);
      if (!texts.has(bare(replaces)) || !/^[\w$.]+ *=/.test(replaces)) continue;
      const what = describe(statement, `new ${context.model.name}`);
      yield { kind: "edit", splices: removeStatement(statement, file), what, text: "", replaces };
    }
  },
};

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
  if (way === "create" && isEmpty(literal)) return;
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
    const found = isComplete(given, context)
      ? mayBeNew(offset, what, text)
      : isTestFile(file)
        ? undefined
        : listUpdate(literal, what, file, context);
    if (found !== undefined) yield found;
    return;
  }
  yield* fillLiteral(literal, what, file, context, chosenIn(given, file, context));
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
  if (rowShapeOfValue(value, file, context) !== undefined) return;
  const found = builtElsewhere(value, what, file, context);
  if (found.kind !== "place") return;
  // Most of what is saved was read before.
  yield way !== "save" || isPart(value, file, context) ? found : { ...found, certainty: "possible" };
}

/** Whether a value is declared as something that is no row yet: a DTO, a part of one. */
function isPart(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  if (thingOf(value, file, context)?.kind === "members") return true;
  const found = inViewOf(value, file, context.project);
  return found?.kind === "typed" && /^(?:DeepPartial|Partial|QueryDeepPartialEntity)\b/.test(found.type.getText());
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
