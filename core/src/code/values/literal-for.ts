import { quoted, type SourceFile, type Style } from "../ast/source-file.js";
import type { SpelledValue, TransformContext } from "../contract/transform.js";

/** A value of a type that apps spell in different ways: in the ORM's form, or as a TypeScript name or literal. */
export function literalFor(
  value: SpelledValue,
  file: SourceFile | undefined,
  context: TransformContext,
): string | undefined {
  const { orm, field } = context;
  if (orm.literalFor !== undefined && file !== undefined) return orm.literalFor(value, file, context);
  const style: Style = file?.style ?? { eol: "\n", quote: '"' };
  switch (value.kind) {
    case "enum":
      return quoted(value.name, style);
    case "datetime":
      return `new Date(${quoted(value.iso, style)})`;
    case "number":
      if (field.type === "decimal") return value.text;
      return /^-?\d+$/.test(value.text) ? `${value.text}n` : undefined;
    default:
      return value satisfies never;
  }
}
