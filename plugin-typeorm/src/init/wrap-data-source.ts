import { LockstepError } from "@lockstep/core";
import { applySplices, type Splice, ts } from "@lockstep/core/codemods";
import { exportedValues, isNewDataSource } from "../detect/exported-values.js";
import { wrapperPackage } from "./wrapper-package.js";

const name = "withLockstep";

/**
 * Wraps the data source, `withLockstep(new DataSource(…))`, and adds the import; every other byte stays. In a file that creates none, its
 * export is wrapped: the result of a call, one of two, a promise. A file whose data source is already wrapped is unchanged.
 *
 * @param file its path, for messages
 * @throws LS8007 when it is unclear which of its exports is the data source
 */
export function wrapDataSource(text: string, file: string): { readonly after: string } | { readonly unchanged: true } {
  const kind = /\.[cm]?ts$/.test(file) ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
  const nodes = descendants(source);
  if (nodes.some((node) => ts.isCallExpression(node) && /(?:^|\.)withLockstep$/.test(node.expression.getText(source))))
    return { unchanged: true };
  const made = nodes.filter(isNewDataSource);
  const wrapped = made.length > 0 ? made : exportedOne(source);
  if (wrapped.length === 0) throw cannotEdit(file);
  const { declaration, call } = importOf(source);
  const splices = wrapped.flatMap((node): Splice[] => [
    { start: node.getStart(source), end: node.getStart(source), text: `${call}(` },
    { start: node.end, end: node.end, text: ")" },
  ]);
  return { after: applySplices(text, [declaration, ...splices]) };
}

/** The export that is declared as one, or the only candidate. */
function exportedOne(source: ts.SourceFile): readonly ts.Node[] {
  const values = exportedValues(source);
  const named = values.filter(({ isDataSource }) => isDataSource);
  const [only, second] = named.length > 0 ? named : values;
  return only === undefined || second !== undefined ? [] : [only.value];
}

/** After the import of TypeORM, in the file's own style. */
function importOf(source: ts.SourceFile): { readonly declaration: Splice; readonly call: string } {
  const { text, statements } = source;
  const eol = /\r\n|\n/.exec(text)?.[0] ?? "\n";
  const imports = statements.filter((statement) => /^import\b|\brequire\(/.test(statement.getText(source)));
  const orm = imports.find((statement) => /["']typeorm["']/.test(statement.getText(source))) ?? imports.at(-1);
  const words = orm?.getText(source) ?? "";
  const quote = words.includes("'") ? "'" : '"';
  const end = orm === undefined || words.endsWith(";") ? ";" : "";
  const from = `${quote}${wrapperPackage}${quote}`;
  // The compiler accepts only `import x = require(…)` if the module syntax is kept as written.
  const isAssigned = orm !== undefined && ts.isImportEqualsDeclaration(orm);
  const isRequired = orm === undefined ? isCommonJs(source) : /\brequire\(/.test(words) && !/^import\b/.test(words);
  const line = isAssigned
    ? `import lockstep = require(${from})${end}`
    : isRequired
      ? `const { ${name} } = require(${from})${end}`
      : `import { ${name} } from ${from}${end}`;
  // After what must come first.
  const top = /^\uFEFF?(?:#!.*(?:\r\n|\n))?/.exec(text)?.[0].length ?? 0;
  return {
    declaration:
      orm === undefined
        ? { start: top, end: top, text: `${line}${eol}${eol}` }
        : { start: orm.end, end: orm.end, text: `${eol}${line}` },
    call: isAssigned ? `lockstep.${name}` : name,
  };
}

function isCommonJs(source: ts.SourceFile): boolean {
  return /^\uFEFF?(?:module\.)?exports\b/m.test(source.text) && !source.statements.some(ts.isExportAssignment);
}

function descendants(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  node.forEachChild((child) => {
    found.push(child, ...descendants(child));
  });
  return found;
}

function cannotEdit(file: string): LockstepError {
  return new LockstepError(
    "LS8007",
    `${file} cannot be edited: Lockstep cannot determine which export is the data source`,
    {
      hint: [
        `Wrap the export yourself, in ${file}:`,
        `  import { ${name} } from "${wrapperPackage}";`,
        `  export default ${name}(/* your data source, or a promise of it */);`,
        `If you cannot edit it, let every process of the CLI wrap it: NODE_OPTIONS="--require ${wrapperPackage}/register"`,
      ].join("\n"),
    },
  );
}
