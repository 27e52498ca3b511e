import { type GeneratedClient, type OtherClient, type Project, type SourceFile, ts } from "@lockstep/core/codemods";

/** The owner of a client: the schema of the planned models, another schema, or unknown. */
export type ClientOwner = "own" | "other" | "unknown";

/** The owner of the client that a module exports. Undefined: it exports none. */
export function clientOwnerOf(specifier: string, from: SourceFile, project: Project): ClientOwner | undefined {
  const looksLike = isClientModule(specifier);
  if (!mayUseOthers(from, project)) return looksLike ? "own" : undefined;
  return originByOutput(specifier, from, project) ?? (looksLike ? "unknown" : undefined);
}

/** The owner of a generated file, if its path determines it. */
export function originOfPath(path: string | undefined, { clients }: Project): ClientOwner | undefined {
  if (path === undefined) return undefined;
  if (clients === undefined) return "own";
  const inPackage = (module: string) => `/node_modules/${module.replace(/^@prisma\/client$/, ".prisma/client")}/`;
  const found = [clients.own, ...clients.others].filter(
    ({ folders, modules }) =>
      folders.some((folder) => isBelow(path, folder)) ||
      modules.some((module) => `/${path}`.includes(inPackage(module))),
  );
  // Packages that share their dependencies overwrite one another's default client.
  const [client, ...others] = found.length > 1 ? found.filter(({ home }) => isBelow(path, home.folder)) : found;
  if (client === undefined || others.length > 0) return undefined;
  return client === clients.own ? "own" : "other";
}

/** Whether a file may use clients of other schemas. */
export function mayUseOthers(file: SourceFile, project: Project): boolean {
  return othersFor(file, project).length > 0;
}

/** Whether a schema whose client a file may use has a model of that name as well: its calls and types look the same. */
export function hasNamesake(model: string, file: SourceFile, project: Project): boolean {
  const accessor = model.toLowerCase();
  return othersFor(file, project).some(({ models }) => models.some(({ name }) => name.toLowerCase() === accessor));
}

function othersFor({ file }: SourceFile, { clients }: Project): readonly OtherClient[] {
  return clients?.others.filter(({ isLocal, home }) => !isLocal || isBelow(file, home.folder)) ?? [];
}

/** The schemas of the project's client and of the others: `prisma/schema.prisma`, `prisma/analytics.prisma or …`. */
export function schemasOf({ clients }: Project): { readonly own: string; readonly others: string } {
  return { own: clients?.own.schema ?? "", others: clients?.others.map(({ schema }) => schema).join(" or ") ?? "" };
}

/**
 * Whether a module is a generated Prisma client: the package, or a path that looks like generated output (`./generated/prisma/client.js`,
 * `../prisma/client`, `@acme/db`). Called only for modules that are not candidates themselves, so it does not match the app's own
 * `./prisma/user-service`.
 */
