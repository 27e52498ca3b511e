import { patternOf } from "../../pattern-of.js";
import { ts } from "../compiler.js";
import { describe } from "../expressions.js";
import { type SourceFile, textOf } from "../source-file.js";
import type { Finding, Transform, TransformContext } from "../transform.js";
import { isTestFile } from "./listing.js";

/** SQL in strings that names the table: no ORM adds the column there. */
export const rawSql: Transform = {
  id: "raw-sql",
  intents: ["write", "read"],
  isChecklist: true,

  *find(file, context) {
    if (isTestFile(file)) return;
    const { StringLiteral, NoSubstitutionTemplateLiteral, TemplateExpression } = ts.SyntaxKind;
    const texts = [StringLiteral, NoSubstitutionTemplateLiteral, TemplateExpression] as const;
    for (const kind of texts) for (const node of file.nodes(kind)) yield* judge(node, file, context);
  },
};

function* judge(node: ts.Expression, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { model, field, intent, columns } = context;
  const sql = textOf(node, file);
  const table = patternOf(model.table.name);
  if (!new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE)\\s+(?:ONLY\\s+)?(?:"?\\w+"?\\.)?\\\\?"?${table}\\b`, "i").test(sql))
    return;
  if (new RegExp(`\\b${patternOf(field.column)}\\b`).test(sql)) return;
  const named = columns.filter((column) => new RegExp(`\\b${patternOf(column.column)}\\b`).test(sql)).length;
  const isInsert = new RegExp(`\\bINSERT\\s+INTO\\s+(?:"?\\w+"?\\.)?\\\\?"?${table}\\b`, "i").test(sql);
  const offset = node.getStart(file.ast);
  const what = describe(node, `SQL over ${model.table.name}`);
  if (isInsert && intent.kind === "write") {
    const reason = `inserts ${model.name} rows in SQL: add "${field.column}" to its columns`;
    yield { kind: "place", certainty: "likely", offset, what, reason };
  } else if (!isInsert && intent.kind === "read" && named >= 2) {
    const reason = `reads ${named} of ${columns.length} columns by name: add "${field.column}" if it is shown there`;
    yield { kind: "place", certainty: "possible", offset, what, reason };
  }
}
