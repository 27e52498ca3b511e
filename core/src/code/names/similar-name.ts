/** Two names without a common word are not similar below this share of common letter pairs. */
const leastAlike = 0.5;

/**
 * The names most similar to a new one: those that share the longest sequence of words at their start or end, otherwise those whose letters
 * are most similar.
 *
 * @returns all that are equally similar; empty if no name is
 * @example mostSimilar("utmCampaign", ["email", "utmSource", "utmTerm"]) // ["utmSource", "utmTerm"]
 */
export function mostSimilar(name: string, others: readonly string[]): readonly string[] {
  const words = wordsOf(name);
  const byWords = strongest(others, (other) => commonWords(words, wordsOf(other)));
  if (byWords.length > 0) return byWords;
  return strongest(others, (other) => {
    const share = alike(name.toLowerCase(), other.toLowerCase());
    return share >= leastAlike ? share : 0;
  });
}

/**
 * The words of a name, in lower case.
 *
 * @example wordsOf("apiKeyHash") // ["api", "key", "hash"]
 */
export function wordsOf(name: string): readonly string[] {
  const words = name.match(/\p{Lu}+s?(?!\p{Ll})|\p{Lu}?\p{Ll}+|\d+/gu) ?? [name];
  return words.map((word) => word.toLowerCase());
}

function strongest(names: readonly string[], strengthOf: (name: string) => number): readonly string[] {
  const strengths = names.map(strengthOf);
  const most = Math.max(0, ...strengths);
  return most === 0 ? [] : names.filter((_, index) => strengths[index] === most);
}

function commonWords(a: readonly string[], b: readonly string[]): number {
  const end = commonStart(a.toReversed(), b.toReversed());
  // Most models have a name, a type or a date, so a common last word like that alone is no similarity.
  return Math.max(commonStart(a, b), end === 1 && generic.has(a.at(-1) ?? "") ? 0 : end);
}

const generic = new Set(
  "id ids name names type types status at date count url key code value data json text by".split(" "),
);

function commonStart(a: readonly string[], b: readonly string[]): number {
  const end = a.findIndex((word, index) => word !== b[index]);
  return end < 0 ? a.length : end;
}

/** Dice's coefficient of the letter pairs: 0 if nothing is common, 1 if they are equal. */
function alike(a: string, b: string): number {
  const pairs = pairsOf(a);
  const rest = pairsOf(b);
  const total = pairs.length + rest.length;
  let common = 0;
  for (const pair of pairs) {
    const at = rest.indexOf(pair);
    if (at < 0) continue;
    rest.splice(at, 1);
    common++;
  }
  return total === 0 ? 0 : (2 * common) / total;
}

function pairsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => text.slice(index, index + 2));
}
