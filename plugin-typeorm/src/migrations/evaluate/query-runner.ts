import { ts, unwrap } from "@lockstep/core/typescript";
import { dialectOfType } from "../dialect.js";
import { builder, looksOnly } from "./builder.js";
import { Evaluator } from "./evaluator.js";
import type { Files, Module } from "./scope.js";
import { data, type Host, is, NotPlain, plain, type Role, truth, unknown, type Value } from "./values.js";

/** A statement that a migration runs, or code that can run unknown SQL. */
export type Effect =
  | { readonly kind: "query"; readonly sql: string; readonly node: ts.Node; readonly place: ts.Node }
  | {
      readonly kind: "unread";
      readonly what: string;
      readonly node: ts.Node;
      readonly place: ts.Node;
      readonly from?: ts.Node;
    };

export const runner: Host = { kind: "host", role: "runner" };

/** The properties of the query runner, and their properties. */
const parts: Readonly<Record<Role, Readonly<Record<string, Role>>>> = {
  // Some pass `up` a context that contains the query runner.
  runner: { manager: "manager", connection: "connection", dataSource: "connection", queryRunner: "runner" },
  manager: { queryRunner: "runner", connection: "connection", dataSource: "connection" },
  connection: { manager: "manager", driver: "driver", options: "options" },
  driver: { options: "options", connection: "connection" },
  options: {},
};

/** Opens a file of a repository. @param dialect undefined is read as PostgreSQL */
export function opened(file: string, text: string, files: Files, dialect = "postgresql", schema?: string) {
  const reader = new MigrationReader(files, dialect, schema);
  return { reader, module: reader.module(file, text) as Module };
}

/** Reads code that has TypeORM's query runner, and records the statements it runs. */
export class MigrationReader extends Evaluator {
  readonly effects: Effect[] = [];
  /** How many transactions are open. */
  transactions = 0;

  constructor(
    files: Files,
    private readonly dialect: string,
    private readonly schema?: string,
  ) {
    super(files);
  }

  protected hostProperty({ role }: Host, name: string): Value {
    const part = parts[role][name];
    if (part !== undefined) return { kind: "host", role: part };
    if (role === "runner" && name === "isTransactionActive") return this.transactions > 0;
    if (role === "options" && name === "schema") return this.schema ?? unknown;
    if (role === "options" && name === "type")
      // Drivers of SQLite have many names.
      return this.dialect === "postgresql" ? "postgres" : this.dialect === "sqlite" ? unknown : this.dialect;
    const isValue =
      role === "options" ||
      role === "driver" ||
      /^(?:data|isReleased|broadcaster|entityMetadatas|logger|name)$/.test(name);
    return isValue ? unknown : { kind: "external", name: `#${role}:${name}` };
  }

  protected isDialect(name: string): boolean | undefined {
    const asked = dialectOfType(name.replace(/^(?:pg|postgresql)$/, "postgres").replace(/^(mysql|sqlite)\d$/, "$1"));
    const isEither = (dialect = "") => dialect === "mysql" || dialect === "mariadb";
    if (isEither(asked) && isEither(this.dialect))
      return asked === "mariadb" && this.dialect === "mariadb" ? true : undefined;
    return asked === this.dialect;
  }

  protected hostCall({ role }: Host, method: string, args: readonly Value[], node: ts.Node): Value {
    if (method === "query" && role !== "driver") return this.query(args[0], node);
    if (role === "runner") return this.ofRunner(method, args, node);
    if (method === "createQueryRunner") return runner;
    // They return a promise that queries the database when it is awaited.
    const isLookUp =
      /^(?:get|is|has|escape$|create$|merge$|createQueryBuilder|parseTableName|connect$|initialize$|destroy$|close$|release$)/;
    if (!isLookUp.test(method)) this.unread(role === "manager" ? "the entity manager" : "other code", node);
    return unknown;
  }

  private ofRunner(method: string, args: readonly Value[], node: ts.Node): Value {
    const open = this.transactions;
    const [, change] = /^(start|commit|rollback)Transaction$/.exec(method) ?? [];
    if (change === "start") this.record(open === 0 ? "START TRANSACTION" : `SAVEPOINT typeorm_${open}`, node, 1);
    else if (change === "commit") this.record(open > 1 ? `RELEASE SAVEPOINT typeorm_${open - 1}` : "COMMIT", node, -1);
    else if (change !== undefined)
      this.record(open > 1 ? `ROLLBACK TO SAVEPOINT typeorm_${open - 1}` : "ROLLBACK", node, -1);
    if (change !== undefined) return undefined;
    if (looksOnly(method)) return data;
    let statements: readonly string[] | undefined;
    try {
      if (this.dialect === "postgresql") statements = builder(method, args.map(plain));
    } catch (error) {
      if (!(error instanceof NotPlain || error instanceof TypeError)) throw error;
    }
    if (statements === undefined) this.unread(`a query runner method ${method}`, node);
    for (const sql of statements ?? []) this.record(sql, node);
    return unknown;
  }

  /** @param by how many more transactions are open afterwards */
  private record(sql: string, node: ts.Node, by = 0): void {
    // The transaction that a `catch` rolls back is committed if nothing fails.
    if (this.isSilent || (by !== 0 && this.isInCatch)) return;
    this.effects.push({ kind: "query", sql, node, place: this.placeOf(node) });
    this.transactions = Math.max(0, this.transactions + by);
  }

  private query(text: Value, node: ts.Node): Value {
    const [argument] = ts.isCallExpression(node) ? node.arguments : [];
    if (typeof text === "string") this.record(text, argument ?? node);
    else this.unread(kindOf(argument, text), node, is(text, "unknown") ? text.from : undefined);
    return data;
  }

  unread(what: string, node: ts.Node, from?: ts.Node): void {
    if (this.isSilent) return;
    const place = this.placeOf(node);
    const isSame = (each: Effect) => each.kind === "unread" && each.place === place && each.node === node;
    if (!this.effects.some(isSame)) this.effects.push({ kind: "unread", what, node, place, ...(from && { from }) });
  }
}

/** The source text of an argument whose value is unknown. */
export function kindOf(node: ts.Expression | undefined, value: Value): string {
  const inner = node && unwrap(node);
  const isBuilt = (each: ts.Node | undefined) =>
    each && (ts.isTemplateExpression(each) || ts.isBinaryExpression(each) || ts.isTaggedTemplateExpression(each));
  if (isBuilt(inner) || (is(value, "unknown") && isBuilt(value.from))) return "an interpolated string";
  const isName = inner && (ts.isIdentifier(inner) || ts.isPropertyAccessExpression(inner));
  return isName && truth(value) === undefined ? "a variable" : "other code";
}
