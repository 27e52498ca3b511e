import { describe } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { readsFieldInPhase } from "../candidates/candidate-for.js";
import type { Transform, TransformContext } from "../contract/transform.js";
import type { ParsedRows } from "../responses/parsed-rows.js";
import { throwingIn } from "../responses/strict-schemas.js";
import { emptyInResponse, zodEmpty } from "../shapes/empty-values.js";
import { keyIn } from "../shapes/shape-types.js";
import { nameOfSchema, zodType } from "../shapes/zod-types.js";

/**
 * Strict schemas of whole rows that are not extended: they need rows without an internal column, and a person must change what they pick.
 */
export const strictRows: Transform = {
  id: "strict-rows",
  intents: ["keepFromReads", "read"],
  isChecklist: true,

  *find(file, context) {
    for (const found of throwingIn(context)) {
      const isHere = found.file === file && readsFieldInPhase(found.rows, context);
      const advice = isHere ? adviceFor(found, file, context) : undefined;
      if (advice === undefined) continue;
      const what = describe(found.value, `rows for ${nameOfSchema(found.part.shape.node) ?? "a schema"}`);
      const since =
        context.intent.kind === "read" ? "switch on, when reads bring" : "now on, because what is saved has";
      const reason = `its schema throws on unknown keys from ${since} ${context.field.name}${advice}`;
      yield { kind: "place", certainty: "required", offset: found.value.getStart(file.ast), what, reason };
    }
  },
};

function adviceFor({ part, rows }: ParsedRows, file: SourceFile, context: TransformContext): string | undefined {
  const { field, intent, orm } = context;
  if (intent.exposure === "internal") {
    const how = rows.read && orm.withoutField ? `with \`${orm.withoutField(context)}\`` : `without ${field.name}`;
    return `, which is internal: ${intent.kind === "read" ? "read" : "parse"} the rows ${how}`;
  }
  if (part.picked !== undefined) return `: add \`${field.name}: true\` to what it picks`;
  if (intent.kind === "read") return undefined;
  const empty = { ...emptyInResponse(part.shape, context), isOptional: true };
  const type = zodType(part.shape.node, empty, file, context) ?? `…${zodEmpty(empty)}`;
  return `: add \`${keyIn(part.shape, context)}: ${type}\` to what it takes`;
}
