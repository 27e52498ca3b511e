import { LockstepError } from "../../base/errors.js";
import { nearest } from "../../base/nearest.js";
import { parseAnnotations } from "../../config/annotations.js";
import type { EntityModel } from "../../model/index.js";
import { columnName } from "../../plan/follow-names.js";

/**
 * The columns in `@lockstep.like(a, b)` at a field; undefined without the annotation.
 *
 * @throws LS3013 the model has no such column · LS2008 a wrong annotation
 */
export function annotatedLike(model: EntityModel, field: string): readonly string[] | undefined {
  const { like } = annotationsOf(model, field);
  const names = like?.text.split(",").map((name) => name.trim());
  return names?.filter((name) => name !== "").map((name) => likeColumn(model, field, name, "@lockstep.like: "));
}

/**
 * The expression in `@lockstep.write(<ts>)` at a field now, also if it was added after the plan; undefined without the annotation.
 *
 * @throws LS2008 a wrong annotation
 */
export function annotatedWrite(model: EntityModel, field: string): string | undefined {
  return annotationsOf(model, field).write?.text;
}

function annotationsOf(model: EntityModel, field: string) {
  const documentation = model.fields.find(({ name }) => name === field)?.documentation ?? "";
  return parseAnnotations(documentation, { file: model.name, line: 1 });
}

/**
 * Validates a column name given by a person.
 *
 * @param before the text before the name: `--like `
 * @throws LS3013 the model has no such column
 */
export function likeColumn({ name: model, fields }: EntityModel, field: string, name: string, before: string): string {
  const others = fields.map((each) => each.name).filter((each) => each !== field);
  if (others.includes(name)) return name;
  const close = nearest(name, others);
  const column = columnName({ model, field: name });
  throw new LockstepError("LS3013", `${before}${column}: ${model} has no other column ${name}.`, {
    hint:
      close === undefined ? `Name a column of ${model}: ${others.slice(0, 5).join(", ")}` : `Did you mean ${close}?`,
  });
}
