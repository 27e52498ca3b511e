import { describe } from "../expressions.js";
import type { ParsedRows } from "../parsed-rows.js";
import { keyIn } from "../shape-types.js";
import type { SourceFile } from "../source-file.js";
import { throwingIn } from "../strict-schemas.js";
import type { Transform, TransformContext } from "../transform.js";
import { nameOfSchema, zodType } from "../zod-types.js";
import { bringsNow } from "./listing.js";

/** Strict schemas of whole rows that are not to be widened: what is internal has to be kept from them, what they pick is a person's. */
export const strictRows: Transform = {
  id: "strict-rows",
  intents: ["keepFromReads", "read"],
  isChecklist: true,

  *find(file, context) {
    for (const found of throwingIn(context)) {
      const isHere = found.file === file && bringsNow(found.rows, context);
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
  const type = zodType(part.shape.node, file, context);
  return `: add \`${keyIn(part.shape, context)}: ${type ?? "…"}.optional()\` to what it takes`;
}
