import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Unlisted } from "@lockstep/core";
import { readMigrationFiles } from "../migrations/list.js";
import { migrationsIn } from "../migrations/names.js";
import type { TypeormProject } from "../project.js";

/** The migrations in the repository that no glob and no list of the data source contains. */
export async function unlisted(project: TypeormProject, files: readonly string[]): Promise<readonly Unlisted[]> {
  const { root, migrationsFolder } = project;
  const known = new Set(readMigrationFiles(project).map(({ name }) => name));
  const beside = readMigrationFiles({ root, migrationGlobs: [`${migrationsFolder}/*`] }).map(({ file }) => file);
  const left = [...new Set([...beside, ...files])].flatMap((file) => {
    const path = join(root, file);
    const name = (file.split("/").at(-1) ?? "").replace(/\.[cm]?[jt]s$/, "");
    if (known.has(name) || !existsSync(path)) return [];
    const text = readFileSync(path, "utf8");
    return migrationsIn(text).length === 0 ? [] : [{ file, text }];
  });
  if (left.length === 0) return [];
  const [{ byHand }, { readCode }, { listingsIn }, { createProject }] = await Promise.all([
    import("./register.js"),
    import("./sources.js"),
    import("./listing.js"),
    import("@lockstep/core/codemods"),
  ]);
  const code = readCode(project);
  const all = createProject(code);
  // Of another database, whose data source lists it.
  const listed = new Set(
    all.files.flatMap((file) =>
      listingsIn(file, all).flatMap(({ places }) => places.flatMap((place) => place.classes.map((each) => each.file))),
    ),
  );
  return left
    .filter(({ file }) => files.includes(file) || !listed.has(file))
    .map((each) => byHand(each, project, code));
}
