import { ts, unwrap } from "@lockstep/core/typescript";
import { dialectOfType } from "../dialect.js";
import { builder, buildsOnly, looksOnly } from "./builder.js";
import { Evaluator } from "./evaluator.js";
import type { Hooks } from "./expressions.js";
import type { Files, Module } from "./scope.js";
import { data, type Host, is, NotPlain, plain, type Role, textOf, truth, unknown, type Value } from "./values.js";

/** A statement that a migration runs, or code of which nobody knows what it runs. */
export type Effect =
  | { readonly kind: "query"; readonly sql: string; readonly node: ts.Node; readonly place: ts.Node }
  | {
      readonly kind: "unread";
      readonly what: string;
      readonly node: ts.Node;
      readonly place: ts.Node;
      readonly from?: ts.Node;
    };

const runner: Host = { kind: "host", role: "runner" };

/** What hangs on the query runner, and on what hangs on it. */
const parts: Readonly<Record<Role, Readonly<Record<string, Role>>>> = {
  // Some give `up` a context with the query runner in it.
  runner: { manager: "manager", connection: "connection", dataSource: "connection", queryRunner: "runner" },
  manager: { queryRunner: "runner", connection: "connection", dataSource: "connection" },
  connection: { manager: "manager", driver: "driver", options: "options" },
  driver: { options: "options", connection: "connection" },
  options: {},
};

/** A file of a repository, and what reads its code. */
export function opened(file: string, text: string, files: Files, dialect?: string, schema?: string) {
  const runner = new QueryRunnerReader(dialect, schema);
  const evaluator = new Evaluator(files, runner);
  runner.evaluator = evaluator;
  return { runner, evaluator, module: evaluator.module(file, text) as Module };
}

/** The query runner of TypeORM, as far as code of a migration can ask for it: what it runs is noted down. */
export class QueryRunnerReader implements Hooks {
  readonly effects: Effect[] = [];
  evaluator!: Evaluator;

  private depth = 0;

  /** @param dialect undefined is read as PostgreSQL */
  constructor(
    private readonly dialect?: string,
    private readonly schema?: string,
  ) {}

  /** @param depth how many transactions are open when a migration begins */
  begin(depth: number): void {
    this.depth = depth;
  }

  get self(): Host {
    return runner;
  }

  private get isPostgres(): boolean {
    return this.dialect === undefined || this.dialect === "postgresql";
  }

  property({ role }: Host, name: string): Value {
    const part = parts[role][name];
    if (part !== undefined) return { kind: "host", role: part };
    if (role === "runner" && name === "isTransactionActive") return this.depth > 0;
    if (role === "options" && name === "schema") return this.schema ?? unknown;
    if (role === "options" && name === "type")
      // Drivers of SQLite have many names.
      return this.isPostgres ? "postgres" : this.dialect === "sqlite" ? unknown : this.dialect;
    if (
      role === "options" ||
      role === "driver" ||
      /^(?:data|isReleased|broadcaster|entityMetadatas|logger|name)$/.test(name)
    )
      return unknown;
    return { kind: "external", name: `#${role}:${name}` };
  }

  isDialect(name: string): boolean | undefined {
    const asked = dialectOfType(name.replace(/^(?:pg|postgresql)$/, "postgres").replace(/^(mysql|sqlite)\d$/, "$1"));
    const own = this.dialect ?? "postgresql";
    if (asked === own) return own === "mysql" ? undefined : true;
    return /^(?:mysql|mariadb)$/.test(own) && /^(?:mysql|mariadb)$/.test(asked ?? "") ? undefined : false;
  }

  call({ role }: Host, method: string, args: readonly Value[], node: ts.Node): Value {
    if (method === "query" && role !== "driver") return this.query(args[0], node);
    if (role === "driver" && method === "escape" && this.isPostgres && typeof args[0] === "string")
      return `"${args[0]}"`;
    if (role === "runner") return this.ofRunner(method, args, node);
    if (method === "createQueryRunner") return runner;
    // What they give away asks the database when somebody waits for it.
    const isLookUp =
      /^(?:get|is|has|escape$|create$|merge$|createQueryBuilder|parseTableName|connect$|initialize$|destroy$|close$|release$)/;
    if (isLookUp.test(method)) return unknown;
    this.unread(role === "manager" ? "the entity manager" : "other code", node);
    return unknown;
  }

  private ofRunner(method: string, args: readonly Value[], node: ts.Node): Value {
    switch (method) {
      case "startTransaction":
        this.write(this.depth === 0 ? "START TRANSACTION" : `SAVEPOINT typeorm_${this.depth}`, node, 1);
        return undefined;
      case "commitTransaction":
        this.write(this.depth > 1 ? `RELEASE SAVEPOINT typeorm_${this.depth - 1}` : "COMMIT", node, -1);
        return undefined;
      case "rollbackTransaction":
        this.write(this.depth > 1 ? `ROLLBACK TO SAVEPOINT typeorm_${this.depth - 1}` : "ROLLBACK", node, -1);
        return undefined;
      default:
    }
    if (looksOnly(method)) return data;
    if (!this.isPostgres || !buildsOnly(method)) {
      this.unread(`a query runner method ${method}`, node);
      return unknown;
    }
    try {
      const statements = builder(method, args.map(plain));
      if (statements === undefined) this.unread(`a query runner method ${method}`, node);
      else for (const sql of statements) this.write(sql, node);
    } catch (error) {
      if (!(error instanceof NotPlain || error instanceof TypeError)) throw error;
      this.unread(`a query runner method ${method}`, node);
    }
    return unknown;
  }

  /** @param by how many more transactions are open afterwards */
  private write(sql: string, node: ts.Node, by = 0): void {
    // What a `catch` takes back was not done where nothing failed.
    if (by !== 0 && this.evaluator.isInCatch) return;
    if (!this.evaluator.isSilent) {
      this.effects.push({ kind: "query", sql, node, place: this.evaluator.placeOf(node) });
      this.depth = Math.max(0, this.depth + by);
    }
  }

  private query(text: Value, node: ts.Node): Value {
    const sql = textOf(text);
    const [argument] = ts.isCallExpression(node) ? node.arguments : [];
    if (sql !== undefined && text !== undefined && text !== null) this.write(sql, argument ?? node);
    else this.unread(kindOf(argument, text), node, is(text, "unknown") ? text.from : undefined);
    return data;
  }

  unread(what: string, node: ts.Node, from?: ts.Node): void {
    if (this.evaluator.isSilent) return;
    const place = this.evaluator.placeOf(node);
    const isSame = (each: Effect) => each.kind === "unread" && each.place === place && each.node === node;
    if (!this.effects.some(isSame)) this.effects.push({ kind: "unread", what, node, place, ...(from && { from }) });
  }
}

/** What an argument is whose text is not known. */
export function kindOf(node: ts.Expression | undefined, value: Value): string {
  const from = is(value, "unknown") ? value.from : undefined;
  const inner = node === undefined ? undefined : unwrap(node);
  const isPutTogether = (each: ts.Node | undefined) =>
    each !== undefined &&
    (ts.isTemplateExpression(each) || ts.isBinaryExpression(each) || ts.isTaggedTemplateExpression(each));
  if (isPutTogether(inner) || isPutTogether(from)) return "an interpolated string";
  return inner !== undefined &&
    (ts.isIdentifier(inner) || ts.isPropertyAccessExpression(inner)) &&
    truth(value) === undefined
    ? "a variable"
    : "other code";
}
