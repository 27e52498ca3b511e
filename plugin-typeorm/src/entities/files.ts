import { type Project, refuseConflicts } from "@lockstep/core";
import {
  createProject,
  parseSourceFile,
  readSources,
  type SourceFile,
  type Project as SourceProject,
  ts,
} from "@lockstep/core/codemods";
import { Entities } from "./entities.js";
import { fieldsIn } from "./fields-in.js";
import type { EntityFile } from "./model.js";

/**
 * The files that declare the entities of a project, found by their imports: those that name TypeORM, those that import its decorators from
 * a re-exporting file, and what these extend, embed and list (bases, enums, constants).
 *
 * @param also files that name one of these are included as well
 * @throws LS8027 one of them has conflict markers
 */
export async function entityFiles(
  project: Pick<Project, "root" | "generatedFolders" | "migrationsFolder">,
  also: readonly string[] = [],
): Promise<readonly EntityFile[]> {
  const sources = await readSources(project.root, { exclude: excluded(project) }, () => true);
  // Files are parsed only when their imports are read.
  const all = createProject(sources.map(({ file, text }) => parseSourceFile(file, text)));
  const naming = all.files.filter((file) => orm.test(file.text));
  const wanted = declaringFiles([...naming, ...usersOfExports(all, naming)]);
  for (const file of wanted) {
    const isLeaf = !orm.test(file.text) && !/\bextends\b|\bexport\b[^;]*?\bfrom\b/.test(file.text);
    if (!isLeaf) for (const next of importedBy(file, all)) wanted.add(next);
  }
  const pattern = also.length === 0 ? undefined : new RegExp(`\\b(?:${also.join("|")})\\b`);
  const found = all.files
    .filter((file) => wanted.has(file) || pattern?.test(file.text) === true)
    .map(({ file, text }) => ({ path: file, content: text }));
  // TypeScript's parser skips the other side.
  refuseConflicts(found);
  return found;
}

/** The files that declare the columns of one entity: its class or its schema, not what it extends and embeds. */
export async function modelFiles(
  project: Pick<Project, "root" | "generatedFolders" | "migrationsFolder">,
  model: string,
): Promise<readonly string[]> {
  const isDeclared = (text: string) => fieldsIn(text, model).length > 0;
  const files = await readSources(project.root, { exclude: excluded(project) }, isDeclared);
  return files.map(({ file }) => file);
}

function excluded(project: Pick<Project, "generatedFolders" | "migrationsFolder">): readonly string[] {
  return [...project.generatedFolders, project.migrationsFolder, "lockstep"];
}

const orm = /(?:from|require\(|import)\s*["']typeorm(?:\/[^"']*)?["']/;

/** Files that declare columns, views or subscribers: services name TypeORM as well. */
function declaringFiles(files: readonly SourceFile[]): Set<SourceFile> {
  const entities = new Entities(files.map(({ file, text }) => ({ path: file, content: text })));
  const paths = new Set(
    entities.declarations
      .filter(
        ({ kind, entity, members, file }) =>
          kind === "schema" ||
          entity !== undefined ||
          members.length > 0 ||
          /@(?:\w+\.)?(?:ViewEntity|EventSubscriber)\b/.test(file.text),
      )
      .map(({ file }) => file.file),
  );
  return new Set(files.filter(({ file }) => paths.has(file)));
}

/** `export * from "typeorm"`: files that import decorators from such a file do not name TypeORM. */
function usersOfExports(all: SourceProject, naming: readonly SourceFile[]): readonly SourceFile[] {
  const exporters = new Set(naming.filter((file) => /\bexport\b[^;]*?\bfrom\s*["']typeorm/.test(file.text)));
  if (exporters.size === 0) return [];
  return all.files.filter(
    (file) =>
      !naming.includes(file) &&
      /@|EntitySchema/.test(file.text) &&
      importedBy(file, all).some((each) => exporters.has(each)),
  );
}

function importedBy(file: SourceFile, all: SourceProject): readonly SourceFile[] {
  return file.ast.statements.flatMap((statement) => {
    const isReference = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
    const specifier = isReference ? statement.moduleSpecifier : undefined;
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return [];
    return all.resolve(file, specifier.text) ?? [];
  });
}
