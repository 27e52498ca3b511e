import type { Severity } from "../config/check-severities.js";
import { LockstepError } from "../errors.js";
import {
  type Concern,
  type Environment,
  type Migration,
  nameKey,
  type Operation,
  operationsIn,
  operationsOfKind,
  type TableName,
  type Verdict,
} from "../model/index.js";
import { findHazards } from "../rules/judge.js";
import type { Parser } from "../sql/postgres/parser.js";
import { readMigration } from "../sql/postgres/read-migration.js";
import { readMigrationLeniently } from "../sql/postgres/read-migration-leniently.js";
import { isExpected, isKnownServer } from "../verdicts/quiet.js";
import { verdictOf } from "../verdicts/verdict-of.js";
import { Catalogue } from "./catalogue.js";
import type { CheckRule, Safer } from "./check-rule.js";
import { type CheckFinding, type Fix, fingerprint } from "./finding.js";
import { keptLocks } from "./kept-locks.js";
import type { MigrationSet, UnreadCode } from "./migration-set.js";
import { checkRules } from "./rules/index.js";
import keptLock from "./rules/kept-lock.js";
import unreadCode from "./rules/unread-code.js";
import { withoutPublic } from "./without-public.js";

/** What is checked, and what is known of where it runs. */
export interface CheckRequest {
  readonly set: MigrationSet;
  /** Which of its files are checked; the others tell what was there before. */
  readonly isChecked: (file: string) => boolean;
  /** Those that are checked are deployed together: nobody uses what another of them makes. */
  readonly isOneDeployment: boolean;
  readonly read: (file: string) => string | undefined;
  /** The DDL of migrations that Lockstep wrote, by their files: they are not judged again. */
  readonly units?: ReadonlyMap<string, readonly string[]>;
  readonly parser: Parser;
  readonly server?: number | undefined;
  readonly severityOf: (rule: string) => Severity | undefined;
}

/** What was found in the migrations of a set, and how much was looked at. */
export interface CheckedSet {
  readonly findings: readonly CheckFinding[];
  /** Migrations that were judged. */
  readonly files: readonly string[];
  readonly statements: number;
}

/**
 * Judges migrations one after the other as their database would see them: each statement against what the earlier ones have made.
 * Reads nothing but their files, and never fails on what stands in them.
 */
export function checkMigrations(request: CheckRequest): CheckedSet {
  const { set, isChecked, read, parser } = request;
  const catalogue = new Catalogue();
  const findings: CheckFinding[] = [];
  const files: string[] = [];
  const newTables: TableName[] = [];
  let statements = 0;
  for (const file of set.files) {
    const text = read(file);
    if (text === undefined) continue;
    const unit = request.units?.get(file);
    if (unit !== undefined) {
      for (const ddl of unit) applyUnit(ddl, file, request, catalogue);
      if (isChecked(file)) files.push(file);
      continue;
    }
    const source = set.read(text, file);
    const migration = withoutPublic(readMigrationLeniently(source.sql, file, parser));
    if (isChecked(file)) {
      const environment: Environment = {
        ...(request.server === undefined ? {} : { server: request.server }),
        ...transactionsOf(source.transactions ?? set.transactions),
        ...(set.isSentWhole === undefined ? {} : { isSentWhole: set.isSentWhole }),
      };
      const hazards = findHazards(migration, { ...catalogue.known(), newTables, environment, isAsWritten: true });
      const place = {
        file,
        text,
        request,
        canFix: canFix(migration, environment, set),
        hasUnread: source.unread.length > 0,
        catalogue,
      };
      findings.push(...findingsIn(migration, hazards, place), ...unreadFindings(source.unread, place));
      files.push(file);
      statements += migration.statements.length;
      if (request.isOneDeployment) newTables.push(...tablesMade(migration, hazards));
    } else catalogue.apply(migration.operations);
    for (const each of source.unread) catalogue.forget(each.text);
  }
  return { findings, files, statements };
}

/** What is not SQL, or makes what the catalogue does not have (triggers, assertions), says nothing. */
function applyUnit(ddl: string, file: string, { parser }: CheckRequest, catalogue: Catalogue): void {
  try {
    catalogue.apply(readMigration(ddl, file, parser).operations.filter(({ kind }) => kind !== "unknown"));
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
  }
}

function tablesMade({ operations }: Migration, { context }: Hazards): TableName[] {
  return operationsOfKind(operations, "createTable").flatMap(({ table }) =>
    context.createdInThisChange(table) ? [table] : [],
  );
}

