import { hasSqlDetails, type Node, parsePlPgSQLSync, parseSync } from "libpg-query";
import { attempt } from "../../base/expected-errors.js";
import { named } from "../../base/pattern-of.js";
import type { SqlTable } from "../../dialect/code-sql.js";
import type { RoutineText, WholeRowKind, WholeRowUse } from "../../dialect/whole-rows.js";
import { quoteIdentifier } from "../quote.js";
import { type AnyNode, walk } from "../read/walk.js";
import { dynamicSql } from "./dynamic-sql.js";
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
  const statement = attempt(() => parseSync(createText(routine, "")).stmts?.[0]?.stmt, hasSqlDetails) as
    | { readonly CreateFunctionStmt?: AnyNode }
    | undefined;
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
function createText({ kind, name, arguments: own, returns, language }: RoutineText, body: string, parameters = own) {
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

  readSql(): void {
    const { body } = this.#routine;
    // PostgreSQL stores BEGIN ATOMIC with its columns, so a row of the table lacks the new one.
    if (body.trim() === "") {
      if (this.#head.returnsRow) this.#note("result", this.#routine.what);
      return;
    }
    const statements = parsed(body);
    if (statements === undefined) return this.#readUnparsed();
    for (const statement of statements) this.#take(statement, body);
    const last = statements.at(-1) as unknown as AnyNode | undefined;
    if (last !== undefined && this.#head.returnsColumns && isQuery(last)) this.#returned(last, body);
  }

  readPlpgsql(): void {
    const { body, arguments: own } = this.#routine;
    const named = own === "" ? "" : parameterNames(createText(this.#routine, ""));
    const tree = plpgsqlOf(createText(this.#routine, body)) ?? plpgsqlOf(createText(this.#routine, body, named));
    if (tree === undefined) return this.#readUnparsed();
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
    if (kind === "PLpgSQL_expr") return this.#expression(node as unknown as Expression);
    if (!kind.startsWith("PLpgSQL_stmt_")) return;
    const text = textOf(node.sqlstmt ?? node.query ?? node.expr ?? node.dynquery);
    switch (kind.slice("PLpgSQL_stmt_".length)) {
      case "execsql":
        if (node.target !== undefined) this.#into(node.target, text);
        return;
      case "fors":
        return this.#into(node.var, text);
      case "fetch":
        return this.#into(node.target, this.#datums[Number(node.curvar)]?.query);
      case "dynexecute":
      case "dynfors": {
        const sql = this.#dynamic(node, text);
        if (sql !== undefined && (node.target ?? node.var) !== undefined) this.#into(node.target ?? node.var, sql);
        return;
      }
      case "dynopen":
      case "open":
        if (node.dynquery !== undefined) this.#dynamic(node, textOf(node.dynquery));
        return;
      case "return_query": {
        const sql = node.dynquery === undefined ? text : this.#dynamic(node, text);
        const [query] = sql === undefined ? [] : (parsed(sql) ?? []);
        if (query !== undefined) this.#returned(query as unknown as AnyNode, sql ?? "");
        return;
      }
      case "return":
      case "return_next":
        return this.#returnedValue(node, text);
      case "assign":
        return this.#assigned(text ?? "");
    }
  }

  /** A statement, or an expression, within the body. */
  #expression({ query, parseMode }: Expression): void {
    const sql = parseMode === 0 ? query : `SELECT ${parseMode === 2 ? query : valueOf(query)}`;
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
    const [query] = sql === undefined ? [] : ((parsed(sql) ?? []) as unknown as readonly AnyNode[]);
    if (query === undefined || sql === undefined) return;
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

  /** The result of a query that a function returns. */
  #returned(query: AnyNode, sql: string): void {
    const rows = new Rows(query, this.#names);
    const isFixed = this.#head.returnsRow ? !rows.isRowResult(query) : rows.countIn(query) > 0;
    if (isFixed && this.#head.returnsColumns) this.#note("result", sql);
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
    if (this.#routine.returns === "trigger" && this.#head.variables.includes(name) && this.#isFixedRow(valueOf(text)))
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

interface Expression {
  readonly query: string;
  /** 0: a statement, 2: an expression, 3: an assignment. */
  readonly parseMode: number;
}

/** A variable of a PL/pgSQL function; a cursor has a query. */
interface Datum {
  readonly name: string;
  readonly type: string | undefined;
  readonly query: string | undefined;
}

function plpgsqlOf(sql: string): { readonly datums: readonly Datum[]; readonly action: unknown } | undefined {
  // The parser has no class of its own for the errors of a body.
  const result = attempt(
    () => parsePlPgSQLSync(sql) as { plpgsql_funcs?: readonly { PLpgSQL_function?: AnyNode }[] },
    (error) => error instanceof Error,
  );
  const made = result?.plpgsql_funcs?.[0]?.PLpgSQL_function;
  if (made === undefined) return undefined;
  const datums = listOf(made.datums).map((each): Datum => {
    const { refname, datatype, cursor_explicit_expr: cursor } = Object.values(each)[0] as AnyNode;
    const { typname } = ((datatype as AnyNode | undefined)?.PLpgSQL_type ?? {}) as { typname?: string };
    return { name: String(refname ?? ""), type: typname, query: textOf(cursor) };
  });
  return { datums, action: made.action };
}

/** The parameters of a routine with a type that every parser knows. */
function parameterNames(create: string): string {
  const names: string[] = [];
  walk(parsed(create), (kind, { name, mode }) => {
    if (kind !== "FunctionParameter" || mode === "FUNC_PARAM_TABLE") return;
    const how = { FUNC_PARAM_OUT: "OUT ", FUNC_PARAM_INOUT: "INOUT " }[String(mode)] ?? "";
    names.push(`${how}${typeof name === "string" ? quoteIdentifier(name) : ""} text`);
  });
  return names.join(", ");
}

function textOf(expression: unknown): string | undefined {
  return ((expression as AnyNode | undefined)?.PLpgSQL_expr as Expression | undefined)?.query;
}

/** The value of `target := value`. */
function valueOf(assignment: string): string {
  return assignment.slice(assignment.search(/:?=/)).replace(/^:?=/, "");
}

/** The parse tree of an expression. */
function valueIn(expression: string): AnyNode | undefined {
  const [statement] = (parsed(`SELECT ${expression}`) ?? []) as readonly { readonly SelectStmt?: AnyNode }[];
  const [target] = listOf(statement?.SelectStmt?.targetList);
  return (target?.ResTarget as AnyNode | undefined)?.val as AnyNode | undefined;
}

/** The variables after INTO, FOR or FETCH. */
function variablesIn(target: unknown): readonly string[] {
  const { PLpgSQL_row, PLpgSQL_rec } = (target ?? {}) as Readonly<Record<string, AnyNode>>;
  if (PLpgSQL_rec !== undefined) return [String(PLpgSQL_rec.refname)];
  return listOf(PLpgSQL_row?.fields).map(({ name }) => String(name));
}

/** A type as PL/pgSQL's tree prints it: `public."User"`, `User%rowtype`. */
function isRowOf(type: string | undefined, { name }: SqlTable): boolean {
  return type !== undefined && /(?:^|\.)"?([^".]+)"?(?:%rowtype)?$/i.exec(type)?.[1] === name;
}

function isQuery(statement: AnyNode): boolean {
  return /^(?:Select|Insert|Update|Delete|Merge)Stmt$/.test(Object.keys(statement)[0] ?? "");
}
