import { join, posix } from "node:path";
import { inFiles, type Plan } from "../model/index.js";
import { fileHash } from "../plan/hash.js";
import { readPlans } from "../plan/store.js";

/** The plans of a project of the repository. */
export interface PlansAt {
  /** The project's folder, from the top of the repository: `.` or `packages/api`. */
  readonly root: string;
  readonly plans: readonly Plan[];
}

/** The plans that lie in a repository; those that cannot be read are told by `check` itself. */
export function plansIn(cwd: string, paths: readonly string[]): PlansAt[] {
  const roots = new Set(
    paths.flatMap((path) => {
      const found = /^(?:(.*)\/)?lockstep\/[^/]+\/plan\.json$/.exec(path);
      return found === null ? [] : [found[1] ?? "."];
    }),
  );
  return [...roots].sort().map((root) => ({ root, plans: readPlans(join(cwd, root)).plans }));
}

/**
 * What Lockstep's own migrations do, by their files, as long as their text is what the plan wrote: these were judged when they were
 * planned, and are framed.
 *
 * @returns the DDL of each, a text a unit; some are words for people
 */
export function ownUnits(
  all: readonly PlansAt[],
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
        found.set(
          path,
          own.map(({ ddl }) => ddl),
        );
      }
    }
  return found;
}
