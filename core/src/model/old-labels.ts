import type { DeclinedPlace, EditRole, Owner, Place, PlannedEdit } from "./code.js";
import type { Plan } from "./plan.js";

/**
 * Older plans identified places by their display names. Only this code reads such names: it adds today's identities to the edits and places
 * of a plan.
 */
export function upgradeLabels(plan: Plan): Plan {
  const { edits, places } = plan.state;
  return { ...plan, state: { ...plan.state, edits: edits.map(upgradeEdit), places: places.map(upgradePlace) } };
}

function upgradeEdit(edit: PlannedEdit): PlannedEdit {
  if (edit.site !== undefined) return edit;
  const [role, owner] = [roleIn(edit.what), ownerIn(edit.what)];
  return { ...edit, ...(owner && { owner }), ...(role && { role }) };
}

function upgradePlace(place: Place): Place {
  const isRefused = place.site === undefined && place.reason.startsWith("chosen, but ");
  return isRefused ? { ...place, reasonId: "refused" } : place;
}

function roleIn(what: string): EditRole | undefined {
  if (what.startsWith(importLabel)) return "import";
  if (what.endsWith(", its pattern")) return "pattern";
  return /(?:^|: )fallback of /.test(what) ? "fallback" : undefined;
}

/** `toDto` of `toDto: copy of User`, `UserDto` of `class UserDto`. */
function ownerIn(what: string): Owner | undefined {
  if (what.startsWith(importLabel)) return { kind: "module", name: what.slice(importLabel.length) };
  const [, name] = /^([^:]+): /.exec(what) ?? [];
  if (name !== undefined) return { kind: "function", name };
  const [, document] = /^(?:GraphQL \w+|arguments of|(?:required of )?schema) (.+)$/.exec(what) ?? [];
  if (document !== undefined) return { kind: "schema", name: document };
  const [, kind, declared] = /^(class|interface|type) (\S+)$/.exec(what) ?? [];
  return declared === undefined ? undefined : { kind: kind as Owner["kind"], name: declared };
}

const importLabel = "import from ";

/** The identity of a place that was declined in an older plan. */
export function declinedLabel({ model, field, file, what }: Pick<DeclinedPlace, "model" | "field" | "file" | "what">) {
  return `${model}.${field} ${file}#${what}`;
}

/** Whether a place is the one that was confirmed in an older plan. */
export function isOfLabel(then: Labelled, now: Labelled): boolean {
  return then.file === now.file && then.what === now.what && then.reason === now.reason;
}

type Labelled = Pick<Place, "file" | "what" | "reason">;