function transactionsOf(transactions: Environment["transactions"]): Pick<Environment, "transactions"> {
  return transactions === undefined ? {} : { transactions };
}

interface Place {
  readonly file: string;
  /** Of the file, as it lies there. */
  readonly text: string;
  readonly request: CheckRequest;
  /** Its statements are no transaction, so that one can become several, or run CONCURRENTLY. */
  readonly canFix: boolean;
  /** Part of it is code that nobody can read. */
  readonly hasUnread: boolean;
  /** What was there before the file. */
  readonly catalogue: Catalogue;
}

type Hazards = ReturnType<typeof findHazards>;

/** Judges a file statement by statement, and has the catalogue follow: it stands behind the file in the end. */
function findingsIn(migration: Migration, { findings, context }: Hazards, place: Place): CheckFinding[] {
  const { catalogue } = place;
  const rewritten = new Set(findings.map(({ operation }) => operation));
  const judged: (readonly [Operation, Verdict])[] = [];
  const parts = new Map<Operation, Map<CheckRule, Verdict>>();
  for (const operation of migration.operations) {
    // What finds its work done does none.
    if (catalogue.isIdle(operation)) continue;
    const verdict = verdictOf(operation, context);
    judged.push([operation, verdict]);
    parts.set(operation, byRule(operation, verdict, context.environment, catalogue));
    catalogue.apply([operation]);
  }
  const kept = keptLocks(judged, context);
  // `rewrite` takes the last migration, and what stands in it as it runs.
  const isLast = place.file === place.request.set.files.at(-1);
  const canRewrite = isLast && !place.hasUnread && migration.statements.every(({ sql }) => place.text.includes(sql));
  const make = findingMaker(migration, place);
  const saferWay = (rule: CheckRule, operation: Operation): Pick<CheckFinding, "safer" | "fix"> => {
    const safer = saferOn(rule, operation, place);
    const fix = rule.isMechanical && place.canFix ? fixOf(operation, safer, migration, place) : undefined;
    return fix === undefined ? { safer } : { safer, fix };
  };
  return judged.flatMap(([operation]) => {
    const own = [...(parts.get(operation) ?? [])].flatMap(([rule, part]) =>
      make(rule, operation, {
        verdict: part,
        ...saferWay(rule, operation),
        isRewritten: canRewrite && rewritten.has(operation),
      }),
    );
    const locks = kept.get(operation);
    if (locks === undefined) return own;
    const about = { kind: "keeps-locks", locks } as const;
    return [...own, ...make(keptLock, operation, { about, safer: keptLock.safer(), isRewritten: false })];
  });
}

/** Of a partitioned table nothing is built CONCURRENTLY, and before PostgreSQL 18 no foreign key is NOT VALID. */
function saferOn(rule: CheckRule, operation: Operation, { request, catalogue }: Place): Safer {
  const safer = rule.safer(operation, { alone: request.set.alone });
  if (!rule.isMechanical || !("table" in operation) || !catalogue.mayBePartitioned(operation.table)) return safer;
  return {
    words:
      operation.kind === "createIndex"
        ? "make it ON ONLY the table, then CONCURRENTLY on each partition, then ATTACH those to it"
        : "do it partition by partition, and on the table at last",
  };
}

function canFix({ operations, statements }: Migration, { transactions }: Environment, set: MigrationSet): boolean {
  if (operations.some(({ kind }) => kind === "transaction")) return false;
  return transactions === "none" || (set.isAloneOutside === true && statements.length === 1);
}

/** The safe statements in the place of an unsafe one, which has to stand in the file as it was read. */
function fixOf(operation: Operation, { sql }: Safer, migration: Migration, place: Place): Fix | undefined {
  const { transactions } = place.request.set;
  const statement = migration.statements[operation.statement];
  if (sql === undefined || statement === undefined || sql.some((each) => each.includes("…"))) return undefined;
  // Several need transactions of their own.
  if (sql.length > 1 && transactions !== "none") return undefined;
  if (operationsIn(migration, operation.statement).length !== 1 || /^DO\b/i.test(statement.sql)) return undefined;
  if ("table" in operation && place.catalogue.mayBePartitioned(operation.table)) return undefined;
  if (!place.text.startsWith(statement.sql, statement.offset)) return undefined;
  // What the safe statements would not say again.
  if (/--|\/\*|^ALTER\s+TABLE\s+(?:IF|ONLY)\b/i.test(statement.sql)) return undefined;
  const lineEnd = place.text.includes("\r\n") ? "\r\n" : "\n";
  const start = statement.offset;
  return {
    start,
    end: start + statement.sql.length,
    text: sql.map((each) => each.replace(/;\s*$/, "")).join(`;${lineEnd}`),
  };
}

