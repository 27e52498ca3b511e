import { namesTable } from "../../code/sql/names-table.js";
import type { CodeSettings } from "../../config/code-settings.js";
import type { EntityModel, FileChange, TableName } from "../../model/index.js";
import type { FoundStatement } from "../../model/prepared-statement.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";

/**
 * Finds the statements that PostgreSQL rejects on connections that have prepared them, once one of the tables gets or loses a column.
 * Without a candidate, this only reads the files and loads no parser.
 *
 * @param models loaded if other packages of the workspace may use them
 * @param edited files as they will be written: line numbers refer to these
 * @returns in the order of the files; empty on other systems, whose servers prepare such statements again
 */
export async function preparedStatements(
  tables: readonly TableName[],
  project: Project,
  plugin: Pick<OrmPlugin, "namesRawQueries">,
  code: Pick<CodeSettings, "include" | "exclude" | "roots">,
  models: () => Promise<readonly EntityModel[]>,
  edited: readonly FileChange[] = [],
): Promise<readonly FoundStatement[]> {
  if (project.dialect !== "postgresql" || tables.length === 0) return [];
  const [{ isGenerated, readSources, withoutIgnored }, { codeRoots }] = await Promise.all([
    import("../../code/sources/source-files.js"),
    import("../../code/sources/unread-packages.js"),
  ]);
  const options = {
    include: code.include,
    exclude: [...code.exclude, ...project.generatedFolders, project.migrationsFolder, "lockstep"],
    roots: await codeRoots(project.root, code, models),
  };
  const isCandidate = (text: string) => text.includes("*") && tables.some(({ name }) => namesTable(text, name));
  const texts = await readSources(project.root, options, (text) => isCandidate(text) || decides.test(text));
  if (!texts.some(({ text }) => isCandidate(text))) return [];
  const [
    { preparedStatementsIn },
    { createProject },
    { lineAt, parseSourceFile },
    { enclosingName },
    sql,
    configs,
    tests,
  ] = await Promise.all([
    import("../../code/raw-sql/prepared-statements.js"),
    import("../../code/project/project.js"),
    import("../../code/ast/source-file.js"),
    import("../../code/ast/expressions.js"),
    import("../../databases/code-sql-of.js"),
    import("../../code/sources/read-configs.js"),
    import("../../code/candidates/candidate-for.js"),
  ]);
  const after = new Map(edited.map((change) => [change.file, change.after]));
  const read = withoutIgnored(project.root, texts)
    .filter(({ text }) => !isGenerated(text))
    .map(({ file, text }) => ({ file, text: after.get(file) ?? text }));
  const paths = read.map(({ file }) => file);
  const files = [...read, ...configs.readModuleConfigs(project.root, paths)].map(({ file, text }) =>
    parseSourceFile(file, text),
  );
  const codeSql = sql.codeSqlOf[project.dialect];
  await codeSql.load();
  const where = {
    project: createProject(files),
    codeSql,
    namesRawQueries: plugin.namesRawQueries?.(project, read) === true,
    isUnprepared: read.some(({ text }) => /\bpostgres\b/.test(text) && /\bprepare\s*:\s*false\b/.test(text)),
  };
  return where.project.files
    .filter((file) => isCandidate(file.text) && !tests.isTestFile(file))
    .flatMap((file) =>
      tables.flatMap((table) =>
        preparedStatementsIn(file, { ...table, columns: [] }, where).map(({ node, text, by }) => ({
          file: file.file,
          line: lineAt(file.text, node.getStart(file.ast)),
          within: enclosingName(node),
          sql: text.replace(/\s+/g, " ").trim(),
          by,
          table,
        })),
      ),
    );
}

/** Code that sends statements from other files, and settings that define how clients prepare. */
const decides = /quer\w*\s*[(<]|PreparedStatement|\bprepare\s*:\s*false\b|@prisma\/|statementNameGenerator/i;
