import { posix } from "node:path";
import type { FileChange, Registration, Unlisted } from "@lockstep/core";
import {
  addNamedImports,
  applySplices,
  commaListOf,
  createProject,
  insertItem,
  insertStatement,
  lineAt,
  parseSourceFile,
  removeItem,
  removeStatement,
  type SourceFile,
  type Project as SourceProject,
  type Splice,
  textOf,
  ts,
} from "@lockstep/core/codemods";
import { readManifest } from "../detect/call.js";
import { className, migrationsIn, stampOf } from "../migrations/names.js";
import type { TypeormProject } from "../project.js";
import {
  importOf,
  type ListedClass,
  type Listing,
  listingsFrom,
  moduleOf,
  type Place,
  specifierOf,
} from "./listing.js";
import { ownListing } from "./own-listing.js";
import { readCode } from "./sources.js";

/** An edit of one file. */
type Edits = readonly { readonly file: SourceFile; readonly splices: readonly Splice[] }[];

/**
 * Adds the classes of new migrations to the data source's list, in its style, and removes those whose files are deleted. Files found by
 * globs need nothing.
 *
 * @param edited files that are written together with it, on which these edits are based
 */
export function register(
  project: TypeormProject,
  { added, removed }: Registration,
  edited: readonly FileChange[] = [],
): { readonly changes: readonly FileChange[]; readonly unlisted: readonly Unlisted[] } {
  const files = added.filter(({ file }) => !isGlobbed(file, project));
  if (files.length === 0 && removed.length === 0) return { changes: [], unlisted: [] };
  const given = readCode(project);
  let code = withTexts(
    given,
    edited.flatMap(({ file, after }) => (after === undefined ? [] : { file, text: after })),
  );
  const touched = new Set<string>();
  const apply = (edits: Edits) => {
    const changed = edits.map(({ file, splices }) => ({ file: file.file, text: applySplices(file.text, splices) }));
    for (const { file } of changed) touched.add(file);
    code = withTexts(code, changed);
  };
  const listed = (file: string) => {
    const all = createProject(code);
    return listingsFrom(all, project.dataSourceFile).flatMap(({ places }) =>
      places.flatMap((place) =>
        place.classes.filter((each) => each.file === file).map((each) => ({ all, place, each })),
      ),
    );
  };
  let { classes } = project;
  const takeOutAll = (file: string, but?: string) => {
    // One after the other: an edit moves the positions after it.
    for (const _ of listed(file)) {
      const found = listed(file).find(({ each }) => each.name !== but);
      if (found === undefined) return;
      const names = [found.each.name, ...migrationsIn(code.find((each) => each.file === file)?.text ?? "")];
      classes = classes.filter((name) => !names.includes(name));
      apply(takeOut(found.place, found.each, found.all));
    }
  };
  for (const file of removed) takeOutAll(file);
  const unlisted: Unlisted[] = [];
  for (const { file, text } of files) {
    const name = classIn(file, text);
    takeOutAll(file, name);
    if (listed(file).length > 0) continue;
    code = withTexts(code, [{ file, text }]);
    const all = createProject(code);
    const listing = ownListing(listingsFrom(all, project.dataSourceFile), classes, all);
    const place = listing && newestPlace(listing);
    const edits = place && put(place, name, file, all, project);
    if (edits === undefined) unlisted.push(byHand({ file, text }, project, code));
    else apply(edits);
  }
  const changes = [...touched].flatMap((file): FileChange[] => {
    const other = edited.find((change) => change.file === file);
    const before = other?.before ?? given.find((each) => each.file === file)?.text;
    const after = code.find((each) => each.file === file)?.text;
    return before === after ? [] : [{ file, before, after }];
  });
  return { changes, unlisted };
}

