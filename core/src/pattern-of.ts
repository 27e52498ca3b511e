/** A text as a regular expression that matches nothing else: `a.b` → `a\\.b`. Node has RegExp.escape from 24 on. */
export function patternOf(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
