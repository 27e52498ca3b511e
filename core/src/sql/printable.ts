/**
 * Control characters, and the ones that turn the direction of text: a comment must end, and look, where it seems to.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text that is safe in a `--` comment, in one line: a line break in a name would end the comment and begin a
 * statement.
 */
export function printable(text: string): string {
  return text.replace(unprintable, "?");
}
