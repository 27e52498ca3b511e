import type { DeclinedPlace } from "../../model/index.js";
import { declinedLabel } from "../../model/old-labels.js";

type Declinable = Pick<DeclinedPlace, "model" | "field" | "file" | "what" | "site" | "role">;

/** The id under which a declined required place is remembered. It contains no line number and no display text. */
export function declinedId(place: Declinable): string {
  const { model, field, file, site, role = "" } = place;
  return site === undefined ? declinedLabel(place) : JSON.stringify([model, field, file, site, role]);
}

/** The id under which a place may be among the declined ones. Older plans use its label. */
export function declinedAs(place: Declinable, declined: { has(id: string): boolean }): string {
  const [id, label] = [declinedId(place), declinedLabel(place)];
  return !declined.has(id) && declined.has(label) ? label : id;
}
