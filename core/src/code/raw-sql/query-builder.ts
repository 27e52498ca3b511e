import { patternOf } from "../../base/pattern-of.js";
import { callsOfChain } from "../ast/call-chain.js";
import { ts } from "../ast/compiler.js";
import {
  describe,
  hasKey,
  keysOfSpread,
  pathOf,
  propertiesOf,
  returnedBy,
  spreadsOf,
  unwrap,
} from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import type { PlaceFinding, Transform, TransformContext } from "../contract/transform.js";
import { type LiteralInValue, literalsIn } from "../flow/literals-in-expression.js";
import { constantOf } from "../types/constants.js";
import { lacking, sourceColumns } from "./column-use.js";

/** Calls of Kysely, and one of Knex, with unique names. */
const ownCalls = /^(?:insertInto|replaceInto|mergeInto|updateTable|batchInsert)$/;
/** Calls of Knex and supabase-js. Many other libraries have methods with these names. */
const commonCalls = /^(?:into|from|table)$/;
/** Common names for Knex, which is called with the table: `trx("users")`. */
const knexNames = /^(?:knex|trx|tx|transaction|db|database|pg)$/;

/** What a call chain does with rows of the table. */
interface Written {
  readonly verb: "insert" | "update";
  /** Undefined if they are built elsewhere. */
  readonly rows: ts.Expression | undefined;
  readonly isOfDefaults?: true;
}

/** Rows that a query builder writes without the ORM, found by the table's name: the ORM does not add the column there. Never edited. */
export const queryBuilder: Transform = {
  id: "query-builder",
  intents: ["write"],

  *find(file, context) {
    if (isTestFile(file) || !/\b(?:insert|upsert|replaceInto|mergeInto|update)/i.test(file.text)) return;
    const isBuilding = /knex|kysely|supabase/i.test(file.text);
    for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
      if (!mayTakeTable(call, isBuilding) || !namesTable(call, file, context)) continue;
      const written = writtenBy(call);
      const found = written && classify(call, written, isBuilding, file, context);
      if (found !== undefined) yield found;
    }
  },
};

function mayTakeTable(call: ts.CallExpression, isBuilding: boolean): boolean {
  const name = nameOfCall(call);
  if (ownCalls.test(name)) return true;
  if (commonCalls.test(name)) return isBuilding;
  const callee = unwrap(call.expression);
  const isOwn = ts.isPropertyAccessExpression(callee) && callee.expression.kind === ts.SyntaxKind.ThisKeyword;
  // `mongo.db("users")` is a database with that name.
  return isOwn || ts.isIdentifier(callee) ? isBuilding || knexNames.test(name) : false;
}

/** Whether the call names the model's table, in its own schema. */
function namesTable(
  call: ts.CallExpression,
  file: SourceFile,
  { model: { table }, project }: TransformContext,
): boolean {
  const [first] = call.arguments;
  const given = first && unwrap(first);
  const constant = given && ts.isIdentifier(given) ? constantOf(given, file, project)?.value : given;
  const name = constant && unwrap(constant);
  if (name === undefined || !ts.isStringLiteralLike(name)) return false;
  const schema = table.schema ?? "public";
  const isNamed = new RegExp(`^(?:${patternOf(schema)}\\.)?${patternOf(table.name)}(?: +as +\\w+)?$`, "i");
  const isElsewhere = callsOfChain(call).some((each) => {
    const [of] = each.arguments;
    const isSchema = /^(?:withSchema|schema)$/.test(nameOfCall(each)) && of !== undefined && ts.isStringLiteralLike(of);
    return (isSchema && of.text !== schema) || /^(?:collection|documents)$/.test(nameOfCall(each));
  });
  return isNamed.test(name.text) && !isElsewhere;
}

function writtenBy(named: ts.CallExpression): Written | undefined {
  const own = nameOfCall(named);
  const chain = callsOfChain(named).filter((call) => call !== named);
  const given = (names: RegExp) => chain.find((call) => names.test(nameOfCall(call)));
  if (own === "batchInsert") return { verb: "insert", rows: named.arguments[1] };
  if (own === "mergeInto") return { verb: "insert", rows: undefined };
  if (own === "updateTable") {
    const set = given(/^set$/);
    return set && { verb: "update", rows: set.arguments[0] };
  }
  if (own === "insertInto" || own === "replaceInto") {
    if (given(/^defaultValues$/) !== undefined) return { verb: "insert", rows: undefined, isOfDefaults: true };
    return { verb: "insert", rows: given(/^values$/)?.arguments[0] };
  }
  const write = given(/^(?:insert|upsert|update)$/);
  const rows = write?.arguments[0];
  return write && rows && { verb: nameOfCall(write) === "update" ? "update" : "insert", rows };
}

