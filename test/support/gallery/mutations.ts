import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import type { Files } from "./case.js";

/** Something that people and tools do to code between two phases; what it means stays. */
export type Mutation = (files: Files, field: string) => Files;

const biome = fileURLToPath(new URL("../../../node_modules/.bin/biome", import.meta.url));

export const mutations: Readonly<Record<string, Mutation>> = {
  "reformatted by biome": (files) => formatted(files),
  "printed by the compiler": (files) => eachCode(files, (ast) => ts.createPrinter().printFile(ast)),
  "row variables renamed": (files) => renamed(files),
  "members in reverse order": (files) => eachCode(files, reversed),
  "functions moved to a file of their own": (files, field) => files.flatMap((file) => split(file, field)),
};

function isCode({ file }: { readonly file: string }): boolean {
  return /\.[cm]?[jt]sx?$/.test(file);
}

/** Entities are the plugin's to edit, and what changes them is no part of this. */
function isModel(text: string): boolean {
  return /@Entity\(|new EntitySchema/.test(text);
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function eachCode(files: Files, change: (ast: ts.SourceFile) => string): Files {
  return files.map((each) =>
    isCode(each) && !isModel(each.text) ? { ...each, text: change(parse(each.file, each.text)) } : each,
  );
}

/** Other quotes, other indentation, and lines so short that most literals are broken. */
function formatted(files: Files): Files {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-format-"));
  const own = files.map((each) => isCode(each) && !isModel(each.text));
  const names = files.map(({ file }, index) => join(folder, `${index}${extname(file)}`));
  writeFileSync(
    join(folder, "biome.json"),
    JSON.stringify({
      root: true,
      formatter: { indentStyle: "tab", lineWidth: 50 },
      javascript: {
        formatter: { quoteStyle: "single", semicolons: "asNeeded", trailingCommas: "none" },
        parser: { unsafeParameterDecoratorsEnabled: true },
      },
    }),
  );
  files.forEach(({ text }, index) => {
    if (own[index]) writeFileSync(names[index] as string, text);
  });
  execFileSync(biome, ["format", "--write", "."], { cwd: folder, stdio: "ignore" });
  const after = files.map((each, index) =>
    own[index] ? { ...each, text: readFileSync(names[index] as string, "utf8") } : each,
  );
  rmSync(folder, { recursive: true });
  return after;
}

/** Parameters and local constants that are read as rows get another name, everywhere in their scope. */
function renamed(files: Files): Files {
  return files.map((each) => {
    if (!isCode(each) || isModel(each.text)) return each;
    const service = ts.createLanguageService(hostOf(each.file, each.text));
    const edits = rowNames(parse(each.file, each.text)).flatMap((name) => {
      const options = { providePrefixAndSuffixTextForRename: true };
      const found = service.findRenameLocations(each.file, name.getStart(), false, false, options) ?? [];
      return found.map(({ textSpan, prefixText = "", suffixText = "" }) => ({
        start: textSpan.start,
        end: textSpan.start + textSpan.length,
        text: `${prefixText}${name.text}Row${suffixText}`,
      }));
    });
    return { ...each, text: replaced(each.text, edits) };
  });
}

function rowNames(ast: ts.SourceFile): readonly ts.Identifier[] {
  const found: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    const isLocal =
      ts.isParameter(node) || (ts.isVariableDeclaration(node) && !ts.isSourceFile(node.parent.parent.parent));
    if (isLocal && ts.isIdentifier(node.name) && !ts.getModifiers(node as ts.ParameterDeclaration)?.length) {
      const { text } = node.name;
      if (new RegExp(`\\b${text}\\.\\w+`).test(ast.text)) found.push(node.name);
    }
    ts.forEachChild(node, visit);
  };
  visit(ast);
  return found;
}

function hostOf(file: string, text: string): ts.LanguageServiceHost {
  return {
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => (name === file ? ts.ScriptSnapshot.fromString(text) : undefined),
    getCurrentDirectory: () => "",
    getCompilationSettings: () => ({ allowJs: true, noResolve: true, noLib: true }),
    getDefaultLibFileName: () => "lib.d.ts",
    fileExists: (name) => name === file,
    readFile: (name) => (name === file ? text : undefined),
  };
}

/** The innermost literals and types that list several things list them the other way round. */
function reversed(ast: ts.SourceFile): string {
  const edits: { start: number; end: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const members = membersOf(node);
    const isPlain = members.length > 1 && !members.some((each) => hasList(each) || /^\.\.\./.test(each.getText()));
    if (!isPlain) {
      ts.forEachChild(node, visit);
      return;
    }
    const texts = members.map((member) => member.getText().replace(/[,;]$/, "")).reverse();
    members.forEach((member, index) => {
      const text = member.getText();
      const end = /[,;]$/.test(text) ? member.end - 1 : member.end;
      edits.push({ start: member.getStart(), end, text: texts[index] as string });
    });
  };
  visit(ast);
  return replaced(ast.text, edits);
}

function hasList(member: ts.Node): boolean {
  let isFound = false;
  const visit = (node: ts.Node): void => {
    isFound ||= membersOf(node).length > 1;
    ts.forEachChild(node, visit);
  };
  visit(member);
  return isFound;
}

function membersOf(node: ts.Node): readonly ts.Node[] {
  if (ts.isObjectLiteralExpression(node)) return node.properties;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node)) return node.members;
  return [];
}

/** Exported functions and constants that name the field move to a file beside, with the imports; the old one exports them again. */
function split(each: Files[number], field: string): Files {
  if (!isCode(each) || isModel(each.text) || !/\bexport\b/.test(each.text) || /\.[cm]?js$/.test(each.file))
    return [each];
  const ast = parse(each.file, each.text);
  const isMoved = (statement: ts.Statement) =>
    (ts.isFunctionDeclaration(statement) || ts.isVariableStatement(statement)) &&
    statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true &&
    !statement.modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) &&
    new RegExp(`\\b${field}\\b`).test(statement.getText());
  const moved = ast.statements.filter(isMoved);
  if (moved.length === 0 || /new PrismaClient/.test(each.text)) return [each];
  const text = (statements: readonly ts.Statement[]) => statements.map((one) => one.getFullText().trim()).join("\n\n");
  const imports = ast.statements.filter(ts.isImportDeclaration);
  const rest = ast.statements.filter((one) => !ts.isImportDeclaration(one) && !isMoved(one));
  const stem = each.file.replace(/\.tsx?$/, "");
  const name = `${stem.split("/").at(-1)}-moved`;
  const old = new Set(moved.flatMap(namesOf));
  const own = rest.flatMap(namesOf).filter((one) => new RegExp(`\\b${one}\\b`).test(text(moved)));
  const back = own.length === 0 ? "" : `import { ${own.join(", ")} } from "./${stem.split("/").at(-1)}";\n`;
  const list = [...old].join(", ");
  return [
    {
      ...each,
      text: `${text(imports)}\nimport { ${list} } from "./${name}";\n\nexport { ${list} };\n\n${text(rest)}\n`,
    },
    { file: `${stem}-moved.ts`, text: `${text(imports)}\n${back}\n${text(moved)}\n` },
  ];
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  const { name } = statement as { name?: ts.Node };
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
}

function replaced(text: string, edits: readonly { start: number; end: number; text: string }[]): string {
  const unique = new Map(edits.map((edit) => [edit.start, edit]));
  return [...unique.values()]
    .sort((a, b) => b.start - a.start)
    .reduce((now, edit) => now.slice(0, edit.start) + edit.text + now.slice(edit.end), text);
}
