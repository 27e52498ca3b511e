/**
 * The tokens of a statement, as servers group them: names in double quotes, keywords in upper case, `?` for every value. Two texts that
 * differ in comments, layout, values or the length of a list are the same statement.
 */
export type Words = readonly string[];

/** A name as a token. */
export const nameWord = (name: string) => `"${name}"`;

/** Removes the length of value lists, and the final semicolon: `IN (?, ?, ?);` → `IN (?)`. */
export function withoutLengths(words: Words): Words {
  const kept: string[] = [];
  for (const word of words) {
    if (word === ";") continue;
    if (word === "?" && kept.at(-1) === "," && kept.at(-2) === "?") kept.pop();
    else kept.push(word);
  }
  return kept;
}

/** Whether it only reads: no INSERT, UPDATE or DELETE, not even within WITH. */
export function isRead(words: Words): boolean {
  const first = words.find((word) => word !== "(");
  if (first !== "SELECT" && first !== "WITH") return false;
  return !words.some((word, at) => isWriting.has(word) && (words[at - 1] === "(" || words[at - 1] === ")"));
}

const isWriting = new Set(["INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE"]);
const endsFrom = new Set([
  "SELECT",
  "WHERE",
  "GROUP",
  "HAVING",
  "ORDER",
  "LIMIT",
  "WINDOW",
  "UNION",
  "EXCEPT",
  "INTERSECT",
]);

/**
 * Whether it reads from the table: as a relation of FROM or JOIN, not as part of another name, as a column or an alias.
 *
 * @param fold maps names to one form if the system considers them equal. Default: unchanged
 */
export function readsTable(
  words: Words,
  { schema, name }: { readonly schema: string; readonly name: string },
  fold: (name: string) => string = (each) => each,
): boolean {
  const [own, ownSchema] = [fold(nameWord(name)), fold(nameWord(schema))];
  // The server has truncated it, perhaps before FROM: then the qualifiers of columns decide.
  const isCut = words.slice(-3).join("") === "...";
  const outer: boolean[] = [];
  let isFrom = false;
  let isExpected = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (isCut && fold(word) === own && words[at + 1] === ".") return true;
    if (word === "(") outer.push(isFrom);
    else if (word === ")") [isFrom, isExpected] = [outer.pop() ?? false, false];
    else if (word === "FROM") isFrom = isExpected = words[at - 1] !== "DISTINCT";
    else if (word === "JOIN" || word === "STRAIGHT_JOIN") isExpected = true;
    else if (word === ",") isExpected = isFrom;
    else if (endsFrom.has(word)) isFrom = isExpected = false;
    else if (word !== "ONLY" && word !== "LATERAL") {
      if (isExpected && word.startsWith('"')) {
        const isQualified = words[at + 1] === ".";
        const last = isQualified ? (words[at + 2] ?? "") : word;
        if (fold(last) === own && (!isQualified || fold(word) === ownSchema)) return true;
      }
      isExpected = false;
    }
    // Parentheses contain a subquery, or relations if one is expected here.
    if (word === "(") isFrom &&= isExpected;
  }
  return false;
}

/** Whether it inserts or updates rows of the table. A DELETE counts as a read, because the table follows FROM. */
export function changesTable(
  words: Words,
  { schema, name }: { readonly schema: string; readonly name: string },
  fold: (name: string) => string = (each) => each,
): boolean {
  const [own, ownSchema] = [fold(nameWord(name)), fold(nameWord(schema))];
  return words.some((word, at) => {
    if (word !== "INTO" && word !== "UPDATE") return false;
    const start = words[at + 1] === "ONLY" ? at + 2 : at + 1;
    const isQualified = words[start + 1] === ".";
    const last = words[isQualified ? start + 2 : start] ?? "";
    return fold(last) === own && (!isQualified || fold(words[start] ?? "") === ownSchema);
  });
}

const ownName = "lockstep_own";

/**
 * Marks the reads of a Lockstep session, so that the server's statistics separate them from equal ones of an application. All servers group
 * statements by the names in them: comments and, on PostgreSQL, aliases do not count. The mark comes first, because MySQL truncates long
 * texts. Nothing refers to it, so the server does not evaluate it.
 *
 * @example marking("lockstep next")("SELECT 1") // WITH lockstep_own AS (SELECT 1) SELECT 1
 * @param applicationName sessions with other names represent an application: their statements stay unchanged
 */
export function marking(applicationName: string): (sql: string) => string {
  if (!/^lockstep( |$)/.test(applicationName)) return (sql) => sql;
  return (sql) => {
    const [start, recursive] = /^\s*(?:SELECT\b|WITH\b(\s+RECURSIVE\b)?)/i.exec(sql) ?? [];
    if (start === undefined) return sql;
    const mark = `WITH${recursive ?? ""} ${ownName} AS (SELECT 1)`;
    return /SELECT$/i.test(start) ? `${mark} ${sql}` : `${mark},${sql.slice(start.length)}`;
  };
}

/** Whether Lockstep itself runs it: it is marked, or names the ledger or another object of Lockstep. */
export function isOwn(words: Words): boolean {
  return words.some((word) => /^"(zz_)?lockstep(_|"$)/.test(word));
}

/** As text for people, not longer than one line. */
export function statementText(words: Words, most = 100): string {
  const text = words
    .map((word) => (/^"[a-z_][a-z0-9_]*"$/.test(word) ? word.slice(1, -1) : word))
    .join(" ")
    .replace(/ ?([.,)]) ?/g, (_, sign: string) => (sign === "." ? "." : `${sign} `))
    .replace(/\( /g, "(")
    .replace(/ {2,}/g, " ")
    .replace(/ (?=[,)])/g, "")
    .trim();
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
