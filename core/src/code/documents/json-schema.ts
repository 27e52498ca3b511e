import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import { literalFormat, literalTree } from "../formats/literal-format.js";
import { shapesOfDocument } from "./schema-shapes.js";
import { schemaTransform } from "./schema-transform.js";

/** OpenAPI and JSON schema documents in JSON. */
export const jsonSchema = schemaTransform({
  id: "json-schema",
  isForDocuments: true,
  format: literalFormat,
  shapesIn(file) {
    const root = file.file.endsWith(".json") && file.text.includes('"properties"') ? rootOf(file) : undefined;
    return root === undefined ? [] : shapesOfDocument(literalTree(root), file.file, file.text);
  },
});

function rootOf({ ast }: SourceFile): ts.Expression | undefined {
  const [statement] = ast.statements;
  return statement !== undefined && ts.isExpressionStatement(statement) ? statement.expression : undefined;
}
