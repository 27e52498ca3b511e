import type { CodeSql, SqlTable } from "../../dialect/code-sql.js";
import type { PreparedBy } from "../../model/prepared-statement.js";
import { ts } from "../ast/compiler.js";
import { nameOf, pathOf, propertiesOf, unwrap, valueAt, wrapperOf } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { Project } from "../project/project.js";
import { type SqlText, sqlTextsIn } from "../sql/texts.js";
import { referencesTo } from "../types/references.js";

export interface PreparedStatement extends Pick<SqlText, "node" | "text"> {
  readonly by: PreparedBy;
}

export interface PreparingProject {
  readonly project: Project;
  readonly codeSql: CodeSql;
  /** Whether the ORM's client names its raw queries. */
  readonly namesRawQueries: boolean;
  /** postgres.js is configured not to prepare statements. */
  readonly isUnprepared: boolean;
}

/**
 * The statements of a file that fail on every connection that has prepared them once the columns of a table change: their result includes
 * `*` of the table, and PostgreSQL keeps its shape. Requires the loaded SQL parser.
 *
 * @example preparedStatementsIn(file, { name: "Device", columns: [] }, { project, codeSql, namesRawQueries: false, isUnprepared: false });
 */
export function preparedStatementsIn(
  file: SourceFile,
  table: SqlTable,
  where: PreparingProject,
): readonly PreparedStatement[] {
  return sqlTextsIn(file, table.name, where.codeSql).flatMap(({ node, text, statements }): PreparedStatement[] => {
    if (statements?.returnsAll?.(table) !== true) return [];
    const by = preparedBy({ node, file }, text, where);
    return by === undefined ? [] : [{ node, text, by }];
  });
}

/** An expression that uses a value. */
interface Use {
  readonly node: ts.Expression;
  readonly file: SourceFile;
}

function preparedBy(sql: Use, text: string, where: PreparingProject): PreparedBy | undefined {
  if (/^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*prepare\s/i.test(text)) return "prepare";
  for (const use of usesOf(sql, where.project)) {
    if (isNamed(use, where.project)) return "name";
    const { parent } = use.node;
    const isTag = ts.isTaggedTemplateExpression(parent) && parent.template === use.node;
    if (isTag && !where.isUnprepared && isInTransaction(parent.tag)) return "transaction";
    if (where.namesRawQueries && isGivenTo(use.node, /^\$(?:query|execute)Raw(?:Unsafe)?$/)) return "client";
  }
  return undefined;
}

/** Whether it is the text of a named query that is sent. */
function isNamed({ node, file }: Use, project: Project): boolean {
  const property = wrapperOf(node).parent;
  const isText =
    (ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property)) &&
    nameOf(property.name) === "text";
  if (!isText) return false;
  const config = property.parent;
  const keys = [...propertiesOf(config).keys()];
  if (
    !keys.includes("name") ||
    !keys.every((key) => /^(?:name|text|values|types|rowMode|binary|query_timeout|queryMode)$/.test(key))
  )
    return false;
  const name = valueAt(config, "name");
  if (name !== undefined && /^(?:undefined|null|""|''|``)$/.test(unwrap(name).getText(file.ast))) return false;
  if (keys.includes("values")) return true;
  return usesOf({ node: config, file }, project).some((use) => isSent(use.node));
}

/** Functions that send queries: node-postgres, pg-promise, and common wrappers. */
const senders =
  /^(?:query|exec|execute)(?:[A-Z]\w*)?$|^(?:run|do|send|perform|exec|execute)Query$|^(?:one|oneOrNone|many|manyOrNone|any|none|result|each|map|multi|multiResult)$/;

function isSent(config: ts.Expression): boolean {
  let node: ts.Node = wrapperOf(config);
  // `{ ...findDevice, values: [id] }`
  while (ts.isSpreadAssignment(node.parent) || ts.isConditionalExpression(node.parent))
    node = wrapperOf(ts.isSpreadAssignment(node.parent) ? node.parent.parent : node.parent);
  const { parent } = node;
  if (ts.isNewExpression(parent)) return /PreparedStatement$|^PS$|^Query$/.test(pathOf(parent.expression).at(-1) ?? "");
  if (ts.isCallExpression(parent) && parent.expression !== node)
    return senders.test(pathOf(parent.expression).at(-1) ?? "");
  const declared = ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent) ? parent.type : undefined;
  const said = declared ?? (ts.isSatisfiesExpression(config.parent) ? config.parent.type : undefined);
  return said !== undefined && /QueryConfig|PreparedStatement/.test(said.getText());
}

