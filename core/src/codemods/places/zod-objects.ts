import { ts } from "../compiler.js";
import { propertiesOf } from "../expressions.js";
import { zodObjectIn } from "../shape-types.js";
import type { Transform } from "../transform.js";
import { isTestFile, listing } from "./listing.js";

/** Zod objects with some fields of the model: request bodies at expand, other schemas at switch. */
export const zodObjects: Transform = {
  id: "zod-objects",
  intents: ["acceptInRequests", "read"],
  isChecklist: true,

  *find(file, context) {
    if (isTestFile(file) || (context.intent.exposure === "internal" && context.intent.kind === "read")) return;
    for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
      const literal = zodObjectIn(call);
      if (literal === undefined || literal.parent !== call) continue;
      const names = [...propertiesOf(literal).keys()];
      const name = nameOfSchema(call);
      if (isRequest(name, names, context.model.primaryKey) !== (context.intent.kind === "acceptInRequests")) continue;
      const what = name === undefined ? "zod object" : `zod object ${name}`;
      const advice =
        context.intent.kind === "read"
          ? `add ${context.field.name} if it is shown there`
          : `add ${context.field.name} as optional if callers may choose it`;
      const found = listing(names, literal.getStart(file.ast), what, advice, context);
      if (found !== undefined) yield found;
    }
  },
};

/** A schema without the key of the row is what callers send, unless its name says otherwise. */
export function isRequest(name: string | undefined, names: readonly string[], key: readonly string[]): boolean {
  if (name !== undefined && /response|output|result|view|reply/i.test(name)) return false;
  if (name !== undefined && /create|update|upsert|input|body|params|query|request|form|patch|insert/i.test(name))
    return true;
  return !key.some((column) => names.includes(column));
}

function nameOfSchema(call: ts.CallExpression): string | undefined {
  for (let at: ts.Node = call.parent; at !== undefined; at = at.parent) {
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return at.name.text;
  }
  return undefined;
}