function classify(
  call: ts.CallExpression,
  { verb, rows, isOfDefaults }: Written,
  isBuilding: boolean,
  file: SourceFile,
  context: TransformContext,
): PlaceFinding | undefined {
  const { field, model } = context;
  const column = context.codeSql.spelled(field.column);
  const found = rows === undefined ? [] : rowsIn(rows, file, context);
  const table = call.arguments[0] as ts.Expression;
  const what = describe(table, `query builder over ${model.table.name}`);
  const place = (certainty: PlaceFinding["certainty"], reason: string): PlaceFinding => {
    return { kind: "place", certainty, offset: table.getStart(file.ast), what, reason };
  };
  if (verb === "update") {
    const changed = rows && changedSource(rows, found, context);
    const { follows } = context.intent;
    if (follows !== undefined) {
      if (changed !== undefined)
        return place("required", `changes ${changed}, which ${field.column} follows: set ${column}, too`);
      const isElsewhere = found.length === 0 && !(rows && ts.isStringLiteralLike(unwrap(rows)));
      const isOut = isElsewhere ? isBuilding || ownCalls.test(nameOfCall(call)) : found.some(mayHaveOthers);
      const reason = `sets columns that are named elsewhere: where they change ${follows.join(", ")}, set ${column}, too`;
      return isOut ? { ...place("likely", reason), mayLeaveOut: true } : undefined;
    }
    const because = `changes ${changed}, which ${field.column} is computed from`;
    return changed === undefined ? undefined : place("possible", `${because}: set ${column} if it follows`);
  }
  // By the column or field name: query builders that rename columns use the model's names.
  const has = (literal: ts.ObjectLiteralExpression, { name, column: other }: typeof field) =>
    hasKey(literal, name) || hasKey(literal, other);
  const isOfModel = found.some(({ literal }) => model.fields.some((each) => has(literal, each)));
  const isOpen = found.length === 0 || found.some(mayHaveOthers);
  // Another object may have the same name: a client of another kind, a table of another database.
  if (!isOfModel && !(isOpen && (isBuilding || ownCalls.test(nameOfCall(call))))) return undefined;
  const lack = found.filter(({ literal }) => !has(literal, field));
  const listed = overwritesWithout(call, context);
  const once = `${listed} if every save has it, or only the first save of a row stores it`;
  if (found.length > 0 && lack.length === 0)
    return listed === undefined
      ? undefined
      : place("likely", `a conflict overwrites other columns of a row: add ${column} to ${once}`);
  const isPossible = isOfDefaults !== true && lack.every(mayHaveOthers);
  const then = listed === undefined ? "" : `, and ${column} to ${once}`;
  return {
    ...(isPossible
      ? place("possible", `inserts rows that are made elsewhere: see that they have ${column}${then}`)
      : place(lacking(context), `inserts ${model.name} rows without the ORM: give them ${column}${then}`)),
    mayLeaveOut: true,
  };
}

/** The call that overwrites columns on a conflict by name, without the new one: `merge(["name"])`, `doUpdateSet({ name })`. */
function overwritesWithout(call: ts.CallExpression, { field }: TransformContext): string | undefined {
  for (const each of callsOfChain(call)) {
    const text = each.arguments.map((argument) => argument.getText()).join();
    const [name] = /\b(?:merge|doUpdateSet|onDuplicateKeyUpdate)\b/.exec(`${nameOfCall(each)} ${text}`) ?? [];
    const isNamed = [field.name, field.column].some((column) => new RegExp(`\\b${patternOf(column)}\\b`).test(text));
    if (name !== undefined && text !== "" && !isNamed) return name;
  }
  return undefined;
}

/** Whether a row contains a spread with unknown keys. */
function mayHaveOthers({ literal }: LiteralInValue): boolean {
  return spreadsOf(literal).some((spread) => keysOfSpread(spread) === undefined);
}

/** The literals of rows, including those that a callback returns: `values((eb) => ({ … }))`. */
function rowsIn(rows: ts.Expression, file: SourceFile, context: TransformContext): readonly LiteralInValue[] {
  const inner = unwrap(rows);
  const given = ts.isArrowFunction(inner) || ts.isFunctionExpression(inner) ? returnedBy(inner) : [inner];
  return given.flatMap((each) => literalsIn(each, file, context)).filter(({ path }) => path.length === 0);
}

/** A source column of the fill that is set without the new one. */
function changedSource(
  given: ts.Expression,
  rows: readonly LiteralInValue[],
  context: TransformContext,
): string | undefined {
  const { field, model } = context;
  const sources = sourceColumns(context);
  const inSources = (isSet: (name: string) => boolean) =>
    model.fields.find(({ name, column }) => sources.includes(column) && (isSet(column) || isSet(name)))?.column;
  const one = unwrap(given);
  // `set("email", value)`
  if (ts.isStringLiteralLike(one)) return inSources((name) => name === one.text);
  for (const { literal } of rows) {
    if (hasKey(literal, field.column) || hasKey(literal, field.name)) continue;
    const keys = propertiesOf(literal);
    const changed = inSources((name) => keys.has(name));
    if (changed !== undefined) return changed;
  }
  return undefined;
}

const nameOfCall = (call: ts.CallExpression) => pathOf(call.expression).at(-1) ?? "";
