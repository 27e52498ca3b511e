import { listing } from "../places/listing.js";
import { addProperty } from "../property-edit.js";
import { isLedByBase, roleOf } from "../shape-roles.js";
import { keyIn, keysOfShape } from "../shape-types.js";
import { zodLiteralsIn, zodShapesIn } from "../shapes-in.js";
import type { Transform } from "../transform.js";
import { takeBackWritten } from "../written-texts.js";
import { nameOfSchema, whatOfSchema, zodType } from "../zod-types.js";

const id = "request-schema";

/** Zod objects of what callers send take the new field, optional for good: old callers do not know it. */
export const requestSchema: Transform = {
  id,
  intents: ["acceptInRequests"],

  *find(file, context) {
    for (const shape of zodShapesIn(file, context.project)) {
      const { node } = shape;
      const names = [...keysOfShape(shape)];
      const anchor = nameOfSchema(node);
      const role = roleOf(shape, names, context);
      if (role === "response" || isLedByBase(shape, role, context)) continue;
      const key = keyIn(shape, context);
      const type = zodType(node, file, context);
      const text = type === undefined ? undefined : `${key}: ${type}.optional()`;
      const what = whatOfSchema(node);
      const isOpen = context.takes(node, "zod") && !names.includes(key);
      const edit = isOpen && text ? addProperty(node, text, what, file) : undefined;
      if (edit !== undefined) {
        yield edit;
        continue;
      }
      const advice = `add \`${text ?? key}\` if callers may choose it`;
      const listed = { family: "zod", tie: "names", node, what, anchor, names, text, advice } as const;
      const candidate = listing(listed, file, context);
      if (candidate !== undefined) yield candidate;
    }
  },

  undo: (file, context) => takeBackWritten(id, (each) => zodLiteralsIn(each, context), file, context),
};
