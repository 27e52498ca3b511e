/**
 * Control characters, and characters that change the text direction: a comment must end where it appears to, and be what it appears to be.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text that is safe in a one-line `--` comment: a line break in a name would end the comment and start a statement. */
export function printable(text: string): string {
  return text.replace(unprintable, "?");
}
