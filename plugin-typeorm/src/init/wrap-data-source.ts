import { LockstepError } from "@lockstep/core";
import { applySplices, type Splice, ts } from "@lockstep/core/codemods";
import { wrapperPackage } from "./wrapper-package.js";

const name = "withLockstep";

/**
 * Wraps the data source where it is made, `withLockstep(new DataSource(…))`, and adds the import; every other byte stays. However it is
 * exported then, by itself or as a promise. A file with a data source that is wrapped already is unchanged.
 *
 * @param file its path, for messages
 * @throws LS8007 when the file makes no data source
 */
export function wrapDataSource(text: string, file: string): { readonly after: string } | { readonly unchanged: true } {
  const kind = /\.[cm]?ts$/.test(file) ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
  const nodes = descendants(source);
  if (nodes.some((node) => ts.isCallExpression(node) && node.expression.getText(source) === name))
    return { unchanged: true };
  const made = nodes.filter(
    (node) => ts.isNewExpression(node) && /^(?:\w+\.)?DataSource$/.test(node.expression.getText(source)),
  );
  if (made.length === 0) throw cannotEdit(file);
  const splices = made.flatMap((node): Splice[] => [
    { start: node.getStart(source), end: node.getStart(source), text: `${name}(` },
    { start: node.end, end: node.end, text: ")" },
  ]);
  return { after: applySplices(text, [importOf(source), ...splices]) };
}

/** Behind the import of TypeORM, in the file's own style. */
function importOf(source: ts.SourceFile): Splice {
  const { text, statements } = source;
  const eol = /\r\n|\n/.exec(text)?.[0] ?? "\n";
  const imports = statements.filter((statement) => /^import\b|\brequire\(/.test(statement.getText(source)));
  const orm = imports.find((statement) => /["']typeorm["']/.test(statement.getText(source))) ?? imports.at(-1);
  const words = orm?.getText(source) ?? "";
  const quote = words.includes("'") ? "'" : '"';
  const end = orm === undefined || words.endsWith(";") ? ";" : "";
  const from = `${quote}${wrapperPackage}${quote}`;
  const line =
    /\brequire\(/.test(words) && !/^import\b/.test(words)
      ? `const { ${name} } = require(${from})${end}`
      : `import { ${name} } from ${from}${end}`;
  if (orm === undefined) return { start: 0, end: 0, text: `${line}${eol}${eol}` };
  return { start: orm.end, end: orm.end, text: `${eol}${line}` };
}

function descendants(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  node.forEachChild((child) => {
    found.push(child, ...descendants(child));
  });
  return found;
}

function cannotEdit(file: string): LockstepError {
  return new LockstepError("LS8007", `${file} cannot be edited: it makes no data source by new DataSource(…)`, {
    hint: [
      `Wrap what it exports yourself, in ${file}:`,
      `  import { ${name} } from "${wrapperPackage}";`,
      `  export default ${name}(/* your data source, or a promise of it */);`,
      `Where it cannot be edited, every process of the CLI can wrap it: NODE_OPTIONS="--require ${wrapperPackage}/register"`,
    ].join("\n"),
  });
}
