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

// FOUND: what is a word of SQL, too, MySQL prints as one.
const ownAliases = new Set([...["key", "k0", "upper", "rows", "filled", "found"].map(nameWord), "FOUND"]);

/** Whether Lockstep itself runs it: it names the ledger, or is written as the statements of a backfill are. */
export function isOwn(words: Words): boolean {
  // What counts rows without a value names what it counts so.
  if (words.includes('"label"') && words.includes('"written"') && words.includes('"sample"')) return true;
  if (fillsEmpty(words)) return true;
  return words.some(
    (word, at) =>
      /^"(zz_)?lockstep(_|"$)/.test(word) || (ownAliases.has(word) && words[at - 1] === "AS" && words.includes('"t"')),
  );
}

/** A batch on MySQL and MariaDB: of the table named `t` it sets a column that it looks for empty. */
function fillsEmpty(words: Words): boolean {
  const set = words.indexOf("SET");
  if (words[0] !== "UPDATE" || words[set - 1] !== '"t"' || words[set + 1] !== '"t"') return false;
  const isEmpty = ['"t"', ".", words[set + 3] ?? "", "IS", "NULL"];
  return words.some((_, at) => isEmpty.every((word, offset) => words[at + offset] === word));
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
