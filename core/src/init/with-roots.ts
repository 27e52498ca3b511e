import { ts } from "../codemods/ast/compiler.js";
import { parseSourceFile } from "../codemods/ast/source-file.js";
import { applySplices } from "../codemods/ast/splice.js";
import { commaListOf, insertItem } from "../codemods/write/comma-list.js";

/**
 * A configuration with more folders in `code.roots`, written into the object that it exports; undefined where that is not
 * a literal.
 *
 * @example withRoots("export default defineConfig({});", "lockstep.config.ts", ["../api"])
 */
export function withRoots(text: string, file: string, roots: readonly string[]): string | undefined {
  const source = parseSourceFile(file, text);
  const exported = source.ast.statements.find(ts.isExportAssignment)?.expression;
  const argument = exported !== undefined && ts.isCallExpression(exported) ? exported.arguments[0] : exported;
  if (argument === undefined || !ts.isObjectLiteralExpression(argument)) return undefined;
  const items = roots.map((root) => JSON.stringify(root)).join(", ");
  const code = valueIn(argument, "code");
  const listed = code !== undefined && ts.isObjectLiteralExpression(code) ? valueIn(code, "roots") : undefined;
  const [owner, added] =
    code === undefined
      ? [argument, `code: { roots: [${items}] }`]
      : listed === undefined
        ? [code, `roots: [${items}]`]
        : [listed, items];
  if (!ts.isObjectLiteralExpression(owner) && !ts.isArrayLiteralExpression(owner)) return undefined;
  // What is spread into an object may have it already.
  if (ts.isObjectLiteralExpression(owner) && owner.properties.some(ts.isSpreadAssignment)) return undefined;
  const list = commaListOf(owner, source);
  const splices = list && insertItem(list, added, source);
  return splices && applySplices(text, splices);
}

/** Of a property; of a shorthand its name, which is no literal. */
function valueIn(literal: ts.ObjectLiteralExpression, name: string): ts.Node | undefined {
  const property = literal.properties.find(
    (each) => each.name !== undefined && /^["']?(.*?)["']?$/.exec(each.name.getText())?.[1] === name,
  );
  return property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : property?.name;
}