export function isClientModule(specifier: string): boolean {
  if (/^(?:\.prisma\/client|@prisma\/client)(?:\/|$)/.test(specifier)) return true;
  const isPath = /^(?:[.~#]|@\/|src\/)/.test(specifier);
  if (isPath) return /(?:^|[/.-])(?:prisma|generated|client|db|database|models?)(?:[/.-]|$)/i.test(specifier);
  // A package of the same monorepo that provides the client to the others.
  return /(?:^|[/-])(?:prisma|db|database)(?:[/-]|$)/i.test(specifier);
}

/** An import of a generated client: the module and its names. */
export interface ClientImport {
  readonly declaration: ts.ImportDeclaration;
  readonly specifier: string;
  readonly isTypeOnly: boolean;
  readonly named: ts.NamedImports | undefined;
  /** `P` of `import * as P`. */
  readonly namespace: string | undefined;
  readonly origin: ClientOwner;
}

/** The imports of all generated clients in a file. */
export function clientImports(file: SourceFile, project: Project): readonly ClientImport[] {
  return file.ast.statements.flatMap((statement): ClientImport[] => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const clause = statement.importClause;
    const specifier = statement.moduleSpecifier.text;
    const origin = clause && clientOwnerOf(specifier, file, project);
    if (origin === undefined) return [];
    const bindings = clause?.namedBindings;
    const isTypeOnly = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings : undefined;
    const namespace = bindings !== undefined && ts.isNamespaceImport(bindings) ? bindings.name.text : undefined;
    return [{ declaration: statement, specifier, isTypeOnly, named, namespace, origin }];
  });
}

/** The imports of the planned models' client. */
export function ownImports(file: SourceFile, project: Project): readonly ClientImport[] {
  return clientImports(file, project).filter(({ origin }) => origin === "own");
}

/** The local name of an imported name: `Client` of `import { PrismaClient as Client }`. */
export function localName(imports: readonly ClientImport[], imported: string): string | undefined {
  for (const { named } of imports) {
    const found = named?.elements.find((element) => (element.propertyName ?? element.name).text === imported);
    if (found !== undefined) return found.name.text;
  }
  return undefined;
}

/** By the output paths of the schemas, and by the packages that contain them. */
function originByOutput(specifier: string, from: SourceFile, project: Project): ClientOwner | undefined {
  const found = clientsOf(specifier, from, project);
  const isOwn = (client: GeneratedClient) => client === project.clients?.own;
  if (found.length === 0) return undefined;
  return found.every(isOwn) ? "own" : found.some(isOwn) ? "unknown" : "other";
}

/** The clients that a module may export: one, or several if their paths do not distinguish them. */
export function clientsOf(specifier: string, from: SourceFile, project: Project): readonly GeneratedClient[] {
  const { clients } = project;
  if (clients === undefined) return [];
  const all: readonly GeneratedClient[] = [clients.own, ...clients.others];
  const best = (score: (client: GeneratedClient) => number) => {
    const most = Math.max(...all.map(score));
    return most > 0 ? all.filter((client) => score(client) === most) : [];
  };
  const importers = all.filter(({ modules }) => modules.some((module) => isBelow(specifier, module)));
  // If several packages each generate the default client, a file uses the one of its own package.
  if (importers.length > 1) {
    const own = best((client) => (importers.includes(client) ? depthOf(from.file, client.home.folder) : 0));
    return own.length > 0 ? own : importers;
  }
  if (importers.length === 1) return importers;

  const paths = project.pathsOf(from, specifier);
  for (const path of paths) {
    const lengths = ({ folders }: GeneratedClient) =>
      folders.filter((folder) => isBelow(path, folder)).map((folder) => folder.length);
    const found = best((client) => Math.max(0, ...lengths(client)));
    if (found.length > 0) return found;
  }
  const alias = /^(?:[@~#]\/|[~#]|(?=src\/))(.+)$/.exec(specifier)?.[1];
  if (alias !== undefined && paths.length === 0) return best((client) => longestEnd(alias, client.folders));
  return best(({ home }) => (home.name !== undefined && isBelow(specifier, home.name) ? 1 : 0));
}

/** Whether a path is a folder or in it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The depth of the package folder that contains a file; 0 if another folder contains it. */
function depthOf(file: string, folder: string): number {
  if (folder === ".") return file.startsWith("../") ? 0 : 1;
  return isBelow(file, folder) ? 1 + folder.length : 0;
}

/** The length of an aliased path's part that ends a folder: `generated/prisma` of `@/generated/prisma/client` in `src/generated/prisma`. */
function longestEnd(alias: string, folders: readonly string[]): number {
  const parts = alias.split("/");
  const starts = parts.map((_, at) => parts.slice(0, at + 1).join("/"));
  const ends = starts.filter((start) => folders.some((folder) => `/${folder}`.endsWith(`/${start}`)));
  return Math.max(0, ...ends.map((end) => end.length));
}
