import {
  builtElsewhere,
  type Container,
  candidateFor,
  createRow,
  describe,
  dropUnusedFallbacks,
  enclosingName,
  type Finding,
  fillLiteral,
  findWritten,
  findWrittenItems,
  givesValue,
  importedLiteral,
  isConnected,
  isKeyGivenBy,
  isTestFile,
  literalsOf,
  literalsOfVariable,
  memoized,
  mirrorSources,
  type PassedRow,
  type PassedRows,
  propertiesOf,
  removeWritten,
  restoreFallbacks,
  type SourceFile,
  spreadConstants,
  spreadInput,
  spreadInputAround,
  spreadsOf,
  type Transform,
  type TransformContext,
  textOf,
  ts,
  undoPatterns,
  valueOfNewRow,
  type WrittenNode,
  withCurrentEdits,
} from "@lockstep/core/codemods";
import { type ClientCall, callsByPath, clientCalls, whyOther } from "../calls/client-calls.js";
import { schemasOf } from "../receivers/client-module.js";
import type { NotClient } from "../receivers/not-a-client.js";
import { connectText, hasRelations } from "./checked-input.js";
import { literalLookup, offeredInputs, typedInputs } from "./input-literals.js";
import { builtInputs, type Input, passedInputs } from "./passed-rows.js";
import { unseenWriters } from "./unseen-writers.js";
import { isUpsert } from "./upserts.js";
import { isNothing, nestedElsewhere, rowsWrittenBy } from "./written-rows.js";

const id = "create-data";

/** Makes every literal that becomes a new row of the model set the column. */
export const createData: Transform = {
  id,
  intents: ["write", "dropFallback"],

  *find(file, context) {
    if (context.intent.kind === "dropFallback") {
      yield* dropUnusedFallbacks(writtenIn(file, context), file, context);
      return;
    }
    const { rows, followed } = passedTo(clientCalls, "called", context);
    if (context.intent.value.kind === "none") {
      const seen = new Set<ts.Node>();
      for (const { value, what } of [
        ...valuesOf(file, clientCalls(file, context), rows, context),
        ...offeredInputs(file, "create", context),
      ]) {
        if (!ts.isObjectLiteralExpression(value) || seen.has(value)) continue;
        seen.add(value);
        yield* createRow(value, what, file, context);
      }
      return;
    }
    for (const { value, what, isChecked } of valuesOf(file, clientCalls(file, context), rows, context)) {
      if (followed.has(value)) continue;
      if (ts.isObjectLiteralExpression(value)) yield* fillRow({ value, what, isChecked }, file, context);
      else {
        const found = spreadInput(value, what, file, context) ?? builtElsewhere(value, what, file, context);
        if (found !== undefined) yield found;
      }
    }
    yield* listUnseen(file, context);
    yield* listNested(file, context);
    yield* unseenWriters(file, context);
    yield* listOthers(file, context);
  },

  restore: (file, context) => restoreFallbacks(id, file, context),

  *undo(file, context) {
    yield* removeWritten(id, (each) => rowsIn(each, context), file, context);
    yield* undoPatterns(id, file, context);
    for (const { node, former, what, file: its } of writtenSpreads(context)) {
      if (its !== file) continue;
      const splice = { start: node.getStart(file.ast), end: node.end, text: former };
      yield { kind: "edit", splices: [splice], what, text: "", replaces: textOf(node, file) };
    }
  },
};

/** What expand wrote and still is in a row. */
function writtenIn(file: SourceFile, context: TransformContext): readonly WrittenNode[] {
  const live = withCurrentEdits(id, context);
  return [...findWrittenItems(id, (each) => rowsIn(each, context), file, live), ...writtenSpreads(live)];
}

const writtenSpreads = memoized((context) => findWritten(id, spreadRows(context), context));

/** The literals that may be built from an input object: `{ ...input, handle: … }`. */
function spreadRows(context: TransformContext) {
  return context.project.files.flatMap((file) =>
    [...rowsIn(file, context)].flatMap(({ node, what }) =>
      ts.isObjectLiteralExpression(node) ? spreadInputAround(node, file).map((each) => ({ ...each, file, what })) : [],
    ),
  );
}

/** The literals that become new rows and are edited as such. */
export function* createdLiterals(file: SourceFile, context: TransformContext): Iterable<ts.Node> {
  const { rows } = passedTo(clientCalls, "called", context);
  for (const { value } of valuesOf(file, clientCalls(file, context), rows, context)) yield value;
}

