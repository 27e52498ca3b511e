import { createReadStream } from "node:fs";
import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import type { DumpStatement } from "../../dialect/rehearsing.js";
import { withoutDefiners } from "../stage.js";

/**
 * mysqldump adds these on a server with GTIDs. They change the server and not the database, and MySQL rejects them if it has read the same
 * dump before.
 */
const aboutReplication = /^SET @@(?:GLOBAL\.GTID_PURGED|SESSION\.SQL_LOG_BIN)\b/i;

/** The database exists already, and a dump must not touch other databases. */
const aboutDatabases = /^(?:\/\*!\d+\s*)?(?:CREATE|DROP|ALTER)\s+(?:DATABASE|SCHEMA)\b/i;

/** Accounts and privileges, server caches, and session settings that require an administrator. */
const needless =
  /^(?:\/\*!\d+\s*)?(?:(?:GRANT|REVOKE|FLUSH)\s|(?:CREATE|ALTER|DROP)\s+(?:USER|ROLE)\s|SET\s+(?!@@GLOBAL|@@PERSIST|GLOBAL|PERSIST))/i;

/** The server's errors for missing privileges; 28P01 if FILE is missing. */
const refusals = ["42501", "28P01"];

/**
 * Runs a dump in mysqldump's format: each statement ends at a line end, and bodies use another delimiter. Reads it as a stream, statement
 * by statement. See `Rehearsing.restore`.
 */
export async function restore(connection: Connection, file: string): Promise<readonly DumpStatement[]> {
  const leftOut: DumpStatement[] = [];
  let delimiter = ";";
  let statement = "";
  let database: string | undefined;
  let [number, begun] = [0, 0];
  const run = async (text: string) => {
    const piece = { line: begun, text };
    const [, used] = /^USE\s+(\S+)$/i.exec(text) ?? [];
    database ??= used;
    if (used !== undefined && used !== database)
      throw new Error(`line ${begun}: it has several databases, ${database} and ${used}`);
    if (used !== undefined || aboutDatabases.test(text)) leftOut.push(piece);
    else
      try {
        await connection.query(withoutDefiners(text));
      } catch (error) {
        const isOfFile = /^LOAD\s+DATA\s/i.test(text);
        if (!isOfFile && (!isDatabaseError(error) || connection.isLost)) throw error;
        const isRefused = isOfFile || refusals.includes((error as { readonly code?: string }).code ?? "");
        const { message } = error as Error;
        if (!isRefused) throw Object.assign(error as Error, { message: `line ${begun}: ${message}` });
        if (!needless.test(text))
          throw new LockstepError("LS8020", `line ${begun} needs more privileges than a dump gets: ${message}`, {
            cause: error,
          });
        leftOut.push(piece);
      }
  };
  for await (const line of linesOf(file)) {
    number++;
    const [, other] = /^DELIMITER (\S+)\s*$/i.exec(line) ?? [];
    if (other !== undefined) {
      delimiter = other;
      continue;
    }
    if (statement === "" && (line.trim() === "" || /^(?:--|\/\*M?!999999)/.test(line))) continue;
    if (statement === "") begun = number;
    statement += `${line}\n`;
    const text = statement.trimEnd();
    if (!text.endsWith(delimiter)) continue;
    if (!aboutReplication.test(text)) await run(text.slice(0, -delimiter.length));
    statement = "";
  }
  if (statement.trim() !== "") await run(statement.trim());
  return leftOut;
}

async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(file, { encoding: "utf8" }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
