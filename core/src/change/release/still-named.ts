import type { SourceText } from "../../code/sources/source-files.js";
import type { Plan } from "../../model/index.js";

/** A line of application code that contains the name of a removed field. */
export interface NamedLine {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly field: string;
}

/**
 * The lines that contain a field name of a plan, for a person to check after the fields are removed. Searches the text, so a member of
 * another type can have the same name. Skips comments.
 */
export function stillNamed(files: readonly SourceText[], { columns }: Pick<Plan, "columns">): readonly NamedLine[] {
  const names = new Map(columns.flatMap(({ field, name }) => [[field, field] as const, [name, field] as const]));
  return files.flatMap(({ file, text }) =>
    [...names.keys()].some((name) => text.includes(name))
      ? text.split("\n").flatMap((code, at) => {
          if (/^\s*(\/\/|\/?\*)/.test(code)) return [];
          const word = code.match(/[\p{L}\p{N}_$]+/gu)?.find((each) => names.has(each));
          return word === undefined ? [] : [{ file, line: at + 1, field: names.get(word)! }];
        })
      : [],
  );
}
