import { dirname, join } from "node:path";
import type { MissingTypes } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import type { Compile } from "../project/project.js";
import { typesOf } from "../types/compiled-types.js";
import { TypeClock } from "../types/type-clock.js";
import { TypeProgram } from "../types/type-program.js";
import type { CodeRequest } from "./code-request.js";

export interface TypeReading {
  readonly compile: Compile;
  /** Undefined where the compiler answered, or nobody had to ask it. */
  missing(): MissingTypes | undefined;
}

let latest: { readonly root: string; readonly program: TypeProgram } | undefined;

/**
 * How snapshots of a request's files are compiled: when the first question comes. What was read for one request is there for the next
 * of the same project, as a phase is planned several times.
 */
export function compilerOf(request: Pick<CodeRequest, "root" | "transforms" | "files" | "typesMs">): TypeReading {
  const { root, transforms, typesMs } = request;
  const typed = transforms.find((transform) => transform.orm !== undefined)?.orm?.typed;
  if (typed === undefined) return { compile: () => undefined, missing: () => undefined };
  const { packageName } = typed;
  const clock = new TypeClock(typesMs);
  let missing: MissingTypes | undefined;
  return {
    missing: () => (clock.isOver ? { why: "limit" } : missing),
    compile(project) {
      if (latest?.root !== root) {
        if (!isInstalled(packageName, root, request)) {
          missing = { why: "absent", packageName };
          return undefined;
        }
        latest = { root, program: new TypeProgram({ root, isAsked: typed.isAsked }) };
      }
      const { program } = latest;
      const compiled = clock.run(() => program.over(project, clock));
      let reaches: ((file: ts.SourceFile) => boolean) | undefined;
      const mayKnow = (file: ts.SourceFile) => {
        reaches ??= compiled && program.reaching(compiled);
        return reaches?.(file) === true;
      };
      return compiled && typesOf(compiled, project, { root, clock, mayKnow });
    },
  };
}

/** Whether a package is installed where any of the files would import it from. */
function isInstalled(packageName: string, root: string, { files }: Pick<CodeRequest, "files">): boolean {
  const seen = new Set<string>();
  const isAbove = (folder: string): boolean => {
    if (seen.has(folder)) return false;
    seen.add(folder);
    if (ts.sys.directoryExists(join(folder, "node_modules", packageName))) return true;
    return dirname(folder) !== folder && isAbove(dirname(folder));
  };
  return isAbove(root) || files.some(({ file }) => isAbove(dirname(join(root, file))));
}
