import { posix } from "node:path";
import { doing } from "../base/at-work.js";
import type { Checking } from "../dialect/checking.js";
import { smallTablesIn } from "../dialect/stats/small-tables.js";
import { type Environment, type Migration, operationsOfKind, type TableName } from "../model/index.js";
import { contextOf } from "../rules/judge.js";
import transactionOverride from "../rules/transaction-override.js";
import unreadCode from "../rules/unread-code.js";
import { aboutFile, type CheckFinding } from "./finding.js";
import { judgeFile } from "./judge-file.js";
import type { MigrationSet, MigrationSource } from "./migration-set.js";
import { SchemaState } from "./schema-state.js";

/** The migrations to check, and what is known about the server. */
export interface CheckRequest {
  readonly set: MigrationSet;
  /** Which files to check; the others only define the schema before them. */
  readonly isChecked: (file: string) => boolean;
  /** The checked files are deployed together, so no code uses yet what one of them creates. */
  readonly isOneDeployment: boolean;
  readonly read: (file: string) => string | undefined;
  /** The DDL of Lockstep's own migrations, by file: they are not checked again. */
  readonly units?: ReadonlyMap<string, readonly string[]>;
  readonly checking: Checking;
  readonly server?: number | undefined;
}

/** The findings of a set's migrations, and how much was checked. */
export interface CheckedSet {
  readonly findings: readonly CheckFinding[];
  /** Advice on what these migrations add. */
  readonly advice: readonly CheckFinding[];
  /** Checked migrations. */
  readonly files: readonly string[];
  readonly statements: number;
  /** The operations of the checked migrations that no plan wrote. */
  readonly read: readonly { readonly file: string; readonly migration: Migration }[];
}

/**
 * Checks migrations in order as their database would run them: each statement against the schema of the earlier ones. Reads only their
 * files, and never fails because of their content.
 */
export function checkMigrations(request: CheckRequest): CheckedSet {
  const { set, isChecked, read, checking } = request;
  const { judging } = checking;
  doing(`checking the migrations in ${set.folder}`);
  const schemaState = new SchemaState(judging, checking.bodies);
  const findings: CheckFinding[] = [];
  const advice: CheckFinding[] = [];
  const files: string[] = [];
  const newTables: TableName[] = [];
  const own: { file: string; migration: Migration }[] = [];
  let statements = 0;
  const isSmall = smallTablesIn(() => statsOf(set.folder, read));
  for (const file of set.files) {
    const unit = request.units?.get(file);
    if (unit !== undefined) {
      for (const ddl of unit) applyUnit(ddl, file, checking, schemaState);
      if (isChecked(file)) files.push(file);
      continue;
    }
    const text = read(file);
    const source = text === undefined ? unreadable : set.read(text, file);
    const migration = checking.read(source.sql, file);
    if (isChecked(file)) {
      const environment = environmentOf(request, source);
      const known = { judging, ...schemaState.known(), newTables, environment, isAsWritten: true, isSmall };
      const context = contextOf(migration.operations, known);
      const hasUnread = source.unread.length > 0;
      const found = judgeFile({ file, text: text ?? "", migration, set, checking, hasUnread }, context, schemaState);
      findings.push(...found.findings);
      advice.push(...found.advice);
      findings.push(...unreadFindings(source, file, text), ...overrideFindings(source, set, file, text));
      files.push(file);
      own.push({ file, migration });
      statements += migration.statements.length;
      if (request.isOneDeployment)
        newTables.push(...tablesIn(migration).filter((table) => context.createdInThisChange(table)));
    } else schemaState.apply(migration.operations);
    for (const each of source.unread) schemaState.forget(each.text);
  }
  return { findings, advice, files, statements, read: own };
}

/** The statistics of the project around a folder of migrations. */
function statsOf(folder: string, read: CheckRequest["read"]): string | undefined {
  for (let at = folder; ; at = posix.dirname(at)) {
    const text = read(posix.join(at, "lockstep/stats.json"));
    if (text !== undefined || posix.dirname(at) === at) return text;
  }
}

/** A file that git lists and that cannot be opened, or that is too large for the parser. */
const unreadable: MigrationSource = {
  sql: "",
  unread: [{ line: 1, what: "a file that cannot be opened, or is larger than 8 MB", text: "", isWholeFile: true }],
};

function environmentOf({ server, set }: CheckRequest, source: MigrationSource): Environment {
  const transactions = source.transactions ?? set.transactions;
  return {
    ...(server === undefined ? {} : { server }),
    ...(transactions === undefined ? {} : { transactions }),
    ...(set.sendsDefaults === undefined ? {} : { sendsDefaults: set.sendsDefaults }),
    ...(set.isSentWhole === undefined ? {} : { isSentWhole: set.isSentWhole }),
  };
}

/** Skips text that is not SQL, and statements about objects that the schema state does not track (triggers, assertions). */
function applyUnit(ddl: string, file: string, checking: Checking, schemaState: SchemaState): void {
  const { operations } = checking.read(ddl, file);
  schemaState.apply(operations.filter(({ kind }) => kind !== "unknown"));
}

function tablesIn({ operations }: Migration): TableName[] {
  return operationsOfKind(operations, "createTable").map(({ table }) => table);
}

/** Code whose SQL cannot be determined. */
function unreadFindings({ unread }: MigrationSource, file: string, text = ""): CheckFinding[] {
  const lines = text.split("\n");
  return unread.map(({ line, what, text: code, isWholeFile }, nth) => ({
    ...aboutFile(unreadCode, file, { kind: "unread", what, ...(isWholeFile && { isWholeFile }) }, [code, nth]),
    ...lineOf(lines, line),
    ...(isWholeFile && {
      safer: { words: "load data outside migrations, or review the file and waive this with a reason" },
    }),
  }));
}

/** Transaction settings that the ORM rejects. */
function overrideFindings(
  { overrides = [] }: MigrationSource,
  { rejectsOverrides }: MigrationSet,
  file: string,
  text = "",
): CheckFinding[] {
  if (overrides.length === 0 || rejectsOverrides?.() !== true) return [];
  const lines = text.split("\n");
  return overrides.map(({ line, name, transaction }) => ({
    ...aboutFile(transactionOverride, file, { kind: "override", name, transaction }, [name, 0]),
    ...lineOf(lines, line),
  }));
}

/** The location of a whole line. */
function lineOf(lines: readonly string[], line: number) {
  const content = (lines[line - 1] ?? "").trimEnd();
  const column = Math.max(0, content.search(/\S/)) + 1;
  return { line, endLine: line, statementLine: line, column, endColumn: content.length + 1 };
}
