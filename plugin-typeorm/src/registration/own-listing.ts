import type { Project } from "@lockstep/core/codemods";
import { migrationsIn } from "../migrations/names.js";
import type { Listing, Place } from "./listing.js";

/**
 * The list that is the data source's own: all the classes that it has when it is loaded are in it. Undefined where several may be: what
 * is added to the list of another data source would run on its database.
 *
 * @param classes as TypeORM calls them; none: it has no migration yet
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

/** The same for lists of several data sources that have one constant between them. */
function keyOf({ places }: Listing): string {
  const at = (place: Place) => (place.kind === "list" ? place.list.open : place.kind);
  return places.map((place) => `${place.file.file} ${at(place)}`).join("\n");
}
