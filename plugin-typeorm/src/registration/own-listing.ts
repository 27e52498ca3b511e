import type { Project } from "@lockstep/core/codemods";
import { migrationsIn } from "../migrations/list.js";
import type { Listing } from "./listing.js";

/**
 * The list that is the data source's own: all the classes that it has when it is loaded are in it.
 *
 * @param classes as TypeORM calls them; none: it has no migration yet
 */
export function ownListing(
  listings: readonly Listing[],
  classes: readonly string[],
  code: Project,
): Listing | undefined {
  const texts = new Map(code.files.map(({ file, text }) => [file, text]));
  return listings.find(({ places }) => {
    const listed = places.flatMap((place) => place.classes);
    const names = new Set(listed.flatMap(({ name, file }) => [name, ...migrationsIn(texts.get(file) ?? "")]));
    return places.length > 0 && classes.every((each) => names.has(each));
  });
}
