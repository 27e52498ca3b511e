import type { EntityModel } from "../../model/index.js";
import type { Tie } from "../contract/candidate.js";
import type { TransformContext } from "../contract/transform.js";
import { wordsOf } from "../names/similar-name.js";
import { keyStyles } from "../shapes/shape-types.js";

/**
 * The evidence in a schema's name about whose fields it lists: `type` if it contains the model's name, undefined if it contains the name of
 * another model with the same fields.
 *
 * @example tieByName("CreateUserInput", ["email", "name"], context) === "type"
 */
export function tieByName(
  name: string | undefined,
  names: readonly string[],
  { model, models, columns }: TransformContext,
): Tie | undefined {
  if (name === undefined) return "names";
  const held = heldBy(columns, names);
  const rivals = models.filter((each) => each !== model && heldBy(each.fields, names) >= held);
  const own = lengthIn(name, model);
  const other = Math.max(0, ...rivals.map((each) => lengthIn(name, each)));
  if (own > other) return "type";
  return other > own ? undefined : "names";
}

/** The number of words of a name that belong to the model; 0 if it does not have all of them. */
function lengthIn(name: string, model: EntityModel): number {
  const [words, its] = [wordsOf(name), wordsOf(model.name)];
  const isThere = words.some((_, at) =>
    its.every((word, index) => words[at + index] === word || words[at + index] === `${word}s`),
  );
  return isThere ? its.length : 0;
}

function heldBy(fields: readonly { readonly name: string }[], names: readonly string[]): number {
  return fields.filter((field) => keyStyles.some((keyOf) => names.includes(keyOf(field.name)))).length;
}

/** The new field's spelling next to these names. */
export function keyAmong(names: readonly string[], { columns, field }: TransformContext): string {
  const [asIs, snake] = keyStyles;
  const count = (keyOf: (name: string) => string) => columns.filter(({ name }) => names.includes(keyOf(name))).length;
  const keyOf = snake !== undefined && asIs !== undefined && count(snake) > count(asIs) ? snake : asIs;
  return keyOf?.(field.name) ?? field.name;
}

/** Whether a key is the new field's, in any key style. */
export function isKeyOfField(key: string, { field }: TransformContext): boolean {
  return keyStyles.some((keyOf) => keyOf(field.name) === key);
}
