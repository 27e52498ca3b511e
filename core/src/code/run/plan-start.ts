import type { CodeIntent } from "../../model/index.js";
import { parseOnce, type SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { createProject, type Project } from "../project/project.js";
import type { CodeRequest } from "./code-request.js";
import { compilerOf, type TypeReading } from "./compiler-of.js";

/** What plans over the same files begin with: the files before any edit, and all that was found out about them. */
export interface Start {
  readonly files: readonly SourceFile[];
  readonly project: Project;
  readonly types: TypeReading;
  /** Of intents, as far as they were asked for: their memory has what transforms have found. */
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
] as const;

/**
 * The start of a plan. A run plans several times over the same files, with other places chosen; what the compiler and the transforms say
 * of them before any edit is the same. It is known by the list of files itself, not by what is in it.
 */
export function planStart(request: CodeRequest): Start {
  const known = starts.get(request.files);
  const isOf = (names: readonly (keyof CodeRequest)[]) =>
    known !== undefined && names.every((name) => isSame(known.request[name], request[name]));
  if (known !== undefined && isOf(ofProject) && isOf(ofContexts)) return known.start;
  const start = isOf(ofProject) && known !== undefined ? { ...known.start, contexts: new Map() } : begun(request);
  starts.set(request.files, { request, start });
  return start;
}

function begun(request: CodeRequest): Start {
  const types = compilerOf(request);
  const sorted = [...request.files].sort((a, b) => (a.file < b.file ? -1 : 1));
  const files = sorted.map((each) => parseOnce(each.file, each.text, each));
  return { files, project: createProject(files, request.clients, types.compile), types, contexts: new Map() };
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, at) => each === b[at]);
}
