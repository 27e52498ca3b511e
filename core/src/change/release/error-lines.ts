import { lineAt } from "../../code/ast/source-file.js";
import type { CodeRequest, WrittenEdit } from "../../code/run/code-request.js";
import type { VerifyResult } from "../../code/verify/request.js";
import type { EditGroup } from "../../code/verify/without-errors.js";
import { lineBefore } from "./line-before.js";

/** Finds the lines that edits change, in the texts of a request. */
export function linesIn({ files }: Pick<CodeRequest, "files">) {
  const texts = new Map(files.map(({ file, text }) => [file, text]));
  return (written: readonly WrittenEdit[]): NonNullable<EditGroup["lines"]> =>
    written.flatMap(({ file, splices }) =>
      splices.map(({ start, end }) => {
        const text = texts.get(file) ?? "";
        return { file, first: lineAt(text, start), last: lineAt(text, end) };
      }),
    );
}

/** The result of a check, with the lines of its errors before the edits. */
export function withLines(
  result: VerifyResult,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): VerifyResult {
  const errors = result.errors.map((error) => {
    const { file, line } = error;
    const change = { file, before: before.get(file), after: after.get(file) };
    return { ...error, lineBefore: lineBefore(change, line) };
  });
  return { ...result, errors };
}
