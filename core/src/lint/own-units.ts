import { join, posix } from "node:path";
import { inFiles, isUnsafeOriginal, type Plan } from "../model/index.js";
import { headerOf } from "../plan/contradictions.js";
import { fileHash } from "../plan/hash.js";
import { readPlans } from "../plan/store.js";
import type { MigrationSet, RepositoryFiles } from "./migration-set.js";

/** The plans of a project in the repository. */
export interface PlansAt {
  /** The project's folder, relative to the root of the repository: `.` or `packages/api`. */
  readonly root: string;
  readonly plans: readonly Plan[];
  /** The project's migrations in the order they run, relative to the root of the repository. */
  readonly migrations: readonly string[];
}

/**
 * The plans in a repository, including projects that only have a plan's migrations. `check` itself reports plans that cannot be read.
 *
 * @param sets the migrations of the repository
 */
export function plansIn(
  cwd: string,
  { paths, read }: RepositoryFiles,
  sets: readonly Pick<MigrationSet, "files">[],
): PlansAt[] {
  const roots = new Set(
    paths.flatMap((path) => {
      const own = /^(?:(.*)\/)?lockstep\/[^/]+\/(?:plan\.json|original\.sql)$/.exec(path);
      return own === null ? [] : [own[1] ?? "."];
    }),
  );
  const packages = paths.filter((path) => posix.basename(path) === "package.json").map((path) => posix.dirname(path));
  const found = new Map([...roots].map((root) => [root, [] as string[]] as const));
  for (const { files } of sets) {
    const isOwn = files.some((file) => headerOf(read(file) ?? "") !== undefined);
    const root = nearest(files, [...roots]) ?? (isOwn ? (nearest(files, packages) ?? ".") : undefined);
    if (root !== undefined) found.set(root, [...(found.get(root) ?? []), ...files]);
  }
  return [...found]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([root, migrations]) => ({ root, plans: readPlans(join(cwd, root)).plans, migrations }));
}

/** The deepest of the folders that contain these files. */
function nearest([first]: readonly string[], folders: readonly string[]): string | undefined {
  return folders
    .filter((folder) => folder === "." || first?.startsWith(`${folder}/`))
    .sort((one, other) => other.length - one.length)
    .at(0);
}

/**
 * The DDL of Lockstep's own migrations by file, if their text still is what the plan wrote: these were checked during planning and have
 * frames.
 *
 * @returns the DDL of each, one text per unit; some are text for people
 */
export function ownUnits(
  all: readonly Pick<PlansAt, "root" | "plans">[],
  read: (file: string) => string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { root, plans } of all)
    for (const plan of plans) {
      const units = [plan.units, plan.undo.expand, plan.undo.contract].flatMap((each) => inFiles(each));
      for (const { file, id, sha256 } of plan.state.written) {
        const path = posix.join(root, file);
        const text = read(path);
        if (text === undefined || fileHash(file, text) !== sha256) continue;
        const own = units.find(([first]) => first.id === id) ?? [];
        // The plan passes it on as it was written, so it is judged as any other migration.
        if (own.some(isUnsafeOriginal) && own.every(({ spec }) => spec.kind === "original")) continue;
        found.set(
          path,
          own.map(({ ddl }) => ddl),
        );
      }
    }
  return found;
}
