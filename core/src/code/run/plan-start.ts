import type { CodeIntent } from "../../model/index.js";
import { parseOnce, type SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { createProject, type Project } from "../project/project.js";
import type { CodeRequest } from "./code-request.js";
import { compilerOf, type TypeReading } from "./compiler-of.js";

/** Shared by all plans over the same files: the files before any edit, and what transforms and the compiler found in them. */
export interface Start {
  readonly files: readonly SourceFile[];
  readonly project: Project;
  readonly types: TypeReading;
  /** By intent. The memory of a context contains what the transforms found. */
  readonly contexts: Map<CodeIntent, TransformContext | undefined>;
}

const starts = new WeakMap<CodeRequest["files"], { readonly request: CodeRequest; readonly start: Start }>();

const ofProject = ["root", "clients", "transforms", "typeClock"] as const;
const ofContexts = [
  "dialect",
  "models",
  "intents",
  "earlier",
  "alsoPlanned",
  "editsOfOthers",
  "workspacePackages",
  "declined",
  "broken",
] as const;

/**
 * Returns the start of a plan. A run plans the same files several times, with other places chosen, and the results before any edit are the
 * same. The list of files identifies the start, not its content.
 */
export function planStart(request: CodeRequest): Start {
  const known = starts.get(request.files);
  const isKnown = known !== undefined && agree(known.request, request, ofProject);
  if (isKnown && agree(known.request, request, ofContexts)) return known.start;
  const start = isKnown ? { ...known.start, contexts: new Map() } : begun(request);
  starts.set(request.files, { request, start });
  return start;
}

function agree(one: CodeRequest, other: CodeRequest, names: readonly (keyof CodeRequest)[]): boolean {
  return names.every((name) => isSame(one[name], other[name]));
}

function begun(request: CodeRequest): Start {
  const types = compilerOf(request);
  const sorted = [...request.files].sort((a, b) => (a.file < b.file ? -1 : 1));
  const files = sorted.map((each) => parseOnce(each.file, each.text, each));
  return { files, project: createProject(files, request.clients, types.compile), types, contexts: new Map() };
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a instanceof Map || b instanceof Map) {
    const [one, other] = [a, b].map((each) => [...((each as ReadonlyMap<string, unknown> | undefined) ?? [])].flat());
    return isSame(one, other);
  }
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, at) => each === b[at]);
}