/** `sql.begin((tx) => tx`…`)`, and functions that take such a `tx`. */
function isInTransaction(tag: ts.Expression): boolean {
  const name = unwrap(tag);
  const declared = ts.isIdentifier(name) ? declarationOf(name) : undefined;
  if (declared === undefined || !ts.isParameter(declared)) return false;
  if (declared.type !== undefined && /\bTransactionSql\b/.test(declared.type.getText())) return true;
  const taker = declared.parent.parent;
  return ts.isCallExpression(taker) && /^(?:begin|savepoint)$/.test(pathOf(taker.expression).at(-1) ?? "");
}

/** Whether a call or a tag of this name receives the SQL, directly or in its own tag: `$queryRaw(Prisma.sql`…`)`. */
function isGivenTo(sql: ts.Node, takers: RegExp): boolean {
  const { parent } = sql;
  const taker = ts.isTaggedTemplateExpression(parent)
    ? parent.tag
    : ts.isCallExpression(parent) && parent.expression !== sql
      ? parent.expression
      : undefined;
  if (taker === undefined) return false;
  return (
    takers.test(pathOf(taker).at(-1) ?? "") || (ts.isTaggedTemplateExpression(parent) && isGivenTo(parent, takers))
  );
}

/** A value, and the uses of the variables, functions and properties that hold it. */
function usesOf(value: Use, project: Project, deep = 3): readonly Use[] {
  const holder = deep === 0 ? undefined : holderOf(value.node);
  if (holder === undefined) return [value];
  const uses = referencesOf(holder.name, value.file, project).flatMap(({ node, file }): readonly Use[] => {
    const used = holder.usedAs(node);
    return used === undefined ? [] : usesOf({ node: used, file }, project, deep - 1);
  });
  return [value, ...uses];
}

interface Holder {
  readonly name: ts.Identifier;
  /** The expression that equals the value at a use of the name. */
  usedAs(name: ts.Identifier): ts.Expression | undefined;
}

function holderOf(value: ts.Node): Holder | undefined {
  const outer = wrapperOf(value);
  const { parent } = outer;
  if (ts.isArrowFunction(parent) && parent.body === outer) return calls(parent);
  if (ts.isReturnStatement(parent)) {
    const made = ts.findAncestor(parent, ts.isFunctionLike);
    return made && calls(made);
  }
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent)) && ts.isIdentifier(parent.name)) {
    const isMember = ts.isPropertyDeclaration(parent);
    return { name: parent.name, usedAs: (name) => (isMember ? accessTo(name) : isDeclared(name) ? undefined : name) };
  }
  // `queries.findDevice` of `const queries = { findDevice: { … } }`
  const key = ts.isPropertyAssignment(parent) ? nameOf(parent.name) : undefined;
  const of = key === undefined ? undefined : holderOf(parent.parent);
  return (
    of && {
      name: of.name,
      usedAs(name) {
        const whole = of.usedAs(name);
        const access = whole && wrapperOf(whole).parent;
        return access && ts.isPropertyAccessExpression(access) && access.name.text === key ? access : undefined;
      },
    }
  );
}

/** A call of a function is its return value. */
function calls(made: ts.SignatureDeclaration): Holder | undefined {
  const of = ts.isFunctionDeclaration(made) ? made : made.parent;
  const name =
    ts.isFunctionDeclaration(of) || ts.isVariableDeclaration(of) || ts.isPropertyDeclaration(of) ? of.name : undefined;
  if (name === undefined || !ts.isIdentifier(name)) return undefined;
  return {
    name,
    usedAs(used) {
      const callee = accessTo(used) ?? used;
      return ts.isCallExpression(callee.parent) && callee.parent.expression === callee ? callee.parent : undefined;
    },
  };
}

/** `this.name` */
function accessTo(name: ts.Identifier): ts.Expression | undefined {
  return ts.isPropertyAccessExpression(name.parent) && name.parent.name === name ? name.parent : undefined;
}

/** Whether the name is only declared, imported or exported. */
function isDeclared(name: ts.Identifier): boolean {
  const { parent } = name;
  return (
    (ts.isVariableDeclaration(parent) && parent.name === name) ||
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent)
  );
}

function referencesOf(name: ts.Identifier, file: SourceFile, project: Project) {
  const { parent } = name;
  const isMember = ts.isPropertyDeclaration(parent);
  const isTop = !isMember && ts.isSourceFile((ts.findAncestor(parent, ts.isStatement) ?? parent).parent);
  if (isTop) return referencesTo({ name: name.text, file }, { project });
  return file
    .identifiers(name.text)
    .filter((each) => (isMember ? accessTo(each) !== undefined : declarationOf(each) === parent))
    .map((node) => ({ node, file }));
}
