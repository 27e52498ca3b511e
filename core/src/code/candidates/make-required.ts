import type { PlaceNode } from "../ast/source-file.js";
import type { CandidateFinding, TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";

/** A field that expand gave to what callers send. */
export interface AcceptedField {
  /** What lists all that callers send. */
  readonly node: PlaceNode;
  readonly what: string;
  /** The name of what it stands in; see `Candidate.anchor`. */
  readonly anchor: string | undefined;
  /** What callers have to send there. */
  readonly required: readonly string[];
  /** What stands there once the field is required; undefined where a person has to say it. */
  readonly text: string | undefined;
  /** The text is added to a list of what is required; otherwise it takes the place of what is there. */
  readonly isAdded?: true;
}

/**
 * Callers may leave the field out for good, unless somebody picks this place in contract. Nothing ticks it: callers that do not send
 * it are refused from then on. Nothing at all where callers need not send the other columns either: it is a filter, or an update.
 */
export function requiredCandidate(
  accepted: AcceptedField,
  { field, core }: TransformContext,
): CandidateFinding | undefined {
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

/** The edit where the place was picked, the place where it was not, and nothing where it is none. */
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