/** What a person has to write to list the class of a migration. */
export function byHand(
  { file, text }: { readonly file: string; readonly text: string },
  project: TypeormProject,
  code: readonly SourceFile[] = readCode(project),
): Unlisted {
  const { dataSourceFile, classes, globs } = project;
  const all = createProject(code);
  const listings = listingsFrom(all, dataSourceFile);
  // If several lists may be its own, none can be chosen.
  const listing = ownListing(listings, classes, all) ?? (listings.length === 1 ? listings[0] : undefined);
  const place = listing && newestPlace(listing);
  const at = listing?.at ?? dataSourceFile;
  if (classes.length === 0 && globs.length > 0) return { file, at, globs, write: [] };
  const name = classIn(file, text);
  const where = place?.file ?? code.find((each) => each.file === at.replace(/:\d+$/, ""));
  const statement = where && statementFor(name, file, { file: where, classes: place?.classes ?? [] }, all, project);
  const write = place?.kind === "exports" || statement === undefined ? [] : [`${statement};`];
  if (place?.kind === "exports") write.push(`export { ${name} } from ${/(["']).*\1/.exec(statement ?? "")?.[0]};`);
  else write.push(place === undefined && listing === undefined ? `migrations: [${name}]` : name);
  const isHere = place === undefined || place.file.file === at.replace(/:\d+$/, "");
  return { file, at: isHere ? at : lineOf(place), globs, write };
}

/** The list, or the end of its export. */
function lineOf(place: Place): string {
  const { file, text } = place.file;
  return `${file}:${lineAt(text, place.kind === "list" ? place.list.open : text.trimEnd().length)}`;
}

