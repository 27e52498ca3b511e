import { dirname, join } from "node:path";
import type { MissingTypes } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import type { OrmCode } from "../contract/transform.js";
import type { Compile } from "../project/project.js";
import { typesOf } from "../types/compiled-types.js";
import { TypeClock } from "../types/type-clock.js";
import { TypeProgram } from "../types/type-program.js";
import type { CodeRequest } from "./code-request.js";

export interface TypeReading {
  readonly compile: Compile;
  /** Undefined if the compiler was available, or not needed. */
  missing(): MissingTypes | undefined;
}

let latest: { readonly key: string; readonly program: TypeProgram } | undefined;

/**
 * Compiles snapshots of a request's files on first use. Parsed files are kept for the next request of the same project, because a phase is
 * planned several times.
 */
export function compilerOf(request: CodeRequest): TypeReading {
  const { root, transforms, clients, typeClock: clock = new TypeClock() } = request;
  const typed = transforms.find((transform) => transform.orm !== undefined)?.orm?.typed;
  if (typed === undefined) return { compile: () => undefined, missing: () => undefined };
  const { packageName } = typed;
  const packages = clients === undefined ? [] : [clients.own, ...clients.others].flatMap(({ modules }) => modules);
  const isAsked = (name: string) => typed.isAsked(name) || packages.includes(name);
  const key = [root, ...packages].join("\n");
  let missing: MissingTypes | undefined;
  let isGeneratedSeen = false;
  return {
    missing: () => (clock.isOver ? { why: "limit" } : missing),
    compile(project) {
      if (latest?.key !== key) {
        if (!isInstalled(packageName, root, request)) {
          missing = { why: "absent", packageName };
          return undefined;
        }
        latest = { key, program: new TypeProgram({ root, isAsked }) };
      }
      const { program } = latest;
      const compiled = clock.run(() => program.over(project, clock));
      if (compiled !== undefined && !isGeneratedSeen) {
        isGeneratedSeen = true;
        missing = notGenerated(compiled, typed, request);
      }
      let reaches: ((file: ts.SourceFile) => boolean) | undefined;
      const mayKnow = (file: ts.SourceFile) => {
        reaches ??= compiled && program.reaching(compiled);
        return reaches?.(file) === true;
      };
      return compiled && typesOf(compiled, project, { root, clock, mayKnow });
    },
  };
}

/** Whether the program contains no code generated from the models. */
function notGenerated(
  program: ReturnType<TypeProgram["over"]>,
  { generated }: NonNullable<OrmCode["typed"]>,
  { intents }: CodeRequest,
): MissingTypes | undefined {
  if (generated === undefined) return undefined;
  const { textOf, command } = generated;
  const models = [...new Set(intents.map(({ model }) => model))];
  const texts = program.getSourceFiles().map(({ text }) => text);
  const model = models.find((each) => !texts.some((text) => text.includes(textOf(each))));
  return model === undefined ? undefined : { why: "not-generated", model, command };
}

/** Whether a package is installed where one of the files would import it from. */
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
