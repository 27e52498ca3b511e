/**
 * A statement word by word, as servers count it: names in double quotes, keywords in upper case, `?` for every value. Two texts that
 * differ in comments, layout, values or the length of a list are the same statement.
 */
export type Words = readonly string[];

/** A name as a word. */
export const nameWord = (name: string) => `"${name}"`;

/** Takes the length out of lists of values, and the end: `IN (?, ?, ?);` → `IN (?)`. */
export function withoutLengths(words: Words): Words {
  const kept: string[] = [];
  for (const word of words) {
    if (word === ";") continue;
    if (word === "?" && kept.at(-1) === "," && kept.at(-2) === "?") kept.pop();
    else kept.push(word);
  }
  return kept;
}

/** Whether it only reads: no INSERT, UPDATE or DELETE, within WITH neither. */
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
 * @param fold makes names alike that the system takes for one. Default: they are as they stand
 */
export function readsTable(
  words: Words,
  { schema, name }: { readonly schema: string; readonly name: string },
  fold: (name: string) => string = (each) => each,
): boolean {
  const [own, ownSchema] = [fold(nameWord(name)), fold(nameWord(schema))];
  // The server has cut it off, perhaps before FROM: what stands before the dot of a column tells.
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
    // What stands in parentheses is a subquery, or relations where one is due.
    if (word === "(") isFrom &&= isExpected;
  }
  return false;
}

/** Whether rows of the table are inserted or updated. Where they are deleted it is read, too: it stands behind FROM. */
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
 * Marks reads that a session sends as Lockstep's own, so that statistics of the server tell them from equal ones of an application.
 * A name within the statement is what all servers count it by: comments and, on PostgreSQL, aliases make no difference to them. It
 * stands first, because MySQL cuts long texts off. Nothing refers to it, so nothing evaluates it.
 *
 * @example marking("lockstep next")("SELECT 1") // WITH lockstep_own AS (SELECT 1) SELECT 1
 * @param applicationName other sessions stand for an application: their statements stay as they are
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

/** Whether Lockstep itself runs it: it is marked, or names the ledger or something else that Lockstep has made. */
export function isOwn(words: Words): boolean {
  return words.some((word) => /^"(zz_)?lockstep(_|"$)/.test(word));
}

/** As people read it, and not longer than a line. */
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
