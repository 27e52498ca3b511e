import type { Checking } from "../dialect/checking.js";
import { type Migration, nameKey, type Operation, type Verdict } from "../model/index.js";
import { claimed } from "../rules/claims.js";
import { findHazards } from "../rules/judge.js";
import keptLock from "../rules/kept-lock.js";
import type { ReportedRule, RuleContext } from "../rules/rule.js";
import { isExpected, isKnownServer } from "../sql/verdicts/notice-filter.js";
import { adviceOn } from "./advice.js";
import { type CheckFinding, fingerprint, type Told } from "./finding.js";
import { saferWay } from "./fix.js";
import { lockFollower } from "./kept-locks.js";
import type { MigrationSet } from "./migration-set.js";
import type { SchemaState } from "./schema-state.js";

/** A migration to check. */
export interface JudgedFile {
  readonly file: string;
  /** The content of the file. */
  readonly text: string;
  readonly migration: Migration;
  readonly set: MigrationSet;
  readonly checking: Checking;
  /** Lockstep cannot parse a part of it. */
  readonly hasUnread: boolean;
}

/** The findings of a file, and the advice on what it adds. */
export interface FileFindings {
  readonly findings: readonly CheckFinding[];
  readonly advice: readonly CheckFinding[];
}

/** Checks a file statement by statement, and updates the schema state to the one after the file. */
export function judgeFile(judged: JudgedFile, context: RuleContext, schemaState: SchemaState): FileFindings {
  const { file, text, migration, set, checking, hasUnread } = judged;
  const { environment } = context;
  // If every statement commits, no lock outlives its statement.
  const keptAt = context.judging.capabilities.hasTransactionalDdl ? lockFollower(context) : () => [];
  const make = findingMaker(judged);
  // `rewrite` takes the last migration, if its text contains every statement as it runs.
  const canRewrite =
    checking.makesPlans &&
    file === set.files.at(-1) &&
    !hasUnread &&
    migration.statements.every(({ sql }) => text.includes(sql));
  const rewritten = new Set(
    canRewrite ? findHazards(migration.operations, context).map(({ operation }) => operation) : [],
  );
  const fixable = { text, migration, set, checking, transactions: environment.transactions };
  const findings: CheckFinding[] = [];
  const done: Operation[] = [];
  for (const written of migration.operations) {
    const operation = schemaState.asRun(written);
    if (operation === undefined) continue;
    done.push(operation);
    const verdict = context.judging.verdictOf(operation, context);
    for (const [rule, part] of byRule(operation, verdict, context, schemaState)) {
      const way = saferWay(rule, operation, part, fixable, schemaState);
      findings.push(make(rule, operation, { verdict: part, ...way, isRewritten: rewritten.has(operation) }));
    }
    const locks = keptAt(operation, verdict);
    if (locks.length > 0) {
      const about = { kind: "keeps-locks", locks } as const;
      findings.push(make(keptLock, operation, { about, safer: keptLock.safer(), isRewritten: false }));
    }
    schemaState.apply([operation]);
  }
  const system = context.judging.capabilities.hasTransactionalDdl ? "postgresql" : "mysql";
  const advice = adviceOn(done, schemaState, system, set.adviceWords).map(({ id, regret, instead, operation }) =>
    make({ id, severity: "advice" }, operation, {
      about: { kind: "advice", regret },
      safer: { words: instead },
      isRewritten: false,
    }),
  );
  return { findings, advice };
}

function findingMaker({ file, text, migration }: JudgedFile) {
  const lines = text.split("\n");
  const seen = new Map<string, number>();
  return (
    { id, severity }: { readonly id: string; readonly severity: Told },
    operation: Operation,
    said: Pick<CheckFinding, "verdict" | "about" | "safer" | "fix" | "isRewritten">,
  ): CheckFinding => {
    const { sql, line, statement } = operation;
    const key = nameKey({ name: id }, sql);
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const statementLine = migration.statements[statement]?.line ?? line;
    const place = { file, ...rangeOf(operation, lines), statementLine };
    return { rule: id, severity, ...place, sql, ...said, fingerprint: fingerprint(id, sql, nth) };
  };
}

/** Splits a verdict by the rules that claim its concerns; omits rules with only expected concerns. */
function byRule(
  operation: Operation,
  verdict: Verdict,
  { environment, isSmall }: RuleContext,
  schemaState: SchemaState,
): [ReportedRule, Verdict][] {
  const concerns = verdict.concerns.filter((concern) => {
    if (isKnownServer(concern, environment)) return false;
    // Few rows are read in an instant.
    if (concern.kind === "scans" && isSmall(concern.table)) return false;
    // Unknown whether the server is too old.
    const isOfVersion = concern.kind === "needs-server" && concern.since !== undefined;
    if (isOfVersion && environment.server === undefined) return false;
    return concern.kind !== "searches-default-partition" || !schemaState.hasNoDefaultPartition(concern.table);
  });
  return [...claimed(operation, concerns)]
    .filter(([, own]) => own.some((concern) => !isExpected(concern)))
    .map(([rule, own]) => [rule, { ...verdict, concerns: own }]);
}

/** The location of a statement or clause in its file. */
function rangeOf({ line, sql }: Operation, lines: readonly string[]) {
  const own = sql.split("\n");
  const [first = ""] = own;
  const content = lines[line - 1] ?? "";
  const at = content.indexOf(first.trim().slice(0, 40));
  const column = (at === -1 ? Math.max(0, content.search(/\S/)) : at) + 1;
  const last = own.at(-1) ?? "";
  const endColumn = own.length === 1 ? column + first.length : last.length + 1;
  return { line, column, endLine: line + own.length - 1, endColumn };
}
