import type { EntityField, EntityModel } from "../../model/index.js";
import { keyStyles } from "../shape-types.js";
import type { SourceFile } from "../source-file.js";
import type { Finding, TransformContext } from "../transform.js";

/** Below this share of the core columns a place says nothing about the new one: people extend 1 in 100 of them. */
const leastShare = 0.3;

/**
 * The finding for a place that names fields: listed with how much of the model it holds, silent below 30 %, nothing
 * where it names fewer than two fields, has the new one, or another model fits its names better.
 */
export function listing(
  names: readonly string[],
  offset: number,
  what: string,
  advice: string,
  context: TransformContext,
): Finding | undefined {
  const { columns, core, model, models } = context;
  const given = new Set(names);
  if (keyStyles.some((keyOf) => given.has(keyOf(context.field.name)))) return undefined;
  const ours = count(columns, given);
  if (ours < 2 || models.some((other) => other !== model && fits(other, given) > ours)) return undefined;

  const measured = core.length > 0 ? core : columns;
  const held = count(measured, given);
  if (held / measured.length < leastShare) return { kind: "silent", offset };
  const reason = `names ${held} of ${measured.length} columns of ${model.name}: ${advice}`;
  return { kind: "place", certainty: "possible", offset, what, reason };
}

/** Tests are read by people; what must change there so that it compiles is an edit, not a place. */
export function isTestFile(file: SourceFile): boolean {
  return /(?:^|[/.])(?:tests?|specs?|e2e|__tests__|__mocks__|fixtures?)(?:[/.]|$)/i.test(file.file);
}

function fits(model: EntityModel, given: ReadonlySet<string>): number {
  return count(model.fields, given);
}

function count(fields: readonly EntityField[], given: ReadonlySet<string>): number {
  return fields.filter(({ name }) => keyStyles.some((keyOf) => given.has(keyOf(name)))).length;
}
