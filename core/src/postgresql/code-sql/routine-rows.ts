import type { Node } from "libpg-query";
import { named } from "../../base/pattern-of.js";
import type { SqlTable } from "../../dialect/code-sql.js";
import type { RoutineText, WholeRowUse } from "../../dialect/whole-rows.js";
import type { WholeRowKind } from "../../model/whole-rows.js";
import { quoteIdentifier } from "../quote.js";
import { type AnyNode, walk } from "../read/walk.js";
import { dynamicSql } from "./dynamic-sql.js";
import {
  assignedValue,
  type Datum,
  type Expression,
  parameterNames,
  plpgsqlOf,
  textOf,
  valueIn,
  variablesIn,
} from "./plpgsql.js";
import { aliasOf, isTable, listOf, parsed } from "./statements.js";
import { isTypeOf, type RowNames, Rows, wholeRowsIn } from "./whole-rows.js";

/** The statements of a routine that take the whole row of a table. The parser must be loaded. */
export function wholeRowsOfRoutine(
  routine: RoutineText,
  table: SqlTable,
  functions: ReadonlySet<string>,
  children: readonly string[],
): readonly WholeRowUse[] {
  const head = headOf(routine, table);
  if (head === undefined) return [];
  const body = new Body(routine, head, { table, functions, children });
  body.readConditions();
  if (routine.language === "plpgsql") body.readPlpgsql();
  else if (routine.language === "sql") body.readSql();
  // Nothing here reads other languages. Only what the table itself runs can break its writes.
  else if (routine.triggers.length > 0 || routine.row !== undefined) return [{ kind: "unread", sql: "" }];
  return body.found;
}

/** What a routine declares. */
interface Head {
  /** Its result is a row of the table. */
  readonly returnsRow: boolean;
  /** It declares the columns of its result. */
  readonly returnsColumns: boolean;
  readonly variables: readonly string[];
  readonly parameters: readonly number[];
  readonly relations: readonly string[];
}

function headOf(routine: RoutineText, table: SqlTable): Head | undefined {
  const { kind, returns, triggers } = routine;
  if (kind !== "function" && kind !== "procedure") return undefined;
  const isFired = returns === "trigger" && triggers.length > 0;
  const relations = isFired ? triggers.flatMap(({ definition }) => transitionTables(definition)) : [];
  const [statement] = (parsed(createText(routine, "")) ?? []) as readonly { readonly CreateFunctionStmt?: AnyNode }[];
  const { parameters, returnType } = statement?.CreateFunctionStmt ?? {};
  const all = listOf(parameters).map((each) => each.FunctionParameter as AnyNode);
  const inputs = all.filter(({ mode }) => !/_(?:OUT|TABLE)$/.test(String(mode)));
  const rows = inputs.flatMap(({ argType, name }, index) => (isTypeOf(argType, table) ? [{ index, name }] : []));
  const isVoid = /^(?:void|trigger|event_trigger|)$/.test(returns);
  return {
    returnsRow: isFired || (all.length === inputs.length && isTypeOf(returnType, table)),
    returnsColumns: kind === "function" && !isVoid,
    variables: [
      ...(isFired ? ["new", "old"] : []),
      ...rows.flatMap(({ name }) => (typeof name === "string" ? [name] : [])),
    ],
    parameters: rows.map(({ index }) => index + 1),
    relations,
  };
}

function transitionTables(definition: string): readonly string[] {
  const found: string[] = [];
  walk(parsed(definition), (kind, { name, isTable: isWhole }) => {
    if (kind === "TriggerTransition" && isWhole === true) found.push(String(name));
  });
  return found;
}

/** @param parameters instead of its own: the parser rejects bodies that assign to a parameter of a type that it does not know */
function createText(
  { create, kind, name, arguments: own, returns, language }: RoutineText,
  body: string,
  parameters = own,
) {
  if (create !== undefined) return create;
  const result = returns === "" ? "" : ` RETURNS ${returns}`;
  const tag = `$lockstep${body.length}$`;
  return `CREATE ${kind} ${quoteIdentifier(name)}(${parameters})${result} LANGUAGE ${language} AS ${tag}${body}${tag}`;
}

interface Known {
  readonly table: SqlTable;
  readonly functions: ReadonlySet<string>;
  readonly children: readonly string[];
}

/** Reads the body of one routine. */
class Body {
  readonly found: WholeRowUse[] = [];
  readonly #routine: RoutineText;
  readonly #head: Head;
  readonly #known: Known;
  readonly #alike: Set<string>;
  readonly #variables: Set<string>;
  /** By its number in PL/pgSQL's tree. */
  #datums: readonly Datum[] = [];
  /** Records that hold a list of columns. */
  readonly #listed = new Set<string>();

