import { ts } from "@lockstep/core/typescript";
import { TooMuch } from "./calls.js";
import { Expressions } from "./expressions.js";
import { equal } from "./operators.js";
import type { Completion } from "./regions.js";
import { Scope } from "./scope.js";
import { data, type FunctionValue, globals, is, truth, unknown, type Value } from "./values.js";

/**
 * Reads code as if it ran, and runs none of it: values that the repository says are known, all others are not. Of a condition that is not
 * known both branches are read, a loop over what is not known once.
 */
export class Evaluator extends Expressions {
  private steps = 0;

  /** Reads a method of a migration. */
  run(method: FunctionValue, args: readonly Value[]): void {
    this.root = method.node;
    unlessTooMuch(
      () => void this.settle(this.call(method, args, method.node)),
      () => {
        this.forget();
        this.hooks.unread("other code", method.node);
      },
    );
  }

  /** The node whose line tells where something runs. */
  placeOf(node: ts.Node): ts.Node {
    return this.anchor ?? node;
  }

  protected runAll(statements: readonly ts.Statement[], scope: Scope): Completion {
    this.hoist(statements, scope, false);
    for (const statement of statements) {
      const ended = this.runOne(statement, scope);
      if (ended !== undefined) return ended;
    }
    return undefined;
  }

  protected runBlock(node: ts.Statement | undefined, scope: Scope): Completion {
    if (node === undefined) return undefined;
    const inner = new Scope(scope.module, scope);
    return ts.isBlock(node) ? this.runAll(node.statements, inner) : this.runOne(node, inner);
  }

  protected runOne(node: ts.Statement, scope: Scope): Completion {
    this.step();
    if (ts.isExpressionStatement(node)) this.settle(this.evaluate(node.expression, scope));
    else if (ts.isVariableStatement(node)) this.declareAll(node.declarationList, scope);
    else if (ts.isReturnStatement(node))
      return {
        kind: "return",
        value: node.expression === undefined ? undefined : this.evaluate(node.expression, scope),
      };
    else if (ts.isIfStatement(node)) {
      const condition = truth(this.evaluate(node.expression, scope));
      if (condition === true) return this.runBlock(node.thenStatement, scope);
      if (condition === false) return this.runBlock(node.elseStatement, scope);
      return this.branches([
        () => this.runBlock(node.thenStatement, scope),
        () => this.runBlock(node.elseStatement, scope),
      ]);
    } else if (ts.isBlock(node)) return this.runBlock(node, scope);
    else if (ts.isTryStatement(node)) return this.runTry(node, scope);
    else if (ts.isForOfStatement(node)) return this.runForOf(node, scope);
    else if (ts.isForInStatement(node)) {
      const keys = globals["Object.keys"]?.([this.evaluate(node.expression, scope)]) ?? unknown;
      return this.runEach(node.initializer, keys, node.statement, scope);
    } else if (ts.isForStatement(node)) {
      const inner = new Scope(scope.module, scope);
      if (node.initializer !== undefined)
        if (ts.isVariableDeclarationList(node.initializer)) this.declareAll(node.initializer, inner);
        else this.evaluate(node.initializer, inner);
      return this.runWhile(node.condition, node.statement, inner, node.incrementor);
    } else if (ts.isWhileStatement(node)) return this.runWhile(node.expression, node.statement, scope);
    else if (ts.isDoStatement(node)) {
      const again = () => truth(this.evaluate(node.expression, scope));
      const known = this.trying(() => {
        this.runBlock(node.statement, scope);
        return again();
      });
      if (known === undefined) {
        this.repeatedly(() => this.runBlock(node.statement, scope));
        return undefined;
      }
      const ended = this.runBlock(node.statement, scope);
      return (
        loopEnd(ended) ?? (ended?.kind === "break" ? undefined : this.runWhile(node.expression, node.statement, scope))
      );
    } else if (ts.isSwitchStatement(node)) return this.runSwitch(node, scope);
    else if (ts.isThrowStatement(node)) {
      this.evaluate(node.expression, scope);
      return { kind: "throw" };
    } else if (ts.isBreakStatement(node)) return { kind: "break" };
    else if (ts.isContinueStatement(node)) return { kind: "continue" };
    else if (ts.isLabeledStatement(node)) return loopEnd(this.runOne(node.statement, scope));
    return undefined;
  }

  protected declareAll({ declarations }: ts.VariableDeclarationList, scope: Scope): void {
    for (const { name, initializer } of declarations)
      this.bind(name, initializer === undefined ? undefined : this.evaluate(initializer, scope), scope);
  }

