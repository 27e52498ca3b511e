import type { SourceFile } from "../../code/ast/source-file.js";
import type { WholeRowStatement } from "../../code/raw-sql/whole-rows.js";
import type { SourceText } from "../../code/sources/source-files.js";
import { namesTable } from "../../code/sql/names-table.js";
import type { CodeSettings } from "../../config/code-settings.js";
import type { GrowingTable } from "../../dialect/code-sql.js";
import {
  type DialectId,
  type EntityModel,
  type FileChange,
  isSameTable,
  isTestFile,
  type TableName,
} from "../../model/index.js";
import type { FoundStatement } from "../../model/prepared-statement.js";
import type { ReshapedTable } from "../../plan/added-columns.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";

/** The statements of deployed code that fail once a change of columns has run. */
export interface FailingStatements {
  /** On connections that have prepared them. Only on PostgreSQL: other servers prepare such statements again. */
  readonly prepared: readonly FoundStatement[];
  /** On every connection. */
  readonly wholeRows: readonly WholeRowStatement[];
}

/**
 * Finds the statements in the code that fail once one of the tables gets or loses a column. Without a candidate, this only reads the files
 * and loads no parser.
 *
 * @param models for primary keys, and for other packages of the workspace
 * @param edited files as they will be written: line numbers refer to these
 * @returns in the order of the files
 */
export async function failingStatements(
  tables: readonly ReshapedTable[],
  project: Project,
  plugin: Pick<OrmPlugin, "namesRawQueries">,
  code: Pick<CodeSettings, "include" | "exclude" | "roots">,
  models: () => Promise<readonly EntityModel[]>,
  edited: readonly FileChange[] = [],
): Promise<FailingStatements> {
  const nothing = { prepared: [], wholeRows: [] };
  if (tables.length === 0) return nothing;
  const { dialect } = project;
  const isPrepared = dialect === "postgresql";
  const isCandidate = (text: string) => isTaking(text, tables, dialect);
  const isWanted = (text: string) => isCandidate(text) || (isPrepared && decides.test(text));
  const { texts, sqlTexts } = await readTexts({ isCandidate, isWanted }, project, code, models);
  if (sqlTexts.length === 0 && !texts.some(({ text }) => isCandidate(text))) return nothing;
  const [{ parseSourceFile }, tests] = await Promise.all([
    import("../../code/ast/source-file.js"),
    import("../../code/candidates/candidate-for.js"),
  ]);
  const after = new Map(edited.map((change) => [change.file, change.after]));
  const files = texts.map(({ file, text }) => parseSourceFile(file, after.get(file) ?? text));
  const candidates = files.filter((file) => isCandidate(file.text) && !tests.isTestFile(file));
  return {
    prepared: isPrepared ? await preparedAmong({ files, candidates, tables }, project, plugin) : [],
    wholeRows: await wholeRowsAmong({ candidates, sqlTexts }, growingTables(tables, await models()), dialect),
  };
}

/**
 * The statements with whole rows that the code of an earlier commit contains: builds of that commit can still run.
 *
 * @throws the error of git
 */
export async function wholeRowsAt(
  commit: string,
  tables: readonly ReshapedTable[],
  { root, dialect, migrationsFolder, generatedFolders }: Project,
  models: () => Promise<readonly EntityModel[]>,
): Promise<readonly WholeRowStatement[]> {
  const [{ changedSince, committedText }, { isGenerated }, { isDump, isMigration }] = await Promise.all([
    import("../../base/files/git.js"),
    import("../../code/sources/source-files.js"),
    import("../../code/sources/not-application-code.js"),
  ]);
  const isOther = (file: string) =>
    [migrationsFolder, ...generatedFolders, "lockstep", "node_modules"].some((folder) => file.startsWith(`${folder}/`));
  const files = changedSince(root, commit).filter(
    (file) => /(?<!\.d)\.(?:[cm]?[jt]sx?|sql)$/.test(file) && !isTestFile(file) && !isOther(file),
  );
  const texts = files
    .map((file) => ({ file, text: committedText(root, file, commit) ?? "" }))
    .filter(({ file, text }) => isTaking(text, tables, dialect) && !isMigration(file, text) && !isDump(text));
  const [sqlTexts, code] = [
    texts.filter(isSqlFile),
    texts.filter((each) => !isSqlFile(each) && !isGenerated(each.text)),
  ];
  if (texts.length === 0) return [];
  const { parseSourceFile } = await import("../../code/ast/source-file.js");
  const candidates = code.map(({ file, text }) => parseSourceFile(file, text));
  return wholeRowsAmong({ candidates, sqlTexts }, growingTables(tables, await models()), dialect);
}

const isSqlFile = ({ file }: SourceText) => file.endsWith(".sql");

async function wholeRowsAmong(
  { candidates, sqlTexts }: { readonly candidates: readonly SourceFile[]; readonly sqlTexts: readonly SourceText[] },
  tables: readonly GrowingTable[],
  dialect: DialectId,
): Promise<readonly WholeRowStatement[]> {
  const [{ wholeRowsInCode, wholeRowsInSql }, { codeSqlOf }] = await Promise.all([
    import("../../code/raw-sql/whole-rows.js"),
    import("../../databases/code-sql-of.js"),
  ]);
  const codeSql = codeSqlOf[dialect];
  await codeSql.load();
  return [
    ...candidates.flatMap((file) => wholeRowsInCode(file, tables, codeSql)),
    ...sqlTexts.flatMap((file) => wholeRowsInSql(file, tables, codeSql)),
  ];
}

