import { ts } from "./compiler.js";
import { isNullish } from "./expressions.js";
import { type SourceFile, textOf } from "./source-file.js";

/** The type without null and undefined; undefined if a person would not repeat it. */
export function textOfType(type: ts.TypeNode | undefined, file: SourceFile): string | undefined {
  if (type === undefined) return undefined;
  const parts = ts.isUnionTypeNode(type) ? type.types.filter((each) => !isNullish(each)) : [type];
  const text = parts.map((each) => textOf(each, file)).join(" | ");
  return text === "" || text.includes("\n") ? undefined : text;
}

/** Whether a type accepts any JSON. Other types describe the content of their own column. */
export function isAnyJson(type: string): boolean {
  return /^(?:(?:\w+\.)?(?:Input)?Json(?:Value|Object|Array)?|any|unknown|object|Record<string, (?:any|unknown)>)(?:\[\])?$/.test(
    type,
  );
}
