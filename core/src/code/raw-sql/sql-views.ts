import { patternOf } from "../../base/pattern-of.js";
import type { TableUse, ViewStatement } from "../../dialect/code-sql.js";
import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import { isHiddenFromResponses } from "../candidates/candidate-for.js";
import { memoized } from "../contract/memoized.js";
import type { Finding, PlaceFinding, Transform, TransformContext } from "../contract/transform.js";
import { failsByPosition, tableOf } from "./table-of.js";

/** SQL files: views on the table in migrations, and statements in separate files. */
export const sqlViews: Transform = {
  id: "sql-views",
  intents: ["write", "read"],
  isForDocuments: true,

  *find(file, context) {
    if (isHiddenFromResponses(context)) return;
    const isMigration = /(?:^|\/)migrations?\//.test(file.file) || !file.file.endsWith(".sql");
    if (isMigration) {
      if (context.intent.kind === "read") yield* views(file, context);
    } else yield* statements(file, context);
  },
};

/** A view keeps the columns that it was created with, so it must be recreated. */
function* views(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { model, field } = context;
  for (const { view, offset } of lastViews(context)) {
    if (view.file !== file) continue;
    const use = view.uses(tableOf(context)).find((each) => each.kind === "select");
    if (use === undefined || namesField(use, context)) continue;
    const what = `view ${view.view}`;
    const column = context.codeSql.spelled(field.column);
    if (!use.isAll && use.columns.length < 2) continue;
    const how = use.isAll ? "its `*` is the columns of then" : `lists ${share(use, context)} of ${model.table.name}`;
    const reason = `${how}: to show ${column}, re-create it in a migration that you write`;
    yield { kind: "place", certainty: "possible", offset, what, reason } satisfies PlaceFinding;
  }
}

interface FoundView {
  readonly view: ViewStatement & { readonly file: SourceFile };
  readonly offset: number;
}

/** The latest definition of each view in the migrations, without dropped views. */
const lastViews = memoized((context): readonly FoundView[] => {
  const last = new Map<string, FoundView>();
  for (const file of context.project.documents) {
    for (const { text, offset } of textsIn(file)) {
      if (!/\bview\b/i.test(text)) continue;
      for (const view of context.codeSql.statements(text)?.views ?? []) {
        if (view.isDropped) last.delete(view.view);
        else last.set(view.view, { view: { ...view, file }, offset: offset ?? madeAt(text, view.view) });
      }
    }
  }
  return [...last.values()];
});

function madeAt(text: string, view: string): number {
  return Math.max(
    text.search(
      new RegExp(
        `\\b(?:create|replace|materialized|recursive|temp|temporary)\\s+view\\s[^;]*?\\b${patternOf(view)}\\b`,
        "i",
      ),
    ),
    0,
  );
}

/** The SQL of a file. For a migration in code only the up part, because the down part recreates former views. */
function textsIn(file: SourceFile): readonly { readonly text: string; readonly offset: number | undefined }[] {
  if (file.file.endsWith(".sql")) return [{ text: file.text, offset: undefined }];
  if (!/\.[cm]?[jt]s$/.test(file.file)) return [];
  const { StringLiteral, NoSubstitutionTemplateLiteral } = ts.SyntaxKind;
  return [...file.nodes(StringLiteral), ...file.nodes(NoSubstitutionTemplateLiteral)]
    .filter((node) => !isInDown(node))
    .map((node) => ({ text: node.text, offset: node.getStart(file.ast) }))
    .toSorted((a, b) => a.offset - b.offset);
}

function isInDown(node: ts.Node): boolean {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isMethodDeclaration(at)) return ts.isIdentifier(at.name) && at.name.text === "down";
  }
  return false;
}

/** A file of queries. The checks for SQL in strings apply here too. */
function* statements(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (!file.file.endsWith(".sql")) return;
  const { intent, field, model } = context;
  const column = context.codeSql.spelled(field.column);
  const place = (certainty: "likely" | "possible", reason: string, offset = 0): PlaceFinding => {
    return { kind: "place", certainty, offset, what: `SQL over ${model.table.name}`, reason };
  };
  const parsed = context.codeSql.statements(file.text);
  const insert = insertInto(model.table.name);
  if (parsed === undefined && intent.kind === "write" && insert.test(file.text) && !file.text.includes(field.column)) {
    const reason = `inserts rows, in SQL that cannot be read: see whether it needs ${column}`;
    yield { ...place("possible", reason, file.text.search(insert)), mayLeaveOut: true };
  }
  if (parsed === undefined && intent.kind === "read" && !file.text.includes(field.column)) {
    yield place("possible", `names the table, in SQL that cannot be read: see whether it needs ${column}`);
  }
  const uses = parsed?.uses(tableOf(context)) ?? [];
  const isListed = parsed !== undefined && failsByPosition(parsed, context);
  for (const use of uses) {
    if (use.kind === "insert" && use.columns === undefined && isListed) continue;
    if (use.kind === "insert" && intent.kind === "write" && use.columns?.includes(field.column) !== true) {
      const how =
        use.columns === undefined ? "names no columns, so values go by position: name them and" : "inserts rows:";
      // It may have run long ago and never again, so it is listed and need not change.
      yield { ...place("likely", `${how} add ${column}`, Math.max(file.text.search(insert), 0)), mayLeaveOut: true };
      return;
    }
    if (use.kind === "select" && intent.kind === "read" && use.columns.length > 1 && !namesField(use, context)) {
      yield place("possible", `reads ${share(use, context)}: add ${column} if it is shown there`);
      return;
    }
  }
}

function insertInto(table: string): RegExp {
  return new RegExp(
    `\\b(?:(?:insert(?:\\s+ignore)?|replace)\\s+into|copy)\\s+(?:[^\\s().,;]+\\.)?["\`]?${patternOf(table)}\\b`,
    "i",
  );
}

function namesField(use: TableUse, { field }: TransformContext): boolean {
  return use.kind !== "insert" && use.columns.includes(field.column);
}

function share(use: TableUse, { columns }: TransformContext): string {
  const named = columns.filter(({ column }) => use.columns?.includes(column)).length;
  return `${named} of ${columns.length} columns`;
}
