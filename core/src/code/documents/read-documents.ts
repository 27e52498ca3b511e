import { findFiles } from "../../base/files/find-files.js";
import { largest } from "../../base/files/read-text.js";
import type { DialectId, EntityModel } from "../../model/index.js";
import type { FileKind } from "../ast/source-file.js";
import { isTechnicalColumn } from "../names/technical-columns.js";
import { keyStyles } from "../shapes/shape-types.js";
import { foreignDocuments, isDump, isMigration, isOfOtherDatabase } from "../sources/not-application-code.js";
import {
  listFiles,
  readTexts,
  type SourceFilesOptions,
  type SourceText,
  withoutIgnored,
} from "../sources/source-files.js";
import { namesTable } from "../sql/names-table.js";
import { generatorsOf } from "./generated.js";

export interface DocumentsOptions extends Pick<SourceFilesOptions, "include" | "exclude" | "roots" | "models"> {
  /** Folder of the ORM's migrations, from the root. Views are read from them. */
  readonly migrationsFolder: string;
  /** The project's database system. Default: PostgreSQL. */
  readonly dialect?: DialectId;
}

/** A document as stored on disk. */
export interface DocumentText extends SourceText, FileKind {}

export const schemaGlobs = ["**/*.{graphql,gql,graphqls,json,yaml,yml}"];
export const statementGlobs = ["**/*.sql"];
/** Settings and lock files: many, large, and never about a model. */
export const settingsGlobs = [
  "**/{package,package-lock,npm-shrinkwrap,tsconfig,tsconfig.*,jsconfig,biome,turbo,nx,lerna,components}.json",
  "**/{pnpm-lock,pnpm-workspace,docker-compose,docker-compose.*,compose}.{yaml,yml}",
  "**/{locales,locale,i18n,translations,lang}/**",
];

/**
 * The documents of a project that a new field can affect: API schemas (GraphQL SDL, OpenAPI, JSON schema) that name two fields of a model,
 * and SQL over its table, with the views of migrations. Generated documents include their generator.
 *
 * @example const files = [...await readSourceFiles(root, options), ...await readDocuments(root, options)];
 */
export async function readDocuments(root: string, options: DocumentsOptions): Promise<readonly DocumentText[]> {
  const wanted = { ...options, exclude: [...settingsGlobs, ...foreignDocuments, ...(options.exclude ?? [])] };
  const [apis, queries, migrations] = await Promise.all([
    listFiles(root, wanted, schemaGlobs).then((paths) =>
      readSmall(
        root,
        paths.filter((path) => /\.(?:graphqls?|gql|json|ya?ml)$/.test(path)),
        listsFields(options.models),
      ),
    ),
    listFiles(root, wanted, statementGlobs).then((paths) =>
      readSmall(
        root,
        paths.filter((path) => path.endsWith(".sql")),
        (text, file) =>
          !isMigration(file, text) && !isDump(text) && options.models.some(({ table }) => namesTable(text, table.name)),
      ),
    ),
    readMigrations(root, options.migrationsFolder, options.dialect),
  ]);
  const found = withoutIgnored(root, unique([...apis, ...queries, ...migrations]));
  const generators = await generatorsOf(root, found, options);
  return found.map((each) => {
    const generatedBy = generators.get(each.file);
    return { ...each, isDocument: true, ...(generatedBy !== undefined && { generatedBy }) };
  });
}

/** MySQL allows more keywords in between: `CREATE ALGORITHM = UNDEFINED DEFINER = … SQL SECURITY DEFINER VIEW`. */
const wordsOfViews = /\b(?:create|replace|drop|materialized|alter|security\s+(?:definer|invoker))\s+view\b/i;

/** Migrations that create or drop a view. The last statement about a view counts. */
function readMigrations(root: string, folder: string, dialect?: DialectId): Promise<readonly SourceText[]> {
  const ignore = ["**/*.d.ts", "**/dist/**"];
  const include = ["**/migrations", folder].map((each) => `${each}/**/*.{sql,ts,js,mts,mjs,cts,cjs}`);
  return findFiles(root, include, { ignore }).then((found) => {
    const paths = found.filter((path) => path.startsWith(`${folder}/`) || !isOfOtherDatabase(path, dialect));
    return readSmall(root, paths, (text) => wordsOfViews.test(text));
  });
}

/** Data and tool output are larger than what people write by hand. */
function readSmall(
  root: string,
  paths: readonly string[],
  isWanted: (text: string, file: string) => boolean,
): readonly SourceText[] {
  return readTexts(root, paths, isWanted, largest.document);
}

/** Whether a text names two distinctive fields of one of the models, in any spelling. */
function listsFields(models: readonly EntityModel[]): (text: string) => boolean {
  const columns = models.map(({ fields }) => {
    const telling = fields.filter((field) => !isTechnicalColumn(field));
    return (telling.length < 2 ? fields : telling).map(
      ({ name }) => new RegExp(`\\b(?:${keyStyles.map((keyOf) => keyOf(name)).join("|")})\\b`),
    );
  });
  return (text) => columns.some((patterns) => patterns.filter((pattern) => pattern.test(text)).length >= 2);
}

function unique(files: readonly SourceText[]): readonly SourceText[] {
  return [...new Map(files.map((each) => [each.file, each])).values()];
}
