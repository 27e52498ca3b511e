import { attempt } from "../../base/expected-errors.js";
import type { Body } from "../../dialect/body.js";
import { isNotSql } from "../../sql/not-sql.js";
import type { Words } from "../../sql/statement-words.js";
import type { Parser, ScanToken } from "./parser.js";

const writing = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

/** The tokens of a statement; undefined if the lexer rejects it. */
export function wordsOf(sql: string, parser: Pick<Parser, "scan">): Words | undefined {
  return bodyOf(sql, parser)?.words;
}

/** A body in any language whose lexer is close to SQL's: SQL itself and PL/pgSQL. undefined if the lexer rejects it. */
export function bodyOf(text: string, parser: Pick<Parser, "scan">): Body | undefined {
  const tokens = attempt(() => parser.scan(text), isNotSql)?.filter(({ tokenName }) => !tokenName.endsWith("COMMENT"));
  if (tokens === undefined) return undefined;
  const texts = tokens.flatMap((token) =>
    token.tokenName.endsWith("SCONST") ? [token.text.replace(/^(?:U&|[EN])?'|^\$\w*\$|'$|\$\w*\$$/giu, "")] : [],
  );
  return { words: tokens.map(wordOf), texts };
}

function wordOf({ text, tokenName, keywordName }: ScanToken): string {
  if (/^(PARAM|[SIFBX]CONST)$/.test(tokenName) || /^U&'/i.test(text)) return "?";
  if (text.startsWith('"')) return text.replaceAll('""', '"');
  const upper = text.toUpperCase();
  const isName = tokenName === "IDENT" || /^(UNRESERVED|COL_NAME)_KEYWORD$/.test(keywordName);
  return isName && !writing.has(upper) ? `"${text.toLowerCase()}"` : upper;
}
