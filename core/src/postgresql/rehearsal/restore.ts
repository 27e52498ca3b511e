import { createReadStream } from "node:fs";
import type { Connection } from "../../dialects/connection.js";

/** Rows of a COPY go to the server in pieces of so many characters. */
const pieceLength = 64 * 1024;

/**
 * Runs a dump as pg_dump writes it in plain text: statements, rows behind COPY, commands of psql, which are left out. Rows are streamed.
 *
 * @throws what reading the file, or the server, says against it
 */
export async function restore(connection: Connection, file: string): Promise<void> {
  const lines = linesOf(file);
  let statements: string[] = [];
  const flush = async () => {
    const sql = statements.join("\n");
    statements = [];
    if (sql.trim() !== "") await connection.query(sql);
  };
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const text = line.value;
    const isCopy = /^COPY .* FROM stdin;$/i.test(text);
    // Commands of psql: `\restrict`, `\connect`.
    if (!isCopy && !text.startsWith("\\")) statements.push(text);
    else await flush();
    if (isCopy) await connection.copyIn!(text, rowsOf(lines));
  }
  await flush();
  await connection.query("RESET ALL");
}

/** What stands until the end of a COPY, which is read, too. */
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

/** Lines end with a line feed and nothing else: readline knows other ends, which stand in values. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(file, { encoding: "utf8" }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
