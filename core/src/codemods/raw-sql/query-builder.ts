import { callsOfChain } from "../ast/call-chain.js";
import { ts } from "../ast/compiler.js";
import { describe, hasKey, pathOf, propertiesOf, spreadsOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import type { PlaceFinding, Transform, TransformContext } from "../contract/transform.js";
import { type LiteralInValue, literalsIn } from "../flow/literals-in-expression.js";
import { lacking, sourceColumns } from "./column-use.js";

/** Calls that take the table's name, of Kysely, Knex and supabase-js; a repository or a collection is none. */
const takesTable =
  /^(?:insertInto|replaceInto|updateTable|batchInsert|into|from|knex|trx|tx|transaction|db|database|pg|client|conn|connection)$/;

/** What a chain of calls does with rows of the table. */
interface Written {
  readonly verb: "insert" | "update";
  readonly rows: ts.Expression;
}

/** Rows that a query builder beside the ORM writes, known by the table's name: no ORM adds the column there. They are never edited. */
export const queryBuilder: Transform = {
  id: "query-builder",
  intents: ["write"],

  *find(file, context) {
    const { table } = context.model;
    if (isTestFile(file) || !file.text.includes(table.name)) return;
    const { StringLiteral, NoSubstitutionTemplateLiteral } = ts.SyntaxKind;
    for (const literal of [...file.nodes(StringLiteral), ...file.nodes(NoSubstitutionTemplateLiteral)]) {
      const isTable = literal.text === table.name || literal.text === `${table.schema ?? "public"}.${table.name}`;
      const written = isTable ? writtenBy(literal) : undefined;
      const found = written && judge(literal, written, file, context);
      if (found !== undefined) yield found;
    }
  },
};

function writtenBy(table: ts.Expression): Written | undefined {
  const named = table.parent;
  if (!ts.isCallExpression(named) || named.arguments[0] !== table) return undefined;
  const own = nameOfCall(named);
  if (!takesTable.test(own)) return undefined;
  const [, batch] = named.arguments;
  if (own === "batchInsert") return batch && { verb: "insert", rows: batch };
  // Kysely's calls say at the table what is done, and at another what with.
  const byName: Readonly<Record<string, Written["verb"]>> =
    own === "insertInto" || own === "replaceInto"
      ? { values: "insert" }
      : own === "updateTable"
        ? { set: "update" }
        : { insert: "insert", upsert: "insert", update: "update" };
  for (const call of callsOfChain(named)) {
    const [verb, [rows]] = [byName[nameOfCall(call)], call.arguments];
    if (verb !== undefined && rows !== undefined && call !== named) return { verb, rows };
  }
  return undefined;
}

function judge(
  table: ts.Expression,
  { verb, rows }: Written,
  file: SourceFile,
  context: TransformContext,
): PlaceFinding | undefined {
  const { field, model } = context;
  const column = context.codeSql.spelled(field.column);
  const found = literalsIn(rows, file, context).filter(({ path }) => path.length === 0);
  const what = describe(table, `query builder over ${model.table.name}`);
  const place = (certainty: PlaceFinding["certainty"], reason: string): PlaceFinding => {
    return { kind: "place", certainty, offset: table.getStart(file.ast), what, reason };
  };
  if (verb === "update") {
    const changed = changedSource(found, context);
    const because = `changes ${changed}, which ${field.column} is computed from`;
    return changed === undefined ? undefined : place("possible", `${because}: set ${column} if it follows`);
  }
  // As the table has it, or as the model does: builders that rename columns are given the model's names.
  const lack = found.filter(({ literal }) => !hasKey(literal, field.column) && !hasKey(literal, field.name));
  if (found.length > 0 && lack.length === 0) return undefined;
  const isOpen = lack.every(({ literal }) => spreadsOf(literal).length > 0);
  return {
    ...(found.length === 0 || isOpen
      ? place("possible", `inserts rows that are made elsewhere: see that they have ${column}`)
      : place(lacking(context), `inserts ${model.name} rows without the ORM: give them ${column}`)),
    mayLeaveOut: true,
  };
}

/** A column of the fill that is set where the new one is not. */
function changedSource(rows: readonly LiteralInValue[], context: TransformContext): string | undefined {
  const { field, model } = context;
  const sources = sourceColumns(context);
  for (const { literal } of rows) {
    const keys = propertiesOf(literal);
    if (keys.has(field.column) || keys.has(field.name)) continue;
    const changed = model.fields.find(
      ({ name, column }) => sources.includes(column) && (keys.has(column) || keys.has(name)),
    );
    if (changed !== undefined) return changed.column;
  }
  return undefined;
}

const nameOfCall = (call: ts.CallExpression) => pathOf(call.expression).at(-1) ?? "";
