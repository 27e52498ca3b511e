import type { DeclinedPlace } from "../../model/index.js";
import { declinedLabel } from "../../model/old-labels.js";

type Declinable = Pick<DeclinedPlace, "model" | "field" | "file" | "what" | "site" | "role">;

/** What places that must change are remembered by once they were declined: never a line, and no words. */
export function declinedId(place: Declinable): string {
  const { model, field, file, site, role = "" } = place;
  return site === undefined ? declinedLabel(place) : JSON.stringify([model, field, file, site, role]);
}

/** The id under which a place of today may be among those that were declined: a plan of before knows it by its label. */
export function declinedAs(place: Declinable, declined: { has(id: string): boolean }): string {
  const [id, label] = [declinedId(place), declinedLabel(place)];
  return !declined.has(id) && declined.has(label) ? label : id;
}