/** Whether a glob of the data source includes the folder of a file. */
function isGlobbed(file: string, { globs }: TypeormProject): boolean {
  const folder = posix.dirname(file);
  return globs.some((glob) => {
    const start = /^[^*?{}[\]()!]*/.exec(glob)?.[0] ?? "";
    const base = start === glob ? glob : start.slice(0, start.lastIndexOf("/"));
    return glob === file || folder === base || (/\*.*\//.test(glob) && folder.startsWith(`${base}/`));
  });
}

function classIn(file: string, text: string): string {
  const stem = posix.basename(file).replace(/\.[cm]?[jt]s$/, "");
  return /\bclass\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(text)?.[1] ?? className(stem);
}

function withTexts(
  code: readonly SourceFile[],
  texts: readonly { readonly file: string; readonly text: string }[],
): readonly SourceFile[] {
  if (texts.length === 0) return code;
  const kept = code.filter(({ file }) => !texts.some((each) => each.file === file));
  // Sources come before the files that resolve their imports.
  return [...texts.map(({ file, text }) => parseSourceFile(file, text)), ...kept];
}

/** The list that contains the newest class. */
function newestPlace({ places }: Listing): Place | undefined {
  const newest = (place: Place) => Math.max(0, ...place.classes.map(({ name }) => Number(stampOf(name) ?? 0)));
  return places.toSorted((a, b) => newest(b) - newest(a))[0];
}

/** Undefined if the list cannot be edited reversibly. */
function put(place: Place, name: string, file: string, all: SourceProject, project: TypeormProject): Edits | undefined {
  if (place.kind === "exports") return [exported(place.file, place.classes, name, file, all, project)];
  const { list, file: into, classes } = place;
  const element =
    list.items.length === 0 && list.open === list.close
      ? [{ start: list.open, end: list.open, text: name }]
      : insertItem(list, name, into);
  if (element === undefined) return undefined;
  const neighbour = classes.at(-1);
  const statement = neighbour && importOf(elementName(neighbour), into);
  const module = statement && moduleOf(statement, into, all);
  if (module !== undefined && neighbour !== undefined && module.file !== neighbour.file) {
    const named = addNamedImports(specifierOf(statement!) ?? "", [name], into);
    if (named?.every((each) => each.kind === "edit"))
      return [
        { file: into, splices: [...named.flatMap(({ splices }) => splices), ...element] },
        exported(module, exportedBy(module, classes, all), name, file, all, project),
      ];
  }
  const text = statementFor(name, file, place, all, project);
  return [{ file: into, splices: [...importSplices(text, place), ...element] }];
}

function importSplices(text: string, { file, classes }: Place): readonly Splice[] {
  const ofClasses = classes.flatMap((each) => importOf(elementName(each), file) ?? []);
  const imports = file.ast.statements.filter(
    (statement) => ts.isImportDeclaration(statement) || specifierOf(statement) !== undefined,
  );
  const after = [...(ofClasses.length > 0 ? ofClasses : imports)].sort((a, b) => a.end - b.end).at(-1);
  if (after !== undefined) return insertStatement(after, text, file).splices;
  const start = file.ast.statements[0]?.getStart(file.ast) ?? file.text.length;
  const { eol } = file.style;
  return [{ start, end: start, text: `${text};${eol}${eol}` }];
}

/** Exports a class from a module, like the existing exports. */
function exported(
  module: SourceFile,
  classes: readonly ListedClass[],
  name: string,
  file: string,
  all: SourceProject,
  project: TypeormProject,
): Edits[number] {
  const neighbour = classes.findLast(({ node }) => ts.isExportDeclaration(node));
  const specifier = specifierFor(file, { file: module, neighbour, statement: neighbour?.node }, all, project);
  const { eol } = module.style;
  const quote = quoteOf(neighbour?.node, module);
  const statement = neighbour?.node as ts.ExportDeclaration | undefined;
  const isStar = statement !== undefined && statement.exportClause === undefined;
  const text = `export ${isStar ? "*" : `{ ${name} }`} from ${quote}${specifier}${quote}`;
  if (statement !== undefined) return { file: module, splices: insertStatement(statement, text, module).splices };
  const last = module.ast.statements.at(-1);
  if (last !== undefined) return { file: module, splices: insertStatement(last, text, module).splices };
  const end = module.text.length;
  return { file: module, splices: [{ start: end, end, text: `${text};${eol}` }] };
}

/** The same classes, if a module between the list and their files exports them. */
function exportedBy(module: SourceFile, classes: readonly ListedClass[], all: SourceProject): ListedClass[] {
  return module.ast.statements.flatMap((node) => {
    const target = ts.isExportDeclaration(node) ? moduleOf(node, module, all) : undefined;
    return classes.filter(({ file }) => file === target?.file).map((each) => ({ ...each, node }));
  });
}

/** `import { AddHandle1763648123456 } from "./migrations/1763648123456-AddHandle"`, in the style of the other imports. */
function statementFor(
  name: string,
  file: string,
  place: Pick<Place, "file" | "classes">,
  all: SourceProject,
  project: TypeormProject,
): string {
  const neighbour = place.classes.findLast((each) => importOf(elementName(each), place.file) !== undefined);
  const statement = neighbour && importOf(elementName(neighbour), place.file);
  const specifier = specifierFor(file, { file: place.file, neighbour, statement }, all, project);
  const quote = quoteOf(statement, place.file);
  const others = place.file.ast.statements.filter((each) => specifierOf(each) !== undefined);
  const beside = statement ?? others.at(-1);
  const isRequired = beside === undefined ? isCommonJs(place.file) : ts.isVariableStatement(beside);
  const braces = /\{\S/.test(textOf(statement ?? place.file.ast, place.file).slice(0, 12))
    ? `{${name}}`
    : `{ ${name} }`;
  // In TypeORM's JavaScript form, the class is the only export of its file.
  const isWhole = /\bmodule\.exports\s*=\s*class\b/.test(all.files.find((each) => each.file === file)?.text ?? "");
  const bound = isWhole ? name : braces;
  return isRequired
    ? `const ${bound} = require(${quote}${specifier}${quote})`
    : `import ${bound} from ${quote}${specifier}${quote}`;
}

function isCommonJs({ isJavaScript, text }: SourceFile): boolean {
  return isJavaScript && /\b(?:require\(|module\.exports\b|exports\.)/.test(text);
}

/** The path in the style of its neighbour: with or without an extension, relative or by an alias. */
function specifierFor(
  file: string,
  from: {
    readonly file: SourceFile;
    readonly neighbour: ListedClass | undefined;
    readonly statement: ts.Node | undefined;
  },
  all: SourceProject,
  { root }: TypeormProject,
): string {
  const stem = posix.basename(file).replace(/\.[cm]?[jt]s$/, "");
  const own = from.statement && specifierOf(from.statement);
  const ownTarget = own === undefined ? undefined : all.resolve(from.file, own)?.file;
  const [, folder = "", base = "", end = ""] = /^(.*\/)?([^/]*?)(\.[cm]?[jt]s)?$/.exec(own ?? "") ?? [];
  const isBeside = ownTarget !== undefined && posix.dirname(ownTarget) === posix.dirname(file);
  if (isBeside && posix.basename(ownTarget).replace(/\.[cm]?[jt]s$/, "") === base) return `${folder}${stem}${end}`;
  const relatives = from.file.ast.statements.flatMap((each) => {
    const specifier = specifierOf(each);
    return specifier?.startsWith(".") ? [specifier] : [];
  });
  const written = relatives.map((each) => /\.[cm]?[jt]s$/.exec(each)?.[0] ?? "");
  const isEsm = readManifest(root).type === "module";
  const extension = written.length > 0 ? (written.find((each) => each !== "") ?? "") : isEsm ? ".js" : "";
  const path = posix.join(posix.relative(posix.dirname(from.file.file), posix.dirname(file)), stem);
  return `${path.startsWith(".") ? "" : "./"}${path}${extension}`;
}

function quoteOf(statement: ts.Node | undefined, file: SourceFile): string {
  return (statement && /["']/.exec(textOf(statement, file))?.[0]) ?? file.style.quote;
}

function takeOut(place: Place, listed: ListedClass, all: SourceProject): Edits {
  const { file } = place;
  if (place.kind === "exports") return [{ file, splices: withoutExport(listed, file) }];
  const splices = [...removeItem(place.list, listed.node, file)];
  const statement = importOf(elementName(listed), file);
  if (statement === undefined) return [{ file, splices }];
  const module = moduleOf(statement, file, all);
  const named = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined;
  const names = named !== undefined && ts.isNamedImports(named) ? named : undefined;
  const list = names && names.elements.length > 1 ? commaListOf(names, file) : undefined;
  const own = names?.elements.find(({ name }) => name.text === elementName(listed));
  splices.push(...(list && own ? removeItem(list, own, file) : withoutStatement(statement, file)));
  if (module === undefined || module.file === listed.file) return [{ file, splices }];
  const inModule = exportedBy(module, [listed], all).map((each) => withoutExport(each, module));
  return [{ file, splices }, ...inModule.map((each) => ({ file: module, splices: each }))];
}

function withoutExport({ node, name }: ListedClass, file: SourceFile): readonly Splice[] {
  const clause = ts.isExportDeclaration(node) ? node.exportClause : undefined;
  const elements = clause !== undefined && ts.isNamedExports(clause) ? clause.elements : undefined;
  const own = elements?.find((each) => each.name.text === name);
  // Its braces are those of an import.
  const list = elements && elements.length > 1 ? commaListOf(clause as unknown as ts.NamedImports, file) : undefined;
  return list && own ? removeItem(list, own, file) : withoutStatement(node as ts.Statement, file);
}

function withoutStatement(statement: ts.Statement, file: SourceFile): readonly Splice[] {
  const start = statement.getStart(file.ast);
  const isFirst = file.ast.statements[0] === statement;
  if (!isFirst) return removeStatement(statement, file);
  return [{ start, end: statement.end + (/^\s*/.exec(file.text.slice(statement.end))?.[0].length ?? 0), text: "" }];
}

function elementName({ node }: ListedClass): string {
  return ts.isShorthandPropertyAssignment(node) ? node.name.text : node.getText();
}
