import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FileChange, Plan } from "../../model/index.js";
import { fileHash } from "../../plan/hash.js";
import { migrationOf } from "../../plan/migration-of.js";
import { planFolder } from "../../plan/plan-file.js";
import { releasesOf } from "../../plan/releases.js";
import { contentOf, fileText, unitsText } from "../../plan/unit-files.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import { read } from "./prepare-phase.js";

/** A file of a plan that is missing or differs from plan.json. */
export interface DamagedFile {
  readonly plan: string;
  readonly file: string;
  /** Its text as planned. Undefined: another version of Lockstep rendered it, so only git has it. */
  readonly change: FileChange | undefined;
}

/**
 * The files of plans that a merge or a person changed: pending and undo units, the original, and released migrations. A missing migration
 * is not among them, because the history may be squashed.
 */
export function damagedFiles(
  project: Project,
  plugin: Pick<OrmPlugin, "migrationText">,
  plans: readonly Plan[],
): readonly DamagedFile[] {
  return plans.flatMap((plan) => {
    const isDamaged = ({ file, sha256 }: { readonly file: string; readonly sha256: string }) => {
      const path = join(project.root, file);
      return !existsSync(path) || fileHash(file, readFileSync(path, "utf8")) !== sha256;
    };
    const damaged = (file: string, after: string | undefined): DamagedFile => ({
      plan: plan.id,
      file,
      change: after === undefined ? undefined : { file, before: read(project, file), after },
    });
    const source = { file: `${planFolder(plan.id)}/original.sql`, sha256: plan.source.sha256 };
    return [
      ...(existsSync(join(project.root, source.file)) && isDamaged(source)
        ? [damaged(source.file, plan.source.sql)]
        : []),
      ...[...plan.state.held, ...plan.state.undo]
        .filter(isDamaged)
        .map((record) => damaged(record.file, fileText(plan, record))),
      ...releasesOf(plan)
        .filter((release) => existsSync(join(project.root, release.file)) && isDamaged(release))
        .map(({ file, sha256, units, kind, phase }) => {
          const sql = unitsText(plan, units, kind === "undo" ? "undo" : phase);
          const text = plugin.migrationText(project, migrationOf(file), contentOf(plan, units, sql));
          return damaged(file, fileHash(file, text) === sha256 ? text : undefined);
        }),
    ];
  });
}
