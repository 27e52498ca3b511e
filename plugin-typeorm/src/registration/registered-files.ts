import { createProject } from "@lockstep/core/codemods";
import { migrationsIn } from "../migrations/names.js";
import type { TypeormProject } from "../project.js";
import { listingsFrom } from "./listing.js";
import { ownListing } from "./own-listing.js";
import { readCode } from "./sources.js";

/**
 * The files of the classes that a data source lists, from the root. For a compiled one, the list in its source counts, as the sources of
 * globs do: build output may be older.
 */
export function registeredFiles(
  project: Pick<TypeormProject, "root" | "generatedFolders" | "dataSource" | "dataSourceFile" | "classes">,
): readonly string[] {
  const { classes, dataSource, dataSourceFile } = project;
  const code = createProject(readCode(project));
  const listing = ownListing(listingsFrom(code, dataSourceFile), classes, code);
  const listed = new Set(listing?.places.flatMap((place) => place.classes.map(({ file }) => file)));
  const isCompiled = dataSource !== dataSourceFile;
  return code.files.flatMap(({ file, text }) => {
    if (isCompiled && listed.has(file)) return [file];
    const isLoaded = /\d{13}/.test(text) && migrationsIn(text).some((name) => classes.includes(name));
    return isLoaded ? [file] : [];
  });
}
