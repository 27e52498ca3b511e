import { patternOf } from "../../base/pattern-of.js";
import { isTestFile, type Place } from "../../model/index.js";
import { codeAt, siteAt } from "../ast/site.js";
import { parseOnce, type SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { createContext, loadParsers } from "../run/code-context.js";
import type { CodeRequest } from "../run/code-request.js";
import { fingerprintOf, Workspace } from "../run/workspace.js";
import { numberedValue, storedDefault } from "../values/fixture-value.js";
import type { Demand } from "./request.js";

/**
 * Changes that the compiler requires and no transform makes, as places with the compiler's message and, if known, the text to write.
 *
 * @param request with the files after the edits
 * @param isLater the columns are optional until contract
 */
export async function demandedPlaces(
  request: CodeRequest,
  demands: readonly Demand[],
  isLater = false,
): Promise<readonly Place[]> {
  await loadParsers(request);
  const workspace = new Workspace(request.files, request.clients);
  return demands.flatMap(({ file, line, code, message, field }): Place[] => {
    const intent = request.intents.find((each) => each.field === field);
    const found = request.files.find((each) => each.file === file);
    const context = intent && createContext(workspace, request, intent);
    if (found === undefined || context === undefined) return [];
    const source = parseOnce(file, found.text, found);
    const start = source.text.split("\n", line - 1).join("\n").length + (line === 1 ? 0 : 1);
    const offset = start + (/^\s*/.exec(source.text.slice(start))?.[0].length ?? 0);
    const site = siteAt(offset, source);
    // The compiler's message already describes types other than the row's.
    const isRow = new RegExp(`required in type '(?:\\w+\\.)*${patternOf(context.model.name)}'`).test(message);
    const value = isRow && !isLater ? valueFor(source, context) : undefined;
    const text = value === undefined ? undefined : `${field}: ${value}`;
    const [first = ""] = message.split("\n").filter((each) => each.includes(field));
    return [
      {
        file,
        line,
        kind: "required",
        what: `${site.owner === undefined ? "" : `${site.owner.name}: `}code ${isLater ? `in which ${field} may be null` : `whose type requires ${field}`}`,
        ...site,
        reason: isLater
          ? `the compiler rejects it once ${field} is required (TS${code})`
          : `the compiler rejects it without ${field} (TS${code}: ${first.trim()})${text === undefined ? "" : `; to write: ${text}`}`,
        model: context.model.name,
        field,
        ...(isLater && { fingerprint: fingerprintOf(codeAt(offset, source)) }),
        ...(text !== undefined && { text }),
      },
    ];
  });
}

/** The value of a row without other information. Only tests get an invented value. */
function valueFor(file: SourceFile, context: TransformContext): string | undefined {
  const stored = storedDefault(file, context);
  if (stored !== undefined) return stored;
  if (context.field.isOptional) return "null";
  return isTestFile(file.file) ? numberedValue(file, context) : undefined;
}