/** The literals that become rows, as far as the path of the call shows. */
function* rowsIn(file: SourceFile, context: TransformContext): Iterable<Container> {
  const { rows } = passedTo((each) => callsByPath(each, context), "by path", context);
  for (const { value, what } of valuesOf(file, callsByPath(file, context), rows, context))
    if (ts.isObjectLiteralExpression(value)) {
      yield { node: value, what };
      for (const node of spreadConstants(value, file)) yield { node, what };
    }
  for (const { value, what } of offeredInputs(file, "create", context)) yield { node: value, what };
}

/** The arguments of functions that write them, computed once per snapshot. */
function passedTo(
  callsIn: (file: SourceFile, context: TransformContext) => Iterable<ClientCall>,
  key: string,
  context: TransformContext,
): PassedRows<Input> {
  return context.memo(passedTo, key, () => {
    const { files } = context.project;
    const written = files.flatMap((file) =>
      [...valuesOfCalls(file, callsIn(file, context), context)].map(({ value }) => ({ value, file })),
    );
    const own = ({ value }: { readonly value: ts.Expression }) =>
      ts.isObjectLiteralExpression(value) && givesValue(value, context);
    const handed = passedInputs(
      written.filter((each) => !own(each)),
      context,
    );
    const imported = written.flatMap(({ value, file }) => {
      const found = importedLiteral(value, file, literalLookup(context));
      return found === undefined ? [] : [{ ...found, given: value }];
    });
    const built = builtInputs(written, context);
    return {
      rows: [...handed.rows, ...imported.map(importedRow), ...built.rows],
      followed: new Set([...handed.followed, ...imported.map(({ given }) => given), ...built.followed]),
    };
  });
}

/** A row in a constant of another file than the call that writes it. */
function importedRow({ value, file }: { value: ts.Expression; file: SourceFile }): PassedRow<Input> {
  return { value, file, about: { isChecked: false }, what: `row of ${enclosingName(value)}`, besides: undefined };
}

interface RowValue extends Input {
  readonly value: ts.Expression;
  readonly what: string;
}

type LiteralRow = RowValue & { readonly value: ts.ObjectLiteralExpression };

/** All values that become rows of the model, each once: in calls, in constants that the calls use, passed on, and typed as input. */
function* valuesOf(
  file: SourceFile,
  calls: Iterable<ClientCall>,
  handed: PassedRows<Input>["rows"],
  context: TransformContext,
): Iterable<RowValue> {
  const seen = new Set<ts.Expression>();
  const typed = [...typedInputs(file, context)];
  const given = handed.filter((row) => row.file === file);
  const ofInput = [...given.map(({ about, ...row }) => ({ ...row, ...about })), ...typed];
  const checked = new Set<ts.Expression>(ofInput.filter((each) => each.isChecked).map((each) => each.value));
  for (const { value, what } of [...valuesOfCalls(file, calls, context), ...ofInput]) {
    if (seen.has(value)) continue;
    seen.add(value);
    yield { value, what, isChecked: checked.has(value) };
  }
}

function* valuesOfCalls(
  file: SourceFile,
  calls: Iterable<ClientCall>,
  context: TransformContext,
): Iterable<Omit<RowValue, "isChecked">> {
  for (const call of calls) {
    for (const rows of rowsWrittenBy(call, context.models)) {
      if (rows.model !== context.model || isKeyGivenBy(rows.through, context)) continue;
      const what = describe(call.call, rows.what);
      for (const value of [...literalsOf(rows.value)].filter((each) => !isNothing(each))) {
        const behind = literalLookup(context);
        for (const each of literalsOfVariable(value, file, behind) ?? [value]) yield { value: each, what };
      }
    }
  }
}

/** `prisma.order.create({ data: { user: ownerOf(email) } })`: the code that writes the row is out of view. */
function* listNested(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const call of clientCalls(file, context)) {
    for (const { model, value, what, relation } of nestedElsewhere(call, context.models)) {
      if (model !== context.model || !mayCreate(value, relation, context)) continue;
      const text = textOf(value, file).replaceAll(/\s+/g, " ");
      const reason = `what it creates is built elsewhere (\`${text}\`): unless ${context.field.name} is in it, add it there`;
      const offset = value.getStart(file.ast);
      yield { kind: "place", certainty: "likely", offset, what: describe(call.call, what), reason, mayLeaveOut: true };
    }
  }
}

