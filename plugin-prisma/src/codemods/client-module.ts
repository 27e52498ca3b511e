import { type SourceFile, ts } from "@lockstep/core/codemods";

/**
 * Whether a module is the generated Prisma client: the package, or a path that looks like generated output
 * (`./generated/prisma/client.js`, `../prisma/client`, `@acme/db`). Only asked about modules that are not candidates
 * themselves, so the app's own `./prisma/user-service` is not meant.
 */
export function isClientModule(specifier: string): boolean {
  if (/^(?:\.prisma\/client|@prisma\/client)(?:\/|$)/.test(specifier)) return true;
  const isPath = /^(?:[.~#]|@\/|src\/)/.test(specifier);
  if (isPath) return /(?:^|[/.-])(?:prisma|generated|client|db|database|models?)(?:[/.-]|$)/i.test(specifier);
  // A package of the same monorepo that gives the client to the others.
  return /(?:^|[/-])(?:prisma|db|database)(?:[/-]|$)/i.test(specifier);
}

/** An import of the generated client: the module and its names. */
export interface ClientImport {
  readonly declaration: ts.ImportDeclaration;
  readonly specifier: string;
  readonly isTypeOnly: boolean;
  readonly named: ts.NamedImports | undefined;
  /** `P` of `import * as P`. */
  readonly namespace: string | undefined;
}

/** The imports of generated clients in a file. */
export function clientImports(file: SourceFile): readonly ClientImport[] {
  return file.ast.statements.flatMap((statement): ClientImport[] => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const clause = statement.importClause;
    const specifier = statement.moduleSpecifier.text;
    if (clause === undefined || !isClientModule(specifier)) return [];
    const bindings = clause.namedBindings;
    const isTypeOnly = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
    const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings : undefined;
    const namespace = bindings !== undefined && ts.isNamespaceImport(bindings) ? bindings.name.text : undefined;
    return [{ declaration: statement, specifier, isTypeOnly, named, namespace }];
  });
}

/** The name that an imported name has in the file: `Client` of `import { PrismaClient as Client }`. */
export function localName(imports: readonly ClientImport[], imported: string): string | undefined {
  for (const { named } of imports) {
    const found = named?.elements.find((element) => (element.propertyName ?? element.name).text === imported);
    if (found !== undefined) return found.name.text;
  }
  return undefined;
}
