import type { Project } from "@lockstep/core/codemods";
import { migrationsIn } from "../migrations/names.js";
import type { Listing, Place } from "./listing.js";

/**
 * The data source's own list: it contains all classes of the loaded data source. Undefined if several may be: a class added to the list of
 * another data source would run on its database.
 *
 * @param classes TypeORM's names; none: it has no migration yet
 */
export function ownListing(
  listings: readonly Listing[],
  classes: readonly string[],
  code: Project,
): Listing | undefined {
  const texts = new Map(code.files.map(({ file, text }) => [file, text]));
  const [own, ...others] = listings.filter(({ places }) => {
    const listed = places.flatMap((place) => place.classes);
    const names = new Set(listed.flatMap(({ name, file }) => [name, ...migrationsIn(texts.get(file) ?? "")]));
    return places.length > 0 && classes.every((each) => names.has(each));
  });
  return others.every((other) => own !== undefined && keyOf(other) === keyOf(own)) ? own : undefined;
}

/** The same for lists of several data sources that share a constant. */
function keyOf({ places }: Listing): string {
  const at = (place: Place) => (place.kind === "list" ? place.list.open : place.kind);
  return places.map((place) => `${place.file.file} ${at(place)}`).join("\n");
}
