import { ts } from "../ast/compiler.js";
import { pathOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { SdlFields } from "../formats/sdl.js";

/**
 * Reads the lists of fields in the GraphQL of a file, once: a document, or the templates of code.
 *
 * @example const schemaListsIn = graphqlIn(fieldListsIn);
 */
export function graphqlIn(read: (text: string) => readonly SdlFields[]): (file: SourceFile) => readonly SdlFields[] {
  const known = new WeakMap<SourceFile, readonly SdlFields[]>();
  return (file) => {
    const isDocument = /\.(?:graphqls?|gql)$/.test(file.file);
    const lists = known.get(file) ?? (isDocument ? read(file.text) : file.isDocument ? [] : inTemplates(file, read));
    known.set(file, lists);
    return lists;
  };
}

/** Template holes are blanked because they can contain anything. */
function inTemplates(file: SourceFile, read: (text: string) => readonly SdlFields[]): readonly SdlFields[] {
  if (!/graphql|gql/i.test(file.text)) return [];
  const { NoSubstitutionTemplateLiteral, TemplateExpression } = ts.SyntaxKind;
  return [...file.nodes(NoSubstitutionTemplateLiteral), ...file.nodes(TemplateExpression)].flatMap((node) => {
    const start = node.getStart(file.ast);
    const source = file.text.slice(start + 1, node.end - 1);
    if (source.includes("\\") || !isGraphql(node, file, source)) return [];
    let blanked = source;
    for (const { expression, literal } of ts.isTemplateExpression(node) ? node.templateSpans : []) {
      const from = expression.pos - 2 - start - 1;
      const to = literal.getStart(file.ast) + 1 - start - 1;
      blanked = `${blanked.slice(0, from)}${" ".repeat(to - from)}${blanked.slice(to)}`;
    }
    return read(blanked).map((list) => moved(list, start + 1));
  });
}

/** `` gql`…` ``, `` graphql(`…`) `` of typed clients, a text that starts with `#graphql`, or one with a `graphql` comment before it. */
function isGraphql(node: ts.Node, file: SourceFile, source: string): boolean {
  if (/^\s*#graphql\b/i.test(source)) return true;
  const { parent } = node;
  if (ts.isTaggedTemplateExpression(parent)) return /^(?:gql|graphql)$/.test(parent.tag.getText(file.ast));
  if (
    ts.isCallExpression(parent) &&
    parent.expression !== node &&
    /^(?:gql|graphql)$/.test(pathOf(parent.expression).join())
  )
    return true;
  return /\/\*\s*GraphQL\s*\*\/\s*$/.test(file.text.slice(node.pos, node.getStart(file.ast)));
}

function moved(list: SdlFields, by: number): SdlFields {
  const { start, end, open, close } = list;
  const fields = list.fields.map((each) => ({ ...each, start: each.start + by, end: each.end + by }));
  return { ...list, fields, start: start + by, end: end + by, open: open + by, close: close + by };
}
