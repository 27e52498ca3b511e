import type { Node, ParseResult, ScanToken } from "libpg-query";
import { attempt, type Expected } from "../../base/expected-errors.js";
import { assertInstalled } from "../../base/files/installed.js";
import { SyntaxErrorAt } from "../../sql/not-sql.js";
import { codePointToUtf16 } from "./offsets.js";

export type { Node, ParseResult, ScanToken };

/** PostgreSQL's own parser (libpg_query), loaded. Positions in its answers are UTF-8 bytes: see `utf8ToUtf16`. */
export interface Parser {
  /** The raw parse tree. Throws `SyntaxErrorAt`. */
  parse(sql: string): ParseResult;
  /** The body of a DO statement in PL/pgSQL, as its compiler sees it; undefined where that refuses it. */
  parseBlock(sql: string): unknown;
  /** The tokens of PostgreSQL's lexer, comments included. Throws `SyntaxErrorAt`. */
  scan(sql: string): readonly ScanToken[];
}

/** The binding throws a plain Error for a refusal, or a SyntaxError: it reads the lexer's message as JSON. A crash is of another class. */
const isRefusal: Expected = (error) =>
  error instanceof SyntaxError || (error instanceof Error && error.constructor === Error);

let parser: Promise<Parser> | undefined;

/**
 * Loads libpg-query on first use (about 60 ms); later calls share it.
 *
 * @throws LS8011 where another version was put in its place
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
      // The parser reads a C string: it would stop at a NUL and take the rest for never written.
      const nul = sql.indexOf("\0");
      if (nul !== -1) throw new SyntaxErrorAt("invalid byte sequence: 0x00", nul);
      // The binding refuses the empty text; to PostgreSQL it is a file without statements.
      if (sql === "") return { version: 0, stmts: [] };
      try {
        return parseSync(sql);
      } catch (error) {
        if (!hasSqlDetails(error) || error.sqlDetails === undefined) throw error;
        // Unlike node locations, error positions are counted in characters.
        throw new SyntaxErrorAt(error.message, codePointToUtf16(sql, error.sqlDetails.cursorPosition));
      }
    },
    parseBlock(sql) {
      return attempt(() => parsePlPgSQLSync(sql), isRefusal);
    },
    // The empty text again. The binding does not escape control characters, which literals may hold, in what it answers.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
    scan: (sql) => (sql === "" ? [] : tokensOf(sql.replace(/[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/g, " "))),
  };
}
