import type { DeclinedPlace } from "../../model/index.js";

/** What places that must change are remembered by once they were declined: never a line. */
export function declinedId({
  model,
  field,
  file,
  what,
}: Pick<DeclinedPlace, "model" | "field" | "file" | "what">): string {
  return `${model}.${field} ${file}#${what}`;
}
