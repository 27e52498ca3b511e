import { createReadStream } from "node:fs";
import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import { errorCode, isDatabaseError } from "../../dialect/db/retry.js";
import type { DumpStatement } from "../../dialect/rehearsing.js";
import { splitStatements } from "../read/split-statements.js";
import { isNeedless } from "../stage.js";

/** The piece length in characters for sending COPY rows to the server. */
const pieceLength = 64 * 1024;

/** psql commands that run a program, or access a file. */
const reaching =
  /^\\(?:!|copy|i|ir|include|include_relative|o|out|w|write|g|gx|s|lo_import|lo_export|e|edit|ef|ev)(?![a-z_])/;

/** Statements about owners or databases: this database has its own owner, and a dump must not touch other databases. */
const alwaysLeftOut = /^(?:ALTER\s[^;]*\sOWNER\s+TO\s|(?:CREATE|ALTER|DROP)\s+DATABASE\s)/i;

/**
 * Runs a plain-text dump of pg_dump: statements, COPY rows and psql commands, which it skips. Streams the rows. See `Rehearsing.restore`.
 */
export async function restore(
  connection: Connection,
  file: string,
  before: (text: string) => Promise<void> = async () => undefined,
): Promise<readonly DumpStatement[]> {
  const leftOut: DumpStatement[] = [];
  let line = 0;
  let isBegun = false;
  const lines = countedLines(file, (number) => {
    line = number;
  });
  let statements: string[] = [];
  const flush = async (lastLine: number) => {
    const sql = statements.join("\n");
    const from = lastLine - statements.length + 1;
    statements = [];
    if (!isBegun) await before(sql);
    isBegun = true;
    leftOut.push(...(await runText(connection, sql, from)));
  };
  // A scratch database needs no durability.
  await connection.query("SET synchronous_commit = off");
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    const text = next.value;
    const isCopy = /^COPY .* FROM stdin;$/i.test(text);
    // psql commands: `\restrict`, `\connect`. Inside a statement, the line belongs to the statement.
    const isCommand = text.startsWith("\\") && isBetween(statements);
    if (isCommand && reaching.test(text))
      throw new LockstepError("LS8020", `line ${line} has a psql command that runs a program or accesses a file.`);
    if (!isCopy) {
      statements.push(isCommand ? "" : text);
      continue;
    }
    const at = line;
    await flush(at - 1);
    await connection.copyIn!(text, rowsOf(lines)).catch((error: unknown) => {
      throw errorCode(error) === "42501" ? refusal(at, error as Error) : error;
    });
  }
  await flush(line);
  await connection.query("RESET ALL");
  return leftOut.toSorted((one, other) => one.line - other.line);
}

/**
 * Runs statements one by one if one was rejected or some start or end transactions; otherwise together, which is faster. @param from the
 * line where the text starts
 */
async function runText(connection: Connection, sql: string, from: number): Promise<readonly DumpStatement[]> {
  const leftOut: DumpStatement[] = [];
  const pieces: DumpStatement[] = [];
  let [line, counted] = [from, 0];
  for (const { lead, end } of splitStatements(sql)) {
    line += sql.slice(counted, lead).split("\n").length - 1;
    counted = lead;
    const piece = { line, text: sql.slice(lead, end) };
    if (piece.text.trim() !== "") (alwaysLeftOut.test(piece.text) ? leftOut : pieces).push(piece);
  }
  if (pieces.length === 0) return leftOut;
  if (!pieces.some(({ text }) => /^(?:BEGIN|START|COMMIT|END)\b/i.test(text)))
    try {
      await connection.query(pieces.map(({ text }) => text).join("\n"));
      return leftOut;
    } catch (error) {
      if (!isDatabaseError(error) || connection.isLost) throw error;
      await connection.query("ROLLBACK");
    }
  for (const piece of pieces)
    try {
      await connection.query(piece.text);
    } catch (error) {
      if (!isDatabaseError(error) || connection.isLost) throw error;
      if (isThere(piece.text, error.code)) continue;
      if (isLeftOut(piece.text, error)) leftOut.push(piece);
      else if (error.code === "42501") throw refusal(piece.line, error);
      else throw Object.assign(error, { message: `line ${piece.line}: ${error.message}` });
      const [, how] = /\b(DISABLE|ENABLE)\s+TRIGGER\s+ALL\b/i.exec(piece.text) ?? [];
      // Its superuser would have disabled triggers on one table: rows come in any order.
      if (how !== undefined) await setReplaying(connection, how.toUpperCase() === "DISABLE");
    }
  return leftOut;
}

const ofLeftOut =
  /^(?:GRANT|REVOKE|COMMENT|ALTER\s+(?:DEFAULT\s+PRIVILEGES|EXTENSION|PUBLICATION|SUBSCRIPTION|EVENT\s+TRIGGER))\s/i;

/** A missing role, or an object that was left out, only affects privileges and comments. */
function isLeftOut(statement: string, error: Error & { readonly code: string }): boolean {
  if (error.code === "42704") return ofLeftOut.test(statement);
  if (error.code === "22023") return /^SET\s+(?:ROLE|SESSION\s+AUTHORIZATION)\s/i.test(statement);
  return isNeedless(statement, error);
}

/** `before` has created it, and every database has `public`. */
const isThere = (statement: string, code: string) =>
  (code === "42P06" && /^CREATE\s+SCHEMA\s/i.test(statement)) ||
  (code === "42710" && /^CREATE\s+EXTENSION\s/i.test(statement));

async function setReplaying(connection: Connection, isOn: boolean): Promise<void> {
  try {
    await connection.query(`SET session_replication_role = ${isOn ? "replica" : "origin"}`);
  } catch (error) {
    if (errorCode(error) !== "42501") throw error;
  }
}

const refusal = (line: number, cause: Error) =>
  new LockstepError("LS8020", `line ${line} needs more privileges than a dump gets: ${cause.message}`, { cause });

/** Whether the lines so far are complete statements. */
function isBetween(statements: readonly string[]): boolean {
  const last = statements.findLast((text) => text.trim() !== "" && !text.startsWith("--"));
  return last === undefined || last.trimEnd().endsWith(";");
}

/** The rows up to the end of a COPY, which is consumed too. */
async function* rowsOf(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  let piece = "";
  for (let line = await lines.next(); !line.done && line.value !== "\\."; line = await lines.next()) {
    piece += `${line.value}\n`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

async function* countedLines(file: string, count: (line: number) => void): AsyncGenerator<string> {
  let line = 0;
  for await (const text of linesOf(file)) {
    count(++line);
    yield text;
  }
}

/** Lines only end at a line feed. readline accepts other line ends, which occur in values. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(file, { encoding: "utf8" }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
