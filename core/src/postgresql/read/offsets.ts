/**
 * Converts PostgreSQL's node locations (UTF-8 bytes) to string offsets (UTF-16).
 * ASCII text, which is nearly all SQL, costs one test.
 *
 * @example utf8ToUtf16("'é' a")(5) === 4
 */
export function utf8ToUtf16(text: string): (byte: number) => number {
  if (/^[\0-\x7f]*$/.test(text)) return (byte) => byte;
  const units: number[] = [];
  let unit = 0;
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    for (let index = 0; index < bytes; index++) units.push(unit);
    unit += character.length;
  }
  return (byte) => units[byte] ?? text.length;
}

/** The UTF-16 offset of the code point with this number. */
export function codePointToUtf16(text: string, count: number): number {
  let unit = 0;
  let left = count;
  for (const character of text) {
    if (left-- <= 0) break;
    unit += character.length;
  }
  return unit;
}