  protected runTry({ tryBlock, catchClause, finallyBlock }: ts.TryStatement, scope: Scope): Completion {
    const ended = this.runBlock(tryBlock, scope);
    let after: Completion = ended;
    if (catchClause !== undefined) {
      const wasInCatch = this.isInCatch;
      const inner = new Scope(scope.module, scope);
      if (catchClause.variableDeclaration !== undefined)
        this.bind(catchClause.variableDeclaration.name, unknown, inner);
      this.isInCatch = true;
      const caught = this.branches([() => this.runBlock(catchClause.block, inner), () => undefined]);
      this.isInCatch = wasInCatch;
      if (ended?.kind === "throw") after = caught;
    }
    return this.runBlock(finallyBlock, scope) ?? after;
  }

  protected runForOf(node: ts.ForOfStatement, scope: Scope): Completion {
    return this.runEach(node.initializer, this.evaluate(node.expression, scope), node.statement, scope);
  }

  protected runEach(target: ts.ForInitializer, over: Value, body: ts.Statement, scope: Scope): Completion {
    const once = (item: Value): Completion => {
      const inner = new Scope(scope.module, scope);
      const [declaration] = ts.isVariableDeclarationList(target) ? target.declarations : [];
      if (declaration !== undefined) this.bind(declaration.name, item, inner);
      else this.assign(target as ts.Expression, item, scope);
      return this.runBlock(body, inner);
    };
    return this.each(over, once);
  }

  /** Once for every item that is known, once for those that are not. */
  protected each(over: Value, once: (item: Value, at: number) => Completion): Completion {
    const items = is(over, "list") ? [...over.items] : typeof over === "string" ? [...over] : [];
    for (const [at, item] of items.entries()) {
      const ended = once(item, at);
      if (ended?.kind === "break") return undefined;
      if (ended !== undefined && ended.kind !== "continue") return ended;
    }
    if (typeof over !== "string" && (!is(over, "list") || over.isOpen))
      this.repeatedly(() => once(is(over, "unknown") && over.isData ? data : unknown, items.length));
    return undefined;
  }

  protected runWhile(
    condition: ts.Expression | undefined,
    body: ts.Statement,
    scope: Scope,
    after?: ts.Expression,
  ): Completion {
    for (;;) {
      const holds = condition === undefined ? undefined : truth(this.evaluate(condition, scope));
      if (holds === false) return undefined;
      if (holds === undefined) {
        this.repeatedly(() => {
          const ended = this.runBlock(body, scope);
          if (after !== undefined) this.evaluate(after, scope);
          if (condition !== undefined) this.evaluate(condition, scope);
          return ended;
        });
        return undefined;
      }
      const ended = this.runBlock(body, scope);
      if (ended?.kind === "break") return undefined;
      if (ended !== undefined && ended.kind !== "continue") return ended;
      if (after !== undefined) this.evaluate(after, scope);
    }
  }

  protected runSwitch({ expression, caseBlock }: ts.SwitchStatement, scope: Scope): Completion {
    const value = this.evaluate(expression, scope);
    const { clauses } = caseBlock;
    const inner = new Scope(scope.module, scope);
    const tests = clauses.map((clause) => {
      if (!ts.isCaseClause(clause)) return false;
      const each = this.evaluate(clause.expression, inner);
      return equal(value, each) ?? this.ofDialect(expression, clause.expression, each);
    });
    const first = tests.findIndex((test) => test !== false);
    const from = first === -1 ? clauses.findIndex(ts.isDefaultClause) : first;
    if (from === -1) return undefined;
    const runFrom = (at: number): Completion => {
      for (const clause of clauses.slice(at)) {
        const ended = this.runAll(clause.statements, inner);
        if (ended !== undefined) return loopEnd(ended);
      }
      return undefined;
    };
    if (first === -1 || tests[first] === true) return runFrom(from);
    return this.branches([...clauses.map((clause) => () => this.runAll(clause.statements, inner)), () => undefined]);
  }

  protected step(): void {
    this.steps += 1;
    if (this.steps > 300_000) throw new TooMuch();
  }
}

/** Code that goes on and on, or calls itself without end, is not read. */
export function unlessTooMuch<T>(run: () => T, otherwise: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TooMuch || error instanceof RangeError)) throw error;
    return otherwise();
  }
}

function loopEnd(ended: Completion): Completion {
  return ended?.kind === "break" || ended?.kind === "continue" ? undefined : ended;
}
