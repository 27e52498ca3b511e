import type { SourceFile } from "../ast/source-file.js";
import type { PlaceFinding } from "../contract/transform.js";

/** A list of fields in a generated file: the command updates it when it runs. */
export function generatedPlace(
  file: SourceFile,
  what: string,
  offset: number,
  field: string,
): PlaceFinding | undefined {
  if (file.generatedBy === undefined) return undefined;
  const reason = `the file is generated: ${file.generatedBy} once the code has ${field}`;
  return { kind: "place", certainty: "possible", offset, what, reason };
}
