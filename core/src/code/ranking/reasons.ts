import { type EntityField, signalIds } from "../../model/index.js";
import type { RankContext, Reason } from "../contract/ranked.js";
import type { Evidence } from "./signals.js";

/** Longer lists of names are only counted. */
const listedAtMost = 4;

const typeWords: Readonly<Record<EntityField["type"], string>> = {
  string: "text",
  int: "integer",
  bigint: "big integer",
  float: "float",
  decimal: "decimal",
  boolean: "boolean",
  datetime: "date",
  json: "JSON",
  bytes: "binary",
  enum: "enum",
};

/**
 * The evidence as messages with weights, the strongest first. A signal with weight 0 is not listed. Exception: a place that kept up with
 * the model is always listed, and first, because no other evidence was right as often.
 */
export function reasonsOf(evidence: readonly Evidence[], context: RankContext): readonly Reason[] {
  return evidence
    .map(
      (each): Reason => ({
        signal: each.signal,
        weight: context.card.weights[each.signal],
        text: textOf(each, context),
      }),
    )
    .filter(({ signal, weight }) => weight !== 0 || signal === "keptUp")
    .sort((a, b) => strengthOf(b) - strengthOf(a) || signalIds.indexOf(a.signal) - signalIds.indexOf(b.signal));
}

function strengthOf({ signal, weight }: Reason): number {
  return signal === "keptUp" ? Number.POSITIVE_INFINITY : Math.abs(weight);
}

function textOf(evidence: Evidence, { model, field }: RankContext): string {
  switch (evidence.signal) {
    case "similarHere":
      return similarHere(evidence.names, field.name);
    case "similarMissing":
      return evidence.names.length > listedAtMost
        ? `lacks the ${evidence.names.length} columns named like ${field.name}`
        : `lacks ${listed(evidence.names)}, named like ${field.name}`;
    case "halfOfCore":
      return `holds ${evidence.held} of ${evidence.of} ${evidence.of === 1 ? "column" : "columns"}`;
    case "nearlyAll":
      return "leaves out hardly any";
    case "previousHere":
      return evidence.isFromGit
        ? `has ${evidence.name}, the last column you added`
        : `has ${evidence.name}, declared just before ${field.name}`;
    case "lastThreeHere":
      return evidence.isFromGit ? "got the last 3 columns you added" : "has the 3 columns declared last";
    case "sameTypeHere":
      return sameTypeHere(evidence.names, typeWord(field));
    case "noSameType":
      return `has no other ${typeWord(field)} column`;
    case "fullest":
      return evidence.isAlone ? "holds more columns than any other place" : "holds as many columns as any other place";
    case "fewPlaces":
      return evidence.places === 1
        ? `the only place that lists fields of ${model.name}`
        : `one of only ${evidence.places} places that list fields of ${model.name}`;
    case "keptUp":
      return `got all ${evidence.columns} columns that were added since it exists`;
    case "notWithEarlier":
      return evidence.hasSome
        ? `was not changed by the commits that added the last ${evidence.columns} columns`
        : `missed the last ${evidence.columns} columns`;
    case "oneOff":
      return "a script or a report: those are seldom changed later";
    case "otherKeys":
      return `has ${evidence.keys} keys that are no columns of ${model.name}`;
    case "namesOnly":
      return `only its field names point to ${model.name}`;
    default:
      return evidence satisfies never;
  }
}

function similarHere(names: readonly string[], field: string): string {
  const [first, ...others] = names;
  if (others.length === 0) return `has ${first}, named like ${field}`;
  return names.length > listedAtMost
    ? `has all ${names.length} columns named like ${field}`
    : `has ${first} next to ${listed(others)}`;
}

function sameTypeHere(names: readonly string[], type: string): string {
  if (names.length === 1) return `has ${names[0]}, the only other ${type} column`;
  return `has ${names.length === 2 ? "both" : `all ${names.length}`} other ${type} columns`;
}

function typeWord({ type, enumName, isList, isForeignKey }: EntityField): string {
  if (isForeignKey) return "foreign key";
  const word = type === "enum" ? (enumName ?? typeWords.enum) : typeWords[type];
  return isList ? `${word} list` : word;
}

/** `a`, `a and b`, `a, b and c` */
function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
