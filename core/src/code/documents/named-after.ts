import type { EntityModel } from "../../model/index.js";
import type { Tie } from "../contract/candidate.js";
import type { TransformContext } from "../contract/transform.js";
import { wordsOf } from "../names/similar-name.js";
import { keyStyles } from "../shapes/shape-types.js";

/**
 * What the name of a schema says about whose fields it lists: `type` where it has the model's name, undefined where it has that of
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

/** How many words of a name are the model's; 0 where it does not have all of them. */
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

/** How the new field is spelled beside these names. */
export function keyAmong(names: readonly string[], { columns, field }: TransformContext): string {
  const [asIs, snake] = keyStyles;
  const count = (keyOf: (name: string) => string) => columns.filter(({ name }) => names.includes(keyOf(name))).length;
  const keyOf = snake !== undefined && asIs !== undefined && count(snake) > count(asIs) ? snake : asIs;
  return keyOf?.(field.name) ?? field.name;
}

/** Whether a key is the new field's, in whatever style. */
export function isKeyOfField(key: string, { field }: TransformContext): boolean {
  return keyStyles.some((keyOf) => keyOf(field.name) === key);
}
