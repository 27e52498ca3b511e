import {
  computedOver,
  describe,
  type Finding,
  insertStatement,
  orChosen,
  relationOver,
  type SourceFile,
  type TransformContext,
  textOf,
  textsOfRow,
  valueText,
  whyNoValue,
} from "@lockstep/core/codemods";
import { isComplete, mayExist } from "./keys.js";
import type { MadeInstance } from "./made-instances.js";
import { chosenIn } from "./request-dtos.js";

/** Makes code that fills a row field by field set the new one too. */
export function* fillInstance(instance: MadeInstance, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { declaration, name, model, given, elsewhere, assigned, last, use } = instance;
  const { field } = context;
  const relation = relationOver(context)?.name ?? field.name;
  if (use === "none" || given.has(field.name) || given.has(relation)) return;
  const what = describe(declaration, `new ${context.model.name}`);
  const offset = declaration.getStart(file.ast);
  const target = `${name}.${field.name}`;
  const value = valueToSet(instance, file, context);
  const text = `${target} = ${value ?? "…"}`;
  const place = (certainty: "required" | "likely", reason: string): Finding => {
    return { kind: "place", certainty, offset, what, reason };
  };
  if (mayExist(model, given, false)) {
    // What has its key is an update of a part, unless it is all there.
    if (isComplete(given, context))
      yield place("likely", `it has its key, so it may be a row that exists: unless it is, add \`${text}\``);
    return;
  }
  if (elsewhere.has(field.name)) {
    yield place(
      "likely",
      `${field.name} is set only under a condition, or late: give it a value in every case, \`${text}\``,
    );
    return;
  }
  const [source] = assigned;
  if (source !== undefined) {
    const from = textOf(source, file).replaceAll(/\s+/g, " ");
    yield place("likely", `its fields come from \`${from}\`: unless ${field.name} is in it, add \`${text}\``);
    return;
  }
  if (use === "unknown") {
    yield place("likely", `it goes to a function that may save it: unless ${field.name} is set there, add \`${text}\``);
    return;
  }
  if (value === undefined || last === undefined) {
    const reason = whyNoValue((source) => given.has(source), `${target} = `, "", file, context);
    yield place("required", value === undefined ? reason : `add \`${text}\` before it is used`);
    return;
  }
  const written = orChosen(value, chosenIn(given, file, context));
  yield { kind: "edit", what, ...insertStatement(last, `${target} = ${written}`, file) };
}

/** The value over what is set already: `user.email.toLowerCase()`. */
function valueToSet({ name, given }: MadeInstance, file: SourceFile, context: TransformContext): string | undefined {
  const computed = computedOver((field) => given.get(field), file, context);
  const row = textsOfRow(name);
  return computed ?? valueText((field) => (given.has(field.name) ? row(field) : undefined), file, context);
}
