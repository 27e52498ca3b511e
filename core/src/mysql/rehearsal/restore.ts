import { createReadStream } from "node:fs";
import type { Connection } from "../../dialects/connection.js";

/**
 * What mysqldump adds on a server with GTIDs: it would change the server and not the database, and MySQL refuses it of a dump that was read
 * there before.
 */
const aboutReplication = /^SET @@(?:GLOBAL\.GTID_PURGED|SESSION\.SQL_LOG_BIN)\b/i;

/**
 * Runs a dump as mysqldump writes it: statements that end with their line, another delimiter around bodies. Read as a stream, statement by statement.
 *
 * @throws what reading the file, or the server, says against it
 */
export async function restore(connection: Connection, file: string): Promise<void> {
  let delimiter = ";";
  let statement = "";
  for await (const line of linesOf(file)) {
    const [, other] = /^DELIMITER (\S+)\s*$/i.exec(line) ?? [];
    if (other !== undefined) {
      delimiter = other;
      continue;
    }
    if (statement === "" && (line.trim() === "" || /^(?:--|\/\*M?!999999)/.test(line))) continue;
    statement += `${line}\n`;
    const text = statement.trimEnd();
    if (!text.endsWith(delimiter)) continue;
    if (!aboutReplication.test(text)) await connection.query(text.slice(0, -delimiter.length));
    statement = "";
  }
  if (statement.trim() !== "") await connection.query(statement);
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
