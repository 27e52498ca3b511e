const body = String.raw`\{(?:"(?:\\.|[^"\\\r\n])*"|//[^\r\n]*|/\*[\s\S]*?\*/|[^}"/]|/(?![/*]))*\}`;
const blockOf = (keyword: string) => new RegExp(String.raw`^[^\S\r\n]*${keyword}\s+[\w-]+\s*${body}`, "gm");

/** Blocks of a schema other than models. */
export const block = { datasource: blockOf("datasource"), generator: blockOf("generator") };

/** A line of a datasource block; text after the value stays. */
export const urlLine =
  /^([^\S\r\n]*)((url|directUrl|shadowDatabaseUrl)\s*=\s*(env\(\s*"[^"]*"\s*\)|"(?:\\.|[^"\\])*"))/gm;

/** Replaces a text with spaces and keeps its line breaks. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]/g, " ");
}
