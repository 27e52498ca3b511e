import type { PlaceNode } from "../ast/source-file.js";
import type { CandidateFinding, TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";

/** A field that expand added to a request. */
export interface AcceptedField {
  /** The list of everything that callers send. */
  readonly node: PlaceNode;
  readonly what: string;
  /** The name of its container; see `Candidate.anchor`. */
  readonly anchor: string | undefined;
  /** The fields that callers must send there. */
  readonly required: readonly string[];
  /** The text once the field is required; undefined if a person must decide it. */
  readonly text: string | undefined;
  /** The text is added to a list of required fields. Otherwise it replaces the current text. */
  readonly isAdded?: true;
}

/**
 * Makes the field required if a person selects this place in contract. Never preselected, because callers that do not send the field are
 * rejected from then on. Undefined if callers need not send the other columns either: it is a filter or an update.
 */
function requiredCandidate(accepted: AcceptedField, { field, core }: TransformContext): CandidateFinding | undefined {
  const { required, text, isAdded, ...place } = accepted;
  const sent = new Set(required);
  const names = core.filter(({ name }) => keyStyles.some((keyOf) => sent.has(keyOf(name)))).map(({ name }) => name);
  if (names.length === 0) return undefined;
  const caution = `callers that do not send ${field.name} would be refused`;
  const then = text === undefined ? "make it required" : `${isAdded ? "add" : "make it"} \`${text}\``;
  return {
    kind: "candidate",
    ...place,
    family: "require",
    names,
    text,
    tie: "type",
    isWhole: false,
    isDone: false,
    because: caution,
    caution,
    advice: `${then} once all of them send it`,
  };
}

/** The edit if the place was selected, the place if it was not, and nothing if there is no place. */
export function* requiredFindings<T>(
  accepted: AcceptedField,
  edits: Iterable<T> | undefined,
  context: TransformContext,
): Iterable<T | CandidateFinding> {
  const found = requiredCandidate(accepted, context);
  if (found === undefined) return;
  if (edits !== undefined && context.takes(accepted.node, "require")) yield* edits;
  else yield found;
}
