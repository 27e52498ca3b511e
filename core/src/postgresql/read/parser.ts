import type { Node, ParseResult, ScanToken } from "libpg-query";
import { attempt, type Expected } from "../../base/expected-errors.js";
import { assertInstalled } from "../../base/files/installed.js";
import { SyntaxErrorAt } from "../../sql/not-sql.js";
import { codePointToUtf16 } from "./offsets.js";

export type { Node, ParseResult, ScanToken };

/** PostgreSQL's own parser (libpg_query), loaded. Its positions are UTF-8 bytes: see `utf8ToUtf16`. */
export interface Parser {
  /** The raw parse tree. Throws `SyntaxErrorAt`. */
  parse(sql: string): ParseResult;
  /** The body of a PL/pgSQL DO statement as its compiler parses it; undefined if it is rejected. */
  parseBlock(sql: string): unknown;
  /** The tokens of PostgreSQL's lexer, comments included. Throws `SyntaxErrorAt`. */
  scan(sql: string): readonly ScanToken[];
}

/**
 * For rejected SQL, the binding throws a plain Error, or a SyntaxError because it parses the lexer's message as JSON. A crash has another
 * class.
 */
const isRefusal: Expected = (error) =>
  error instanceof SyntaxError || (error instanceof Error && error.constructor === Error);

let parser: Promise<Parser> | undefined;

/**
 * Loads libpg-query on first use (about 60 ms); later calls share it.
 *
 * @throws LS8011 if another version is installed
 * @example const { stmts } = (await loadParser()).parse("SELECT 1");
 */
export function loadParser(): Promise<Parser> {
  parser ??= load();
  return parser;
}

async function load(): Promise<Parser> {
  assertInstalled("libpg-query", import.meta.url);
  const { hasSqlDetails, loadModule, parsePlPgSQLSync, parseSync, scanSync } = await import("libpg-query");
  await loadModule();
  const tokensOf = (sql: string) => {
    const scanned = attempt(() => scanSync(sql), isRefusal);
    if (scanned === undefined) throw new SyntaxErrorAt("PostgreSQL's lexer rejects the text", 0);
    return scanned.tokens;
  };
  return {
    parse(sql) {
      // The parser reads a C string, so it would stop at a NUL and ignore the rest.
      const nul = sql.indexOf("\0");
      if (nul !== -1) throw new SyntaxErrorAt("invalid byte sequence: 0x00", nul);
      // The binding rejects empty text. For PostgreSQL it is a file without statements.
      if (sql === "") return { version: 0, stmts: [] };
      try {
        return parseSync(sql);
      } catch (error) {
        if (!hasSqlDetails(error) || error.sqlDetails === undefined) throw error;
        // Unlike node locations, error positions count characters.
        throw new SyntaxErrorAt(error.message, codePointToUtf16(sql, error.sqlDetails.cursorPosition));
      }
    },
    parseBlock(sql) {
      return attempt(() => parsePlPgSQLSync(sql), isRefusal);
    },
    // Empty text again. The binding does not escape control characters from literals in its output.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
    scan: (sql) => (sql === "" ? [] : tokensOf(sql.replace(/[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/g, " "))),
  };
}
