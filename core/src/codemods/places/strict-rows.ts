import { describe } from "../expressions.js";
import type { ParsedRows } from "../parsed-rows.js";
import { throwingIn } from "../strict-schemas.js";
import type { Transform, TransformContext } from "../transform.js";
import { nameOfSchema } from "../zod-types.js";
import { isKeptFromView } from "./listing.js";

/** Strict schemas of whole rows that are not to be widened: what is internal has to be kept from them, what they pick is a person's. */
export const strictRows: Transform = {
  id: "strict-rows",
  intents: ["read"],
  isChecklist: true,

  *find(file, context) {
    for (const found of throwingIn(context)) {
      const advice = found.file === file ? adviceFor(found, context) : undefined;
      if (advice === undefined) continue;
      const what = describe(found.value, `rows for ${nameOfSchema(found.part.shape.node) ?? "a schema"}`);
      const reason = `its schema throws on unknown keys from switch on, when reads bring ${context.field.name}${advice}`;
      yield { kind: "place", certainty: "required", offset: found.value.getStart(file.ast), what, reason };
    }
  },
};

function adviceFor({ part, rows }: ParsedRows, context: TransformContext): string | undefined {
  const { field, orm } = context;
  if (!isKeptFromView(context)) return part.picked && `: add \`${field.name}: true\` to what it picks`;
  const how = rows.read && orm.withoutField ? `with \`${orm.withoutField(context)}\`` : `without ${field.name}`;
  return `, which is internal: read the rows ${how}`;
}
