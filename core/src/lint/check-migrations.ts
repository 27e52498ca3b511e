import { doing } from "../base/at-work.js";
import type { Checking } from "../dialect/checking.js";
import { type Environment, type Migration, operationsOfKind, type TableName } from "../model/index.js";
import { contextOf } from "../rules/judge.js";
import unreadCode from "../rules/unread-code.js";
import { aboutFile, type CheckFinding } from "./finding.js";
import { judgeFile } from "./judge-file.js";
import type { MigrationSet, MigrationSource } from "./migration-set.js";
import { SchemaState } from "./schema-state.js";

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
  readonly checking: Checking;
  readonly server?: number | undefined;
}

/** What was found in the migrations of a set, and how much was looked at. */
export interface CheckedSet {
  readonly findings: readonly CheckFinding[];
  /** On what those of them add. */
  readonly advice: readonly CheckFinding[];
  /** Migrations that were judged. */
  readonly files: readonly string[];
  readonly statements: number;
  /** What those of them do that no plan wrote. */
  readonly read: readonly { readonly file: string; readonly migration: Migration }[];
}

/**
 * Judges migrations one after the other as their database would see them: each statement against what the earlier ones have made.
 * Reads nothing but their files, and never fails on what stands in them.
 */
export function checkMigrations(request: CheckRequest): CheckedSet {
  const { set, isChecked, read, checking } = request;
  const { judging } = checking;
  doing(`checking the migrations in ${set.folder}`);
  const schemaState = new SchemaState(judging);
  const findings: CheckFinding[] = [];
  const advice: CheckFinding[] = [];
  const files: string[] = [];
  const newTables: TableName[] = [];
  const own: { file: string; migration: Migration }[] = [];
  let statements = 0;
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
      const known = { judging, ...schemaState.known(), newTables, environment, isAsWritten: true };
      const context = contextOf(migration.operations, known);
      const hasUnread = source.unread.length > 0;
      const found = judgeFile({ file, text: text ?? "", migration, set, checking, hasUnread }, context, schemaState);
      findings.push(...found.findings);
      advice.push(...found.advice);
      findings.push(...unreadFindings(source, file, text));
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

/** A file that git names and nobody can open, or that is too large for the parser. */
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

/** What is no SQL, or makes what the schema state does not have (triggers, assertions), says nothing. */
function applyUnit(ddl: string, file: string, checking: Checking, schemaState: SchemaState): void {
  const { operations } = checking.read(ddl, file);
  schemaState.apply(operations.filter(({ kind }) => kind !== "unknown"));
}

function tablesIn({ operations }: Migration): TableName[] {
  return operationsOfKind(operations, "createTable").map(({ table }) => table);
}

/** Code that does not say what it runs. */
function unreadFindings({ unread }: MigrationSource, file: string, text = ""): CheckFinding[] {
  const lines = text.split("\n");
  return unread.map(({ line, what, text: code, isWholeFile }, nth) => {
    const content = (lines[line - 1] ?? "").trimEnd();
    const column = Math.max(0, content.search(/\S/)) + 1;
    const place = { line, endLine: line, statementLine: line, column, endColumn: content.length + 1 };
    return {
      ...aboutFile(unreadCode, file, { kind: "unread", what, ...(isWholeFile && { isWholeFile }) }, [code, nth]),
      ...place,
      ...(isWholeFile && {
        safer: { words: "load data outside migrations, or review the file and waive this with a reason" },
      }),
    };
  });
}
