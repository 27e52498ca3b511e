/** Executes a migration file as the native engine of the project's Prisma version would. */
import { duringCleanUp } from "@lockstep/core/text";
import type { Client } from "pg";
import { isAtLeast } from "./prisma-version.js";
import { mayHoldSeveral, split } from "./split-migration.js";

/** `whole`: one simple query, hence one implicit transaction · `statements`: one simple query each, hence no transaction. */
export type ExecutionMode = "whole" | "statements";

/** PostgreSQL's own error, with its position in the file. */
export class MigrationFailure extends Error {
  readonly sqlState: string | undefined;
  /** PostgreSQL's complete message: severity and message, DETAIL, HINT, CONTEXT, and the lines around the position. */
  readonly text: string;

  constructor(cause: unknown, script: string, statementOffset: number) {
    const failure = readFailure(cause);
    super(failure.message, { cause });
    this.name = "MigrationFailure";
    this.sqlState = failure.code;
    this.text = [
      `${failure.severity}: ${failure.message}`,
      ...details(failure),
      ...place(failure, script, statementOffset),
    ].join("\n");
  }
}

/**
 * The mode of a Prisma version. Statement by statement since 7.4 (prisma-engines #5767), on shadow databases since 7.8
 * (#5799).
 */
export function executionMode(version: string, database: "main" | "shadow"): ExecutionMode {
  return isAtLeast(version, 7, database === "main" ? 4 : 8) ? "statements" : "whole";
}

/**
 * Runs the file on one connection. SET in a file stays in effect for the next file, as in the native engine. Unlike there, a failed
 * transaction is rolled back at once: the native engine writes its bookkeeping into it, and people read "current transaction is aborted"
 * instead of the error (prisma #15295).
 * @throws MigrationFailure
 */
export async function runMigration(client: Client, script: string, mode: ExecutionMode): Promise<void> {
  // libpg-query is loaded only when the mode makes a difference.
  const parts = mode === "whole" || !mayHoldSeveral(script) ? [{ sql: script, offset: 0 }] : await split(script);
  for (const { sql, offset } of parts) {
    try {
      await client.query(sql);
    } catch (error) {
      // Outside a transaction this only causes a hidden warning; on a lost connection it fails, like all that follows.
      await client.query("ROLLBACK").catch(duringCleanUp);
      throw new MigrationFailure(error, script, offset);
    }
  }
}

interface Failure {
  readonly message: string;
  readonly severity: string;
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
  readonly position?: string;
}

function readFailure(cause: unknown): Failure {
  if (!(cause instanceof Error)) return { severity: "ERROR", message: String(cause) };
  return {
    ...(cause as Partial<Failure>),
    severity: (cause as Partial<Failure>).severity ?? "ERROR",
    message: cause.message,
  };
}

function details({ detail, hint, where }: Failure): string[] {
  const lines: string[] = [];
  if (detail) lines.push(`DETAIL: ${detail}`);
  if (hint) lines.push(`HINT: ${hint}`);
  // A RAISE has its own message; its position does not help.
  if (where && !/ at RAISE$/.test(where)) lines.push(`CONTEXT: ${where}`);
  return lines;
}

/** The line that PostgreSQL points at, with the four before it. */
function place({ position }: Failure, script: string, statementOffset: number): string[] {
  if (!position) return [];
  // PostgreSQL counts characters of the statement, from 1; strings here count UTF-16 units of the file.
  const before = [...script.slice(statementOffset)].slice(0, Number(position) - 1).join("");
  const lineIndex = (script.slice(0, statementOffset) + before).split("\n").length - 1;
  const lines = script.split("\n");
  const first = Math.max(0, lineIndex - 4);
  const numbered = lines.slice(first, lineIndex + 1).map((line, index) => {
    const number = first + index;
    return `${number === lineIndex ? ">" : " "}${String(number + 1).padStart(4)} ${line}`.trimEnd();
  });
  return ["", "Position:", ...numbered];
}
