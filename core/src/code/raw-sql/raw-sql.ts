import { patternOf } from "../../base/pattern-of.js";
import type { TableUse } from "../../dialect/code-sql.js";
import { ts } from "../ast/compiler.js";
import { describe, enclosingName, wrapperOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { candidateFor, isHiddenFromResponses, isTestFile } from "../candidates/candidate-for.js";
import type { Finding, PlaceFinding, Transform, TransformContext } from "../contract/transform.js";
import { type SqlText, sqlTextsIn } from "../sql/texts.js";
import { lacking, sourceColumns } from "./column-use.js";
import { failsByPosition, tableOf } from "./table-of.js";

/** A column list that is partly filled in at run time. */
const openColumns = /\binsert\s+into\b[^()]*\([^()]*\$9\d\d[^()]*\)/i;

/** SQL in strings that uses the table: the ORM does not add the column there. Never edited. */
export const rawSql: Transform = {
  id: "raw-sql",
  intents: ["write", "keepFromReads", "read"],

  *find(file, context) {
    if (isTestFile(file) || isHiddenFromResponses(context)) return;
    for (const sql of sqlTextsIn(file, context.model.table.name, context.codeSql)) {
      if (context.orm.isSentElsewhere?.(sql.node, file, context.project)) continue;
      const finding = classify(sql, file, context);
      if (finding !== undefined) yield finding;
    }
  },
};

/** Checks a statement's text; at most one finding. */
function classify(sql: SqlText, file: SourceFile, context: TransformContext): Finding | undefined {
  if (sql.statements === undefined) return unread(sql, file, context);
  const uses = sql.statements.uses(tableOf(context));
  if (context.intent.kind === "read") return selected(sql, uses, file, context);
  if (context.intent.kind === "keepFromReads") return selectsAll(sql, uses, file, context);
  return inserted(sql, uses, file, context) ?? updated(sql, uses, file, context);
}

function inserted(
  { node, text, statements }: SqlText,
  uses: readonly TableUse[],
  file: SourceFile,
  context: TransformContext,
): PlaceFinding | undefined {
  const { model, field } = context;
  const { overwrite } = context.codeSql;
  const isListed = statements !== undefined && failsByPosition(statements, context);
  const column = context.codeSql.spelled(field.column);
  for (const use of uses) {
    if (use.kind !== "insert" || (use.columns === undefined && isListed)) continue;
    const what = whatOf(node, context);
    const offset = node.getStart(file.ast);
    const place = (certainty: PlaceFinding["certainty"], reason: string): PlaceFinding => {
      return { kind: "place", certainty, offset, what, reason, mayLeaveOut: true };
    };
    const overwritten = use.overwrites.length > 1 || use.overwrites.includes(field.column);
    if (use.columns === undefined) {
      const cause = use.isDefaults ? "a row of nothing but defaults" : "values by position";
      const then = use.isDefaults ? `give it ${column}` : `name its columns and add ${column}, which comes last`;
      return place(use.isDefaults ? lacking(context) : "likely", `inserts ${cause} into ${model.table.name}: ${then}`);
    }
    if (!use.columns.includes(field.column)) {
      if (use.columns.some((name) => name.startsWith("hole_")) || openColumns.test(text)) {
        return place("possible", `inserts columns that are filled in at run time: see that ${column} is one of them`);
      }
      const conflict = overwritesOthers(use, context)
        ? `, and to ${overwrite} if every save has it: ${overwrite} sets all others, and only the first save of a row would store ${column}`
        : overwritten
          ? `, but not to ${overwrite}: that would replace values that were chosen`
          : "";
      return place(lacking(context), `inserts ${model.name} rows in SQL: add ${column} to its columns${conflict}`);
    }
    if (overwritesOthers(use, context)) {
      if (use.overwrites.includes(field.column)) continue;
      const reason = `${overwrite} sets every other column that it inserts: add ${column} if every save has it, or only the first save of a row stores it`;
      return { kind: "place", certainty: "likely", offset, what, reason };
    }
    if (use.overwrites.includes(field.column)) {
      const reason = `${overwrite} replaces ${column} of rows that exist: take it out there unless that is meant`;
      return { kind: "place", certainty: "possible", offset, what, reason };
    }
  }
  return undefined;
}

/** Whether an upsert overwrites all columns that it inserts, except its keys. */
function overwritesOthers(
  { columns = [], overwrites, conflicts = [] }: Extract<TableUse, { kind: "insert" }>,
  { model, field: added }: TransformContext,
): boolean {
  const isKey = (column: string) => {
    const field = model.fields.find((each) => each.column === column);
    return conflicts.includes(column) || model.primaryKey.includes(column) || field?.isId || field?.isUnique;
  };
  const others = columns.filter((column) => column !== added.column && !isKey(column));
  return others.length > 0 && others.every((column) => overwrites.includes(column));
}

function updated(
  { node }: SqlText,
  uses: readonly TableUse[],
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const { column } = context.field;
  const sources = sourceColumns(context);
  const isMirror = context.intent.follows !== undefined;
  const offset = node.getStart(file.ast);
  for (const use of uses) {
    const sets = use.kind === "update" ? use.columns : use.kind === "insert" ? use.overwrites : [];
    const changed = sources.find((source) => sets.includes(source));
    if (sets.includes(column)) continue;
    if (isMirror && changed === undefined && sets.some((name) => name.startsWith("hole_"))) {
      const reason = `sets columns that are filled in at run time: where they change ${sources.join(", ")}, set ${context.codeSql.spelled(column)}`;
      return { kind: "place", certainty: "likely", offset, what: whatOf(node, context), reason, mayLeaveOut: true };
    }
    if (changed === undefined) continue;
    if (isMirror) {
      const reason = `changes ${changed}, which ${column} follows: set ${context.codeSql.spelled(column)}, too`;
      return { kind: "place", certainty: "required", offset, what: whatOf(node, context), reason };
    }
    const because = `changes ${changed}, which ${column} is computed from`;
    return listed(node, sets, because, `set ${context.codeSql.spelled(column)} if it follows`, file, context);
  }
  return undefined;
}

function selected(
  { node }: SqlText,
  uses: readonly TableUse[],
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const { columns, field } = context;
  for (const use of uses) {
    if (use.kind !== "select" || use.isAll || use.columns.includes(field.column)) continue;
    const named = columns.filter(({ column }) => use.columns.includes(column)).length;
    if (named < 2) continue;
    const because = `reads ${named} of ${columns.length} columns by name`;
    return listed(
      node,
      use.columns,
      because,
      `add ${context.codeSql.spelled(field.column)} if it is shown there`,
      file,
      context,
    );
  }
  return undefined;
}

/** The ORM does not exclude the column from these rows, so code that types or copies them may show it too early. */
function selectsAll(
  { node }: SqlText,
  uses: readonly TableUse[],
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  if (!uses.some((use) => use.kind === "select" && use.isAll) || !isConsumed(node, file)) return undefined;
  const because = `\`*\` gives ${context.codeSql.spelled(context.field.column)}, too, as soon as the column exists`;
  const advice = "name the columns that are meant, or see that what is made of the rows can take it";
  return listed(node, [], because, advice, file, context);
}

/** A text that names the table, but is not valid SQL by itself. */
function unread({ node, text }: SqlText, file: SourceFile, context: TransformContext): PlaceFinding | undefined {
  const { columns, field, intent } = context;
  const isNamed = (column: string) => new RegExp(`\\b${patternOf(column)}\\b`).test(text);
  if (isNamed(field.column)) return undefined;
  const isInsert = /\binsert\s+into\b/i.test(text);
  const isUpdate = intent.follows?.some(isNamed) === true && /\bupdate\b/i.test(text);
  const serves = isInsert || isUpdate ? intent.kind === "write" : intent.kind === "read";
  const least = isUpdate ? 1 : 2;
  if (!serves || columns.filter(({ column }) => isNamed(column)).length < least) return undefined;
  const use = isInsert ? "inserts" : isUpdate ? "changes" : "uses";
  const reason = `${use} columns of ${context.model.table.name}, in SQL that cannot be read: see whether it needs ${context.codeSql.spelled(field.column)}`;
  const found = { kind: "place", certainty: "possible", offset: node.getStart(file.ast), reason } as const;
  return { ...found, what: whatOf(node, context), ...((isInsert || isUpdate) && { mayLeaveOut: true }) };
}

function listed(
  node: ts.Expression,
  sqlColumns: readonly string[],
  because: string,
  advice: string,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const names = context.columns.filter(({ column }) => sqlColumns.includes(column)).map(({ name }) => name);
  const [what, anchor] = [whatOf(node, context), enclosingName(node)];
  const text = context.codeSql.spelled(context.field.column);
  return candidateFor({ family: "sql", tie: "orm", node, what, anchor, names, because, text, advice }, file, context);
}

/** Whether the code uses the rows: they have a type, or are mapped. */
function isConsumed(node: ts.Expression, file: SourceFile): boolean {
  const taker = node.parent;
  const isTag = ts.isTaggedTemplateExpression(taker);
  if (!isTag && !ts.isCallExpression(taker)) return false;
  if (taker.typeArguments !== undefined) return true;
  const outer = wrapperOf(taker);
  for (let at: ts.Node = taker; at !== outer; at = at.parent) {
    if (ts.isAsExpression(at.parent) || ts.isSatisfiesExpression(at.parent)) return true;
  }
  if (isMapped(outer)) return true;
  const { parent } = outer;
  if (!ts.isVariableDeclaration(parent)) return false;
  if (parent.type !== undefined) return true;
  const bound = ts.isIdentifier(parent.name)
    ? [parent.name]
    : parent.name.elements.map((each) => "name" in each && each.name);
  return bound.some((name) => name && ts.isIdentifier(name) && file.identifiers(name.text).some(isMapped));
}

/** `rows.map(…)`, `result.rows.map(…)` */
function isMapped(rows: ts.Node): boolean {
  const { parent } = rows;
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== rows) return false;
  return /^(?:map|flatMap|reduce)$/.test(parent.name.text) || (parent.name.text === "rows" && isMapped(parent));
}

function whatOf(node: ts.Expression, { model }: TransformContext): string {
  return describe(node, `SQL over ${model.table.name}`);
}