/** The code and the SQL files that are not migrations, tests or generated. */
async function readTexts(
  {
    isCandidate,
    isWanted,
  }: { readonly isCandidate: (text: string) => boolean; readonly isWanted: (text: string) => boolean },
  project: Project,
  code: Pick<CodeSettings, "include" | "exclude" | "roots">,
  models: () => Promise<readonly EntityModel[]>,
): Promise<{ readonly texts: readonly SourceText[]; readonly sqlTexts: readonly SourceText[] }> {
  const [files, { codeRoots }, { foreignDocuments, isDump, isMigration }] = await Promise.all([
    import("../../code/sources/source-files.js"),
    import("../../code/sources/unread-packages.js"),
    import("../../code/sources/not-application-code.js"),
  ]);
  const { root } = project;
  const exclude = [...code.exclude, ...project.generatedFolders, project.migrationsFolder, "lockstep"];
  const options = { include: code.include, exclude, roots: await codeRoots(root, code, models) };
  const texts = await files.readSources(root, options, isWanted);
  const paths = await files.listFiles(root, { ...options, exclude: [...foreignDocuments, ...exclude] }, ["**/*.sql"]);
  const isSql = (path: string) => path.endsWith(".sql") && !isTestFile(path);
  const sqlTexts = files.readTexts(
    root,
    paths.filter(isSql),
    (text, file) => isCandidate(text) && !isMigration(file, text) && !isDump(text),
  );
  return {
    texts: files.withoutIgnored(root, texts).filter(({ text }) => !files.isGenerated(text)),
    sqlTexts: files.withoutIgnored(root, sqlTexts),
  };
}

interface Among {
  readonly files: readonly SourceFile[];
  readonly candidates: readonly SourceFile[];
  readonly tables: readonly TableName[];
}

async function preparedAmong(
  { files, candidates, tables }: Among,
  project: Project,
  plugin: Pick<OrmPlugin, "namesRawQueries">,
): Promise<readonly FoundStatement[]> {
  const [{ preparedStatementsIn }, { createProject }, { lineAt, parseSourceFile }, { enclosingName }, configs, sql] =
    await Promise.all([
      import("../../code/raw-sql/prepared-statements.js"),
      import("../../code/project/project.js"),
      import("../../code/ast/source-file.js"),
      import("../../code/ast/expressions.js"),
      import("../../code/sources/read-configs.js"),
      import("../../databases/code-sql-of.js"),
    ]);
  const codeSql = sql.codeSqlOf[project.dialect];
  await codeSql.load();
  const paths = files.map(({ file }) => file);
  const moduleConfigs = configs.readModuleConfigs(project.root, paths);
  const where = {
    project: createProject([...files, ...moduleConfigs.map(({ file, text }) => parseSourceFile(file, text))]),
    codeSql,
    namesRawQueries: plugin.namesRawQueries?.(project, files) === true,
    isUnprepared: files.some(({ text }) => /\bpostgres\b/.test(text) && /\bprepare\s*:\s*false\b/.test(text)),
  };
  return candidates.flatMap((file) =>
    tables.flatMap(({ schema, name }) => {
      const table = { ...(schema !== undefined && { schema }), name };
      return preparedStatementsIn(file, { ...table, columns: [] }, where).map(({ node, text, by }) => ({
        file: file.file,
        line: lineAt(file.text, node.getStart(file.ast)),
        within: enclosingName(node),
        sql: text.replace(/\s+/g, " ").trim(),
        by,
        table,
      }));
    }),
  );
}

/** What a statement contains that takes a whole row. PostgreSQL accepts fewer values than columns. */
const takesRows = {
  postgresql: /\*|::|\b(?:copy|table|row|inherit)\b/i,
  mysql: /\*|\b(?:insert|replace|load|table)\b/i,
} as const;

function isTaking(text: string, tables: readonly TableName[], dialect: DialectId): boolean {
  const takes = dialect === "postgresql" ? takesRows.postgresql : takesRows.mysql;
  return takes.test(text) && tables.some(({ name }) => namesTable(text, name));
}

/** Code that sends statements from other files, and settings that define how clients prepare. */
const decides = /quer\w*\s*[(<]|PreparedStatement|\bprepare\s*:\s*false\b|@prisma\/|statementNameGenerator/i;

function growingTables(tables: readonly ReshapedTable[], models: readonly EntityModel[]): readonly GrowingTable[] {
  return tables
    .filter(({ grows }) => grows)
    .map(({ grows: _, ...name }) => {
      const model = models.find(({ table }) => isSameTable(table, name));
      const columns = model?.fields.map(({ column }) => column) ?? [];
      return { ...name, columns, ...(model && model.primaryKey.length > 0 && { key: model.primaryKey }) };
    });
}
