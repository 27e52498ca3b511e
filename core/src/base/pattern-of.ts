/** A regular expression that matches exactly a text: `a.b` → `a\\.b`. Node has RegExp.escape from 24 on. */
export function patternOf(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Finds a name in SQL, quoted or not, as a whole word. */
export function named(name: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${patternOf(name)}(?![\\p{L}\\p{N}_$])`, "iu");
}