/** Makes findings of one file: none of a rule that is off. */
function findingMaker(migration: Migration, { file, text, request }: Place) {
  const lines = text.split("\n");
  const seen = new Map<string, number>();
  return (
    { id, severity: own }: Pick<CheckRule, "id" | "severity">,
    operation: Operation,
    said: Pick<CheckFinding, "verdict" | "about" | "safer" | "fix" | "isRewritten">,
  ): CheckFinding[] => {
    const severity = request.severityOf(id) ?? own;
    if (severity === "off") return [];
    const key = nameKey({ name: id }, operation.sql);
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const { sql, line, statement } = operation;
    return [
      {
        rule: id,
        severity,
        file,
        ...rangeOf(operation, lines),
        statementLine: migration.statements[statement]?.line ?? line,
        sql,
        ...said,
        fingerprint: fingerprint(id, file, sql, nth),
      },
    ];
  };
}

/** Code that does not say what it runs. */
function unreadFindings(
  unread: readonly UnreadCode[],
  { file, text, request }: Pick<Place, "file" | "text" | "request">,
): CheckFinding[] {
  const severity = request.severityOf(unreadCode.id) ?? unreadCode.severity;
  if (severity === "off") return [];
  const lines = text.split("\n");
  return unread.map(({ line, what, text: code }, nth) => {
    const content = (lines[line - 1] ?? "").trimEnd();
    const column = Math.max(0, content.search(/\S/)) + 1;
    return {
      rule: unreadCode.id,
      severity,
      file,
      line,
      column,
      endLine: line,
      endColumn: content.length + 1,
      statementLine: line,
      sql: "",
      about: { kind: "unread", what },
      safer: unreadCode.safer(),
      isRewritten: false,
      fingerprint: fingerprint(unreadCode.id, file, code, nth),
    };
  });
}

/** The concerns of a statement, shared out among the rules that speak of them; those that people expect go along. */
function byRule(
  operation: Operation,
  verdict: Verdict,
  environment: Environment,
  catalogue: Catalogue,
): Map<CheckRule, Verdict> {
  const parts = new Map<CheckRule, Concern[]>();
  const rules = rulesOf(operation);
  for (const concern of verdict.concerns) {
    if (isKnownServer(concern, environment)) continue;
    if (concern.kind === "searches-default-partition" && catalogue.hasNoDefaultPartition(concern.table)) continue;
    // Nobody knows whether it is too old.
    if (concern.kind === "needs-server" && environment.server === undefined) continue;
    const rule = rules.find((each) => each.claims?.(concern, operation)) ?? rules.find(({ claims }) => !claims);
    if (rule !== undefined) parts.set(rule, [...(parts.get(rule) ?? []), concern]);
  }
  const found = new Map<CheckRule, Verdict>();
  for (const [rule, concerns] of parts)
    if (concerns.some((concern) => !isExpected(concern))) found.set(rule, { ...verdict, concerns });
  return found;
}

const byKind = new Map<Operation["kind"], readonly CheckRule[]>();

/** Those that speak of one concern alone come first. */
function rulesOf({ kind }: Operation): readonly CheckRule[] {
  const known = byKind.get(kind);
  if (known !== undefined) return known;
  const every = checkRules.filter(({ on }) => on === "every");
  const own = checkRules.filter(({ on }) => on !== "every" && on.includes(kind));
  const rules = [...every, ...own];
  byKind.set(kind, rules);
  return rules;
}

/** Where a statement or clause stands in its file. */
function rangeOf({ line, sql }: Operation, lines: readonly string[]) {
  const own = sql.split("\n");
  const [first = ""] = own;
  const at = (lines[line - 1] ?? "").indexOf(first.trim().slice(0, 40));
  const column = (at === -1 ? Math.max(0, (lines[line - 1] ?? "").search(/\S/)) : at) + 1;
  const last = own.at(-1) ?? "";
  const endColumn = own.length === 1 ? column + first.length : last.length + 1;
  return { line, column, endLine: line + own.length - 1, endColumn };
}
