import { readSchema } from "./read.js";

/**
 * Names of a model's fields in one version of one schema file, including relations, in the order of the text. Empty if the file does not
 * contain the model. Only its own block is read: a history has hundreds of versions of a long schema.
 *
 * @example fieldsIn("model User {\n  id Int @id\n}", "User") // ["id"]
 */
export function fieldsIn(text: string, model: string): readonly string[] {
  for (const head of text.matchAll(/\bmodel\s+([A-Za-z0-9][\w-]*)\s*\{/g)) {
    if (head[1] !== model || isBehindSlashes(text, head.index)) continue;
    // After a possible start of a comment, the whole file has to be read.
    const fields = mayBeInComment(text, head.index) ? read(text, model) : readFirst(text.slice(head.index), model);
    if (fields.length > 0) return fields;
  }
  return [];
}

/** The first block of a text. */
function readFirst(text: string, model: string): readonly string[] {
  for (const end of text.matchAll(/^[^\S\r\n]*\}/gm)) {
    if (mayBeInComment(text, end.index)) continue;
    const fields = read(text.slice(0, end.index + end[0].length), model);
    if (fields.length > 0) return fields;
  }
  return read(text, model);
}

function read(content: string, model: string): readonly string[] {
  const found = readSchema([{ path: "", content }]).models.find(({ kind, name }) => kind === "model" && name === model);
  return found?.fields.map(({ name }) => name) ?? [];
}

function isBehindSlashes(text: string, at: number): boolean {
  return text.slice(text.lastIndexOf("\n", at) + 1, at).includes("//");
}

function mayBeInComment(text: string, at: number): boolean {
  return text.lastIndexOf("/*", at) > text.lastIndexOf("*/", at);
}
