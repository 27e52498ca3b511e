import { LockstepError } from "../../base/errors.js";
import { Formatting, type Unformatted } from "../../code/formatters/formatting.js";
import type { OpenPlace } from "../../code/rename/request.js";
import { isMigration } from "../../code/sources/not-application-code.js";
import { isGenerated, readSources } from "../../code/sources/source-files.js";
import { codeRoots } from "../../code/sources/unread-packages.js";
import { Verifier } from "../../code/verify/verifier.js";
import type { CodeSettings } from "../../config/code-settings.js";
import type { FileChange } from "../../model/index.js";
import type { FieldRename, OrmPlugin, Project } from "../../plugin/plugin.js";
import { foreignChanges } from "../release/code-files.js";

export interface RenamedField {
  /** Model and code. */
  readonly changes: readonly FileChange[];
  /** Number of renamed uses in code. */
  readonly uses: number;
  /** What a person has to decide, then what does not compile. */
  readonly places: readonly OpenPlace[];
  readonly errors: readonly OpenPlace[];
  /** Accesses of the name on values without a type. */
  readonly untyped: number;
  /** Why the types were not checked. */
  readonly skipped?: string | undefined;
  readonly unformatted?: Unformatted | undefined;
}

/** For finding all uses and checking all types of an application. */
const limitMs = 600_000;

/**
 * Renames a field in the model and in the code, and keeps its column. Writes nothing.
 *
 * @throws LS4001 a file has uncommitted changes · LS4010 no type declares the field · errors of the plugin; the reason of `signal`
 */
export async function renameField(request: {
  readonly rename: FieldRename;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly code: CodeSettings;
  readonly signal: AbortSignal;
}): Promise<RenamedField> {
  const { rename, project, plugin, code, signal } = request;
  const { root, generatedFolders } = project;
  const model = await renamedModel(request);
  const texts = new Map(await sourcesOf(request));
  const onDisk = new Map(texts);
  for (const { file, after = "" } of model.changes) if (texts.has(file)) texts.set(file, after);
  const watched = [...texts.keys()];
  const verifier = new Verifier({ root, before: texts, watched, fields: [], generated: generatedFolders }, signal, {
    ms: limitMs,
  });
  try {
    const found = await verifier.rename(model.names);
    if (found === undefined || !found.isDeclared) throw noTypes(rename, plugin, found === undefined);
    const checked = await verifier.check(new Map([...texts, ...found.after, ...found.generated]));
    const inCode = [...found.after].map(([file, after]) => ({ file, before: onDisk.get(file), after }));
    const changes = [...model.changes.filter(({ file }) => !found.after.has(file)), ...inCode];
    const dirty = foreignChanges(project, changes, model.changes);
    if (dirty.size > 0) throw new LockstepError("LS4001", `Uncommitted changes: ${[...dirty].join(", ")}`);
    const formatting = new Formatting(root, code.format);
    try {
      const errors = checked.errors.map(({ file, line, code, message }) => ({
        file,
        line,
        reason: `TS${code}: ${message.split("\n", 1)[0]}`,
      }));
      return {
        changes: await formatting.apply(changes),
        uses: found.uses,
        // A place that does not compile is listed once.
        places: found.places.filter(
          (place) => !errors.some(({ file, line }) => file === place.file && line === place.line),
        ),
        errors,
        untyped: found.untyped,
        skipped: checked.skipped,
        unformatted: formatting.unformatted,
      };
    } finally {
      formatting.close();
    }
  } finally {
    verifier.close();
  }
}

async function renamedModel({ rename, project, plugin }: Parameters<typeof renameField>[0]) {
  const renamed = await plugin.renameField?.(project, rename);
  if (renamed !== undefined) return renamed;
  throw new LockstepError("LS4010", `${plugin.packageName} cannot rename fields.`);
}

/** Every file of the application: errors can appear in any file that uses a type. */
async function sourcesOf({ project, plugin, code }: Parameters<typeof renameField>[0]) {
  const { root, generatedFolders, migrationsFolder } = project;
  const options = {
    include: code.include,
    roots: await codeRoots(root, code, () => plugin.readModels(project)),
    exclude: [...code.exclude, ...generatedFolders, migrationsFolder, "lockstep"],
  };
  const sources = await readSources(root, options, () => true);
  return sources
    .filter(({ file, text }) => !isGenerated(text) && !isMigration(file, text))
    .map(({ file, text }) => [file, text] as const);
}

function noTypes({ model, name }: FieldRename, { words }: OrmPlugin, isEnded: boolean): LockstepError {
  if (isEnded) return new LockstepError("LS4010", "The search for uses ended early: it needs more time or memory.");
  return new LockstepError("LS4010", `No type declares ${model}.${name}, so its uses cannot be found.`, {
    hint: words.generate ?? "Add a tsconfig.json that includes the entity.",
  });
}