  constructor(routine: RoutineText, head: Head, known: Known) {
    this.#routine = routine;
    this.#head = head;
    this.#known = known;
    this.#variables = new Set(head.variables);
    this.#alike = new Set([...head.relations, ...known.children]);
  }

  /** `WHEN (NEW.* IS NOT NULL)` of its triggers. */
  readConditions(): void {
    for (const { definition } of this.#routine.triggers) {
      walk(parsed(definition), (kind, { whenClause }) => {
        const names = { ...this.#names, variables: new Set(["new", "old"]) };
        if (kind !== "CreateTrigStmt" || whenClause === undefined) return;
        for (const use of wholeRowsIn(whenClause, names)) this.#note(use, definition);
      });
    }
  }

  readSql(): void {
    const { body, what } = this.#routine;
    // PostgreSQL stores BEGIN ATOMIC with its columns, so a row of the table lacks the new one.
    if (body.trim() === "" && this.#head.returnsRow) this.#note("result", what);
    const statements = body.trim() === "" ? [] : parsed(body);
    for (const statement of statements ?? []) this.#take(statement, body);
    if (statements === undefined) this.#readUnparsed();
    else this.#returned(body);
  }

  readPlpgsql(): void {
    const { body } = this.#routine;
    const create = createText(this.#routine, body);
    const tree = plpgsqlOf(create) ?? plpgsqlOf(createText(this.#routine, body, parameterNames(create)));
    if (tree === undefined) {
      this.#readUnparsed();
      return;
    }
    const { datums, action } = tree;
    this.#datums = datums;
    for (const { name, type } of datums) if (isRowOf(type, this.#known.table)) this.#variables.add(name);
    walk(action, (kind, node) => this.#visit(kind, node));
  }

  /** Without a tree, statements are found by their first words. */
  #readUnparsed(): void {
    const { table } = this.#known;
    for (const text of this.#routine.body.split(";")) {
      const at = text.search(/\b(?:insert\s+into|merge\s+into|with|select|update|delete\s+from|copy)\b/i);
      const own = at === -1 ? undefined : parsed(text.slice(at));
      if (own !== undefined) for (const statement of own) this.#take(statement, text.slice(at));
      else if (/\b(?:old|new)\b"?\)?\s*\.\s*\*/i.test(text) || (text.includes("*") && named(table.name).test(text)))
        this.#note("unread", "");
    }
  }

  #visit(kind: string, node: AnyNode): void {
    if (kind === "PLpgSQL_expr") this.#expression(node as unknown as Expression);
    const text = textOf(node.sqlstmt ?? node.query ?? node.expr ?? node.dynquery);
    const target = node.target ?? node.var;
    switch (kind.startsWith("PLpgSQL_stmt_") ? kind.slice("PLpgSQL_stmt_".length) : undefined) {
      case "execsql":
      case "fors":
        this.#into(target, text);
        break;
      case "fetch":
        this.#into(target, this.#datums[Number(node.curvar)]?.query);
        break;
      case "dynexecute":
      case "dynfors":
        this.#into(target, this.#dynamic(node, text));
        break;
      case "open":
        if (node.dynquery !== undefined) this.#dynamic(node, textOf(node.dynquery));
        break;
      case "return_query":
        this.#returned(node.dynquery === undefined ? text : this.#dynamic(node, text));
        break;
      case "return":
      case "return_next":
        this.#returnedValue(node, text);
        break;
      case "assign":
        this.#assigned(text ?? "");
    }
  }

  /** A statement, or an expression, within the body. */
  #expression({ query, parseMode }: Expression): void {
    const sql = parseMode === 0 ? query : `SELECT ${parseMode === 2 ? query : assignedValue(query)}`;
    for (const statement of parsed(sql) ?? []) this.#take(statement, query);
  }

  #take(statement: Node, sql: string): void {
    const node = statement as unknown as AnyNode;
    for (const kind of wholeRowsIn(node, this.#names)) this.#note(kind, sql);
    this.#noteCopies(node);
  }

  /** A table that a routine makes from the table has its columns. */
  #noteCopies({ CreateTableAsStmt, CreateStmt }: AnyNode): void {
    const made = (CreateTableAsStmt ?? CreateStmt) as AnyNode | undefined;
    if (made === undefined) return;
    const { into, query, tableElts, relation } = made as Readonly<Record<string, AnyNode>>;
    const isCopy =
      CreateTableAsStmt === undefined
        ? listOf(tableElts).some((each) =>
            isTable((each.TableLikeClause as AnyNode | undefined)?.relation, this.#known.table),
          )
        : new Rows(made, this.#names).isRowResult(query);
    const target = (into?.rel ?? relation) as unknown;
    if (isCopy && target !== undefined) this.#alike.add(aliasOf(target));
  }

  #into(target: unknown, sql: string | undefined): void {
    if (target === undefined || sql === undefined) return;
    const [query] = (parsed(sql) ?? []) as unknown as readonly AnyNode[];
    if (query === undefined) return;
    const taken = variablesIn(target);
    const rows = new Rows(query, this.#names);
    const [only = ""] = taken.length === 1 ? taken : [];
    const type = this.#datums.find(({ name }) => name === only)?.type;
    const isRecord = type === "record" || (type === undefined && only !== "");
    if (rows.countIn(query) === 0) {
      // `SELECT a, b INTO NEW`
      if (rows.isRowResult(query) || !isRecord) return;
      if (this.#head.variables.includes(only)) this.#note("variables", sql);
      else this.#listed.add(only);
      return;
    }
    const isWhole = isRecord || isRowOf(type, this.#known.table);
    if (!isWhole && !rows.endsWithRow(query)) this.#note("variables", sql);
  }

  #dynamic(node: AnyNode, expression: string | undefined): string | undefined {
    const { sql, isComplete } = dynamicSql(expression ?? "");
    const given = listOf(node.params).map((each) => textOf(each) ?? "");
    const rows = given.flatMap((text, index) => (this.#isRow(text) ? [index + 1] : []));
    const names: RowNames = { ...this.#names, parameters: new Set(rows) };
    const statements = parsed(sql);
    if (statements === undefined) {
      const mayTake = /\*/.test(sql) && (rows.length > 0 || named(this.#known.table.name).test(sql));
      if (mayTake && !isComplete) this.#note("unread", "");
      return undefined;
    }
    for (const statement of statements) for (const kind of wholeRowsIn(statement, names)) this.#note(kind, sql);
    return sql;
  }

  /** The last query of a function, or one of RETURN QUERY. */
  #returned(sql: string | undefined): void {
    const query = sql === undefined ? undefined : (parsed(sql)?.at(-1) as unknown as AnyNode | undefined);
    if (sql === undefined || query === undefined || !this.#head.returnsColumns || !isQuery(query)) return;
    const rows = new Rows(query, this.#names);
    if (this.#head.returnsRow ? !rows.isRowResult(query) : rows.countIn(query) > 0) this.#note("result", sql);
  }

  #returnedValue(node: AnyNode, text: string | undefined): void {
    if (!this.#head.returnsRow) return;
    const returned = node.retvarno === undefined ? undefined : this.#datums[Number(node.retvarno)]?.name;
    if (returned !== undefined && this.#listed.has(returned)) this.#note("result", `RETURN ${returned}`);
    if (text !== undefined && this.#isFixedRow(text)) this.#note("row-value", `RETURN ${text}`);
  }

  /** `NEW := ROW(…)`; a variable of the table's type takes fewer values. */
  #assigned(text: string): void {
    const [target = ""] = text.split(/:?=/, 1);
    const name = target.trim().toLowerCase();
    if (
      this.#routine.returns === "trigger" &&
      this.#head.variables.includes(name) &&
      this.#isFixedRow(assignedValue(text))
    )
      this.#note("row-value", text);
  }

  #isFixedRow(expression: string): boolean {
    const value = valueIn(expression);
    return new Rows(value, this.#names).lacksColumn(value);
  }

  #isRow(expression: string): boolean {
    const value = valueIn(expression);
    return new Rows(value, this.#names).isRow(value);
  }

  get #names(): RowNames {
    const { table, functions } = this.#known;
    const { parameters } = this.#head;
    return { table, functions, variables: this.#variables, alike: this.#alike, parameters: new Set(parameters) };
  }

  #note(kind: WholeRowKind, sql: string): void {
    const use = { kind, sql: sql.replace(/\s+/g, " ").trim() };
    if (!this.found.some((each) => each.kind === kind && each.sql === use.sql)) this.found.push(use);
  }
}

/** A type as PL/pgSQL's tree prints it: `public."User"`, `User%rowtype`. */
function isRowOf(type: string | undefined, { name }: SqlTable): boolean {
  return type !== undefined && /(?:^|\.)"?([^".]+)"?(?:%rowtype)?$/i.exec(type)?.[1] === name;
}

function isQuery(statement: AnyNode): boolean {
  return /^(?:Select|Insert|Update|Delete|Merge)Stmt$/.test(Object.keys(statement)[0] ?? "");
}
