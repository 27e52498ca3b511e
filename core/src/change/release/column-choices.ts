import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "../../base/errors.js";
import { dirtyFiles } from "../../base/files/git.js";
import type { EntityModel, FileChange, Plan, PlanState } from "../../model/index.js";
import { type CodeState, codeStateSchema } from "../../model/plan-schema.js";
import { columnName, namedColumns } from "../../plan/follow-names.js";
import type { Project } from "../../plugin/plugin.js";
import { keptAnswers } from "./code-answers.js";

/** The decisions about columns without a plan, relative to the project's root. */
const columnsFile = "lockstep/columns.json";

/**
 * The decisions about all columns without a plan, in the form of a plan's state.
 *
 * @throws LS3007 the file is damaged
 */
export function readColumnChoices(project: Pick<Project, "root">): CodeState {
  const text = textOf(project);
  if (text === undefined) return { codeFiles: [] };
  try {
    const { schemaVersion: _, ...kept } = codeStateSchema.parse(JSON.parse(text));
    return kept;
  } catch (cause) {
    throw new LockstepError("LS3007", `${columnsFile} cannot be read: ${(cause as Error).message}`, {
      hint: `Restore ${columnsFile} from version control, or delete it: Lockstep then prompts for its answers again.`,
      cause,
    });
  }
}

/**
 * The file with the decisions about the columns of `plan`, as long as they matter: a chosen and written edit is in the code, and a column
 * without open places, or one that the models no longer contain, needs none. The file is deleted with its last decision.
 */
export function keepColumnChoices(
  { state, columns }: Plan,
  project: Project,
  models: readonly EntityModel[],
): readonly FileChange[] {
  const declared = new Set(namedColumns(models).map(columnName));
  const own = new Set(columns.map(columnName));
  const open = new Set(state.places.map(columnName));
  const keys = new Set(
    state.places.flatMap((place) => (place.key === undefined ? [] : `${columnName(place)} ${place.key}`)),
  );
  const matters = (label: string) => (own.has(label) ? open : declared).has(label);
  const choices = (state.choices ?? []).filter(
    (each) => matters(columnName(each)) && (!own.has(columnName(each)) || keys.has(`${columnName(each)} ${each.key}`)),
  );
  const declined = (state.declined ?? []).filter((each) => matters(columnName(each)));
  const exposure = Object.entries(state.exposure ?? {}).filter(([label]) => matters(label));
  const like = Object.entries(state.like ?? {}).filter(([label]) => matters(label));
  const answers = keptAnswers({ exposure: Object.fromEntries(exposure), like: Object.fromEntries(like) });
  const decided = choices.length + declined.length + exposure.length + like.length;
  const isLeft = decided + open.size > 0;
  const codeFiles = isLeft ? uncommitted(state.codeFiles, project) : [];
  const isEmpty = decided + codeFiles.length === 0;
  const kept = {
    schemaVersion: 1,
    ...answers,
    ...(choices.length > 0 && { choices }),
    ...(declined.length > 0 && { declined }),
    codeFiles,
  };
  const before = textOf(project);
  const after = isEmpty ? undefined : `${JSON.stringify(kept, null, 2)}\n`;
  return before === after ? [] : [{ file: columnsFile, before, after }];
}

function textOf({ root }: Pick<Project, "root">): string | undefined {
  const path = join(root, columnsFile);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Committed edits need no entry: keeps only the edits of this run, and earlier ones that are not committed. */
function uncommitted(codeFiles: PlanState["codeFiles"], project: Project): PlanState["codeFiles"] {
  const before = new Set(readColumnChoices(project).codeFiles.map(({ file, sha256 }) => `${file} ${sha256}`));
  const dirty = dirtyFiles(
    project.root,
    codeFiles.map(({ file }) => file),
  );
  return codeFiles.filter(({ file, sha256 }) => dirty.has(file) || !before.has(`${file} ${sha256}`));
}
