import { named } from "../base/pattern-of.js";
import type { BodyReader } from "../dialect/body.js";
import type { Dependent, OperationOf, ReadColumns, TableName } from "../model/index.js";
import { useOfTaken } from "../sql/body.js";
import { isSame, keyOf } from "./known-tables.js";

/** A use of a column or a whole table or view, which prevents its change or drop. */
interface Use {
  readonly by: Dependent;
  /** For a view: its own name; for a trigger or policy: its table. */
  readonly of: TableName;
  readonly table: TableName;
  /** Absent: it uses no particular column. */
  readonly columns: readonly string[];
  /** The statement of a trigger or policy. */
  readonly sql?: string;
  /** The function that a trigger runs. Absent: its statement contains what it runs. */
  readonly runs?: TableName;
}

/** Views, policies and triggers with the objects that they use, as they are created, renamed and dropped. */
export class KnownUses {
  #uses: Use[] = [];
  #functions: OperationOf<"createFunction">[] = [];

  /** @param bodies absent: texts are not searched */
  constructor(private readonly bodies?: BodyReader) {}

  /** @param columnsOf every column of a known table: the columns that `*` meant when the view was created */
  addView(
    { name, reads = [] }: Pick<OperationOf<"createView">, "name" | "reads">,
    columnsOf: (table: TableName) => readonly string[],
  ): void {
    this.drop("view", name, name.name);
    const by = { what: "view", name: name.name } as const;
    for (const read of reads)
      this.#uses.push({ by, of: name, table: read.table, columns: usedColumns(read, columnsOf) });
  }

  /** A trigger or policy, with the columns of its table that it names. */
  add(what: "policy" | "trigger", table: TableName, name: string, columns: readonly string[] = [], sql = ""): void {
    this.drop(what, table, name);
    this.#uses.push({ by: { what, name, table }, of: table, table, columns, sql });
  }

  addTrigger({ table, name, reads, sql, runs }: OperationOf<"createTrigger">): void {
    this.add("trigger", table, name, reads, sql);
    if (runs !== undefined) this.#uses.push({ ...(this.#uses.pop() as Use), runs });
  }

  addFunction(made: OperationOf<"createFunction">): void {
    this.#functions = [...this.#functions.filter(({ name }) => !isSame(name, made.name)), made];
  }

  /** Triggers of a table whose texts take a column from the row: writes fail without it. */
  takersOf(table: TableName, column: string): readonly Dependent[] {
    const { bodies } = this;
    if (bodies === undefined) return [];
    return this.#uses.flatMap(({ by, of, sql = "", runs }) => {
      if (by.what !== "trigger" || !isSame(of, table)) return [];
      const texts = runs === undefined ? [{ sql, body: sql, language: "sql" }] : this.#runBy(runs);
      const breaks = texts.some(({ sql: made, body = "", language = "sql" }) => {
        const list = argumentsIn(made);
        const row = named(table.name).test(list) ? ({ row: "argument" } as const) : {};
        const text = { kind: "function", body, language, arguments: list, ...row, triggers: [{ definition: sql }] };
        return useOfTaken(text, { kind: "column", table, name: column }, bodies) === "breaks";
      });
      return breaks ? [{ ...by, ...(runs && { runs: runs.name }) }] : [];
    });
  }

  /** A function and all that it calls. */
  #runBy(name: TableName): readonly OperationOf<"createFunction">[] {
    const found = new Set(this.#functions.filter((each) => isSame(each.name, name)));
    for (const { body = "" } of found)
      for (const each of this.#functions) if (callsFunction(body, each.name)) found.add(each);
    return [...found];
  }

  /** @param of the view, or the table of a trigger or policy */
  drop(what: Dependent["what"], of: TableName, name: string): void {
    this.#uses = this.#uses.filter(({ by, of: own }) => by.what !== what || by.name !== name || !isSame(own, of));
  }

  dropView(view: TableName): void {
    this.drop("view", view, view.name);
    this.dropTable(view);
  }

  /** CASCADE drops the users too; without it, there are none. */
  dropTable(table: TableName): void {
    const going = this.#uses.filter((use) => isSame(use.table, table));
    this.#uses = this.#uses.filter((use) => !going.includes(use));
    for (const { by, of } of going) if (by.what === "view") this.dropView(of);
  }

  dropColumn(table: TableName, column: string): void {
    for (const { by, of } of this.usersOf(table, column))
      if (by.what === "view") this.dropView(of);
      else this.drop(by.what, of, by.name);
  }

  rename(table: TableName, newName: string): void {
    const name = { ...table, name: newName };
    this.#uses = this.#uses.map((use) => ({
      ...use,
      ...(isSame(use.table, table) ? { table: name } : {}),
      ...(isSame(use.of, table) ? { of: name } : {}),
      ...(isSame(use.of, table) && use.by.what === "view" ? { by: { ...use.by, name: newName } } : {}),
    }));
  }

  renameColumn(table: TableName, column: string, newName: string): void {
    this.#uses = this.#uses.map((use) =>
      isSame(use.table, table)
        ? { ...use, columns: use.columns.map((each) => (each === column ? newName : each)) }
        : use,
    );
  }

  /** A statement ran that may have dropped or changed the objects that its text names. */
  forget(text: string): void {
    this.#uses = this.#uses.filter(({ by, table }) => !text.includes(by.name) && !text.includes(table.name));
    this.#functions = this.#functions.filter(({ name }) => !text.includes(name.name));
  }

  /** The policies of a table have new expressions. */
  forgetCalls(table: TableName): void {
    this.#uses = this.#uses.map((use) =>
      use.by.what === "policy" && isSame(use.of, table) ? { ...use, sql: "" } : use,
    );
  }

  clear(): void {
    this.#uses = [];
    this.#functions = [];
  }

  policiesOf(table: TableName): readonly Dependent[] {
    return this.#uses.flatMap(({ by, of }) => (by.what === "policy" && isSame(of, table) ? [by] : []));
  }

  /** Triggers and policies whose statement calls a function. */
  callersOf(name: TableName): readonly Dependent[] {
    return this.#uses.flatMap(({ by, sql = "" }) => (callsFunction(sql, name) ? [by] : []));
  }

  /** @param column absent: every user of the table, except what is dropped with it */
  usersOf(table: TableName, column?: string): readonly { readonly by: Dependent; readonly of: TableName }[] {
    return this.#uses.filter(
      (use) =>
        keyOf(use.table) === keyOf(table) &&
        (column === undefined ? use.by.what === "view" : use.columns.includes(column)),
    );
  }
}

function usedColumns(
  { table, names, isAll }: ReadColumns,
  columnsOf: (table: TableName) => readonly string[],
): readonly string[] {
  return isAll ? [...new Set([...names, ...columnsOf(table)])] : names;
}

/** The list of arguments of a CREATE FUNCTION. */
export function argumentsIn(sql: string): string {
  return /\(((?:[^()]|\([^()]*\))*)\)/.exec(sql)?.[1] ?? "";
}

/** Whether a text calls a function, with or without its schema. */
export function callsFunction(sql: string, { schema, name }: TableName): boolean {
  const spelt = (part: string) => `"?${part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"?`;
  const isCalled = new RegExp(`(?<![\\w".$])(?:${spelt(schema ?? "public")}\\.)?${spelt(name)}\\s*\\(`, "i");
  return isCalled.test(sql.replace(/'(?:[^']|'')*'/g, "''"));
}