/** Whether a nested write may create rows, or change rows of a mirror, that no literal of the client's own types shows. */
function mayCreate(value: ts.Expression, relation: string | undefined, context: TransformContext): boolean {
  const { types } = context.project;
  const whole = types?.of(value);
  const own = relation === undefined ? undefined : whole?.getProperty(relation);
  const given = relation === undefined ? whole : own && types?.checker.getTypeOfSymbolAtLocation(own, value);
  const type = given && types?.awaitedNonNullable(given);
  // Most spreads write no relation.
  if (type === undefined) return relation === undefined;
  if (/Input$/.test((type.aliasSymbol ?? type.getSymbol())?.name ?? "")) return false;
  const changing = mirrorSources(context).length > 0 ? ["update", "updateMany"] : [];
  const names = ["create", "createMany", "connectOrCreate", "upsert", ...changing];
  return names.some((name) => type.getProperty(name) !== undefined);
}

/** `prisma.user.create(args)`, `prisma.user.create({ ...args, select })`: the call receives the row inside a whole object. */
function* listUnseen(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { call, args, model, method, label } of clientCalls(file, context)) {
    const key = method.startsWith("create") ? "data" : method === "upsert" ? "create" : undefined;
    if (model !== context.model || key === undefined || (args && propertiesOf(args).has(key))) continue;
    const whole = args === undefined ? call.arguments[0] : spreadsOf(args)[0]?.expression;
    if (whole === undefined) continue;
    const { name } = context.field;
    const text = textOf(whole, file).replaceAll(/\s+/g, " ");
    const reason = `its arguments are built elsewhere (\`${text}\`): unless ${name} is in \`${key}\`, add \`${name}: …\` there`;
    const offset = call.getStart(file.ast);
    const what = describe(call, `${key} of ${label}`);
    yield { kind: "place", certainty: "likely", offset, what, reason, mayLeaveOut: true };
  }
}

/** Calls that look like writes but have another receiver. A person decides whether they take the column too. */
function* listOthers(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (isTestFile(file)) return;
  for (const call of callsByPath(file, context)) {
    const why = whyOther(call.call.expression, file, context.project);
    if (why === undefined || why.kind === "other") continue;
    for (const { value, what } of valuesOfCalls(file, [call], context)) {
      const isUnclear = why.kind === "unclear";
      if (!ts.isObjectLiteralExpression(value)) {
        const found = isUnclear ? builtElsewhere(value, what, file, context) : undefined;
        if (found?.kind === "place")
          yield { ...found, certainty: "possible", reason: `${why.reason}; ${found.reason}` };
        continue;
      }
      const advice = adviceFor(why, value, file, context);
      const names = [...propertiesOf(value).keys()];
      const anchor = enclosingName(value);
      const listed = { family: "create", tie: "doubtful", node: value, what, anchor, names, advice } as const;
      const found = candidateFor(listed, file, context);
      // The written value may be a row of the model: contract asks.
      if (found !== undefined) yield isUnclear && !found.isDone ? { ...found, mayLeaveOut: true } : found;
    }
  }
}

function adviceFor(
  { kind, reason }: NotClient,
  row: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string {
  const { name } = context.field;
  if (kind === "foreign") return `not a call of Prisma (${reason}); add ${name} if it takes it`;
  const value = valueOfNewRow(row, file, context);
  return `${reason}: add \`${name}: ${value ?? "…"}\` if it is that of ${schemasOf(context.project).own}`;
}

/** Prisma takes the row either with its relations or with their keys. A row of the first form cannot get the key as a field. */
function* fillRow(
  { value, what, isChecked }: LiteralRow,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  if (isConnected(value, context)) return;
  const isThere = propertiesOf(value).has(context.field.name);
  // A mirror also follows its source in existing rows.
  if (!isThere && mirrorSources(context).length === 0 && isUpsert(value, file, context)) {
    const text = `${context.field.name}: ${valueOfNewRow(value, file, context) ?? "…"}`;
    const reason = `it is put over rows that exist as well, whose ${context.field.name} may have been chosen: add \`${text}\` only where a row is created`;
    const offset = value.getStart(file.ast);
    yield { kind: "place", certainty: "likely", offset, what, reason, mayLeaveOut: true };
    return;
  }
  const connect =
    !isThere && (isChecked || hasRelations(value, context)) ? connectText(value, file, context) : undefined;
  if (connect === undefined) {
    yield* fillLiteral(value, what, file, context);
    return;
  }
  const reason = `the row is written with its relations, not with their keys: add \`${connect}\``;
  yield { kind: "place", certainty: "required", offset: value.getStart(file.ast), what, reason };
}
