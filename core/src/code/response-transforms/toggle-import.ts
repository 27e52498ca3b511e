import type { SourceFile } from "../ast/source-file.js";
import { namesAsking } from "../cleanup/flag-tests.js";
import { memoized } from "../contract/memoized.js";
import type { EditFinding, Finding, Transform, TransformContext } from "../contract/transform.js";
import { findingsOf } from "../contract/transform.js";
import { addImport, dropImports, restoreImport } from "../flags/imports.js";
import { readToggle } from "../flags/template.js";
import { isImportEdit } from "../write/named-imports.js";
import { assignedMapper } from "./assigned-mapper.js";
import { mapper } from "./mapper.js";

const id = "toggle-import";
const readers = [mapper, assignedMapper];

/** Adds the import for feature flags while reads are behind one, and then removes it. */
export const toggleImport: Transform = {
  id,
  intents: ["read", "dropFallback"],

  *find(file, context) {
    const made = readers.flatMap((each) => findingsOf(each, file, context)).filter(isEdit);
    const { intent } = context;
    if (intent.kind === "dropFallback") yield* drop(made, file, context);
    else if (intent.toggle !== undefined && made.some(({ flag }) => flag !== undefined)) {
      const needed = readToggle(intent.toggle).import;
      if (needed !== undefined) yield* addImport(needed, file);
    }
  },

  *undo(file, context) {
    const made = readers.flatMap((each) => [...(each.undo?.(file, context) ?? [])]).filter(isEdit);
    yield* drop(made, file, context);
  },

  mayStay: isImportEdit,

  *restore(file, context) {
    const taken = context.earlier.filter(
      (edit) => edit.transform === id && edit.text === "" && edit.file === file.file,
    );
    if (taken.length === 0) return;
    const made = readers.flatMap((each) => [...(each.restore?.(file, context) ?? [])]).filter(isEdit);
    const names = new Set(made.flatMap(({ text }) => namesIn(text)));
    for (const { owner, replaces = "" } of taken) {
      const [clause = ""] = replaces.split(/\bfrom\b/);
      if (namesIn(clause).some((name) => names.has(name))) yield* restoreImport(owner?.name ?? "", replaces, file);
    }
  },
};

/** Imports that only a flag needed. Other imports existed before. */
function* drop(made: readonly EditFinding[], file: SourceFile, context: TransformContext): Iterable<Finding> {
  const flags = flagsOf(context);
  const names = flags.size === 0 ? [] : made.flatMap(({ replaces = "" }) => namesAsking(replaces, flags));
  if (names.length === 0) return;
  const gone = made.flatMap(({ splices }) => splices);
  yield* dropImports(names, gone, file);
}

function isEdit(finding: Finding): finding is EditFinding {
  return finding.kind === "edit";
}

/** The field's flags from its records, because the template in the config may have changed. */
const flagsOf = memoized(({ earlier }): ReadonlySet<string> => new Set(earlier.flatMap(({ flag }) => flag ?? [])));

function namesIn(text: string): readonly string[] {
  return text.match(/[\w$]+/g) ?? [];
}
