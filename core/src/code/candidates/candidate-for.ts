import { type EntityField, type EntityModel, type Family, isTestFile as isTestPath } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import { type PlaceNode, type SourceFile, textOf } from "../ast/source-file.js";
import type { Tie } from "../contract/candidate.js";
import { likeColumns, nearestByName } from "../contract/pattern-columns.js";
import type { CandidateFinding, RowsPart, TransformContext } from "../contract/transform.js";
import { keyStyles } from "../shapes/shape-types.js";
import { sourcesOf } from "../values/value-text.js";

/** A place that lists fields, as its finder sees it. */
export interface FieldList {
  readonly family: Family;
  readonly tie: Tie;
  readonly node: PlaceNode;
  readonly what: string;
  /** The name of the place or its container; see `Candidate.anchor`. */
  readonly anchor: string | undefined;
  /** As spelled in the code: `createdAt` or `created_at`. */
  readonly names: readonly string[];
  readonly because?: string | undefined;
  /** See `Candidate.caution`. */
  readonly caution?: string | undefined;
  /** See `Candidate.isRequired`. */
  readonly isRequired?: true | undefined;
  /** It names nearly all columns, which only rows do. This is enough in tests. */
  readonly isNearlyWhole?: true;
  /** See `Candidate.keepsOut`. */
  readonly keepsOut?: true;
  /** The text to write, if Lockstep can produce it. */
  readonly text?: string | undefined;
  readonly advice: string;
}

/**
 * The candidate for a list of fields. Undefined if it names fewer than two fields without other evidence, if another model fits its names
 * better, and in tests: changes that a test needs to compile are edits.
 */
export function candidateFor(
  listed: FieldList,
  file: SourceFile,
  context: TransformContext,
): CandidateFinding | undefined {
  if (isHiddenFromResponses(context) && listed.keepsOut === undefined) return undefined;
  const { field } = context;
  const { because, text } = listed;
  const given = new Set(listed.names);
  const { names, isWhole, isEnough } = namedBy(given, context);
  // A new row counts, whatever fields it sets.
  const isRow = listed.family === "create" && listed.tie === "orm";
  const isOfTest = isTestFile(file) && !isWhole && !listed.isNearlyWhole;
  if (!isRow && ((because === undefined && !isEnough) || isOfTest)) return undefined;
  // The app sets a constant value, such as a default role. A value derived from the request is the callers' choice.
  const isGiven = context.intent.kind === "acceptInRequests" && sourcesOf(context).length === 0;
  const isTheirs = isGiven && context.intent.exposure !== "exposed";
  const caution = listed.caution ?? (isTheirs ? `callers could choose ${field.name}` : undefined);
  const otherKeys = given.size - names.length;
  const isDone = isNamed(field, given);
  return {
    kind: "candidate",
    ...listed,
    because,
    caution,
    names,
    otherKeys,
    text,
    isWhole,
    isDone,
    hint: isDone || (text !== undefined && !text.includes("…")) ? undefined : siblingText(listed.node, file, context),
  };
}

/** The text of the column that resembles the new one most, on one line. */
function siblingText(node: PlaceNode, file: SourceFile, context: TransformContext): string | undefined {
  if (!("kind" in node)) return undefined;
  const members = new Map<string, ts.Node>();
  ts.forEachChild(node, (child) => {
    const name = nameOf((child as { readonly name?: ts.PropertyName }).name);
    if (name !== undefined) members.set(name, child);
  });
  const like = likeColumns(context);
  const columns = like.length > 0 ? like : nearestByName(context);
  const found = columns.flatMap(({ name }) => keyStyles.map((keyOf) => members.get(keyOf(name)))).find((each) => each);
  const text = found && textOf(found, file).replaceAll(/\s+/g, " ");
  return text !== undefined && text.length <= longestHint ? text : undefined;
}

const longestHint = 120;

/** Whether reads of an internal column are enabled. Then places that would expose it are not listed. */
export function isHiddenFromResponses({ intent }: Pick<TransformContext, "intent">): boolean {
  return intent.kind === "read" && intent.exposure === "internal";
}

/** Whether rows have the column in this phase: read rows from switch on, just written rows from expand on. */
export function readsFieldInPhase({ isWritten }: RowsPart, { intent }: Pick<TransformContext, "intent">): boolean {
  return intent.kind === "read" || (isWritten === true && intent.value.kind !== "none");
}

/** Whether a place would be listed for its names alone. A cheap check that avoids expensive ones. */
export function isWorthListing(names: readonly string[], file: SourceFile, context: TransformContext): boolean {
  const { isWhole, isEnough } = namedBy(new Set(names), context);
  return isEnough && (isWhole || !isTestFile(file));
}

function namedBy(given: ReadonlySet<string>, context: TransformContext) {
  const { columns } = context;
  const names = columns.filter((column) => isNamed(column, given)).map(({ name }) => name);
  const isWhole = columns.length >= 3 && names.length === columns.length;
  return { names, isWhole, isEnough: names.length >= 2 && othersNamed(given, context) <= names.length };
}

/** A candidate that Lockstep cannot edit in its current form. It is listed with the reason and not offered for selection. */
export function asManual(candidate: CandidateFinding, reason: string | undefined): CandidateFinding {
  if (reason === undefined || candidate.isDone) return candidate;
  return { ...candidate, isManual: true, advice: `${reason}: ${candidate.advice}` };
}

/** Whether a file is a test or test support code. */
export function isTestFile(file: SourceFile): boolean {
  return isTestPath(file.file);
}

/** By name as spelled in places: the models with a field of that name. */
const models = new WeakMap<readonly EntityModel[], ReadonlyMap<string, readonly EntityModel[]>>();

function modelsByName(all: readonly EntityModel[]): ReadonlyMap<string, readonly EntityModel[]> {
  const known = models.get(all);
  if (known !== undefined) return known;
  const byName = new Map<string, EntityModel[]>();
  for (const model of all) {
    for (const { name } of model.fields) {
      for (const spelled of new Set(keyStyles.map((keyOf) => keyOf(name))))
        byName.set(spelled, [...(byName.get(spelled) ?? []), model]);
    }
  }
  models.set(all, byName);
  return byName;
}

/** The largest number of these names that one model has, not counting the name in question. */
function othersNamed(given: ReadonlySet<string>, { model, models }: TransformContext): number {
  const byName = modelsByName(models);
  const counts = new Map<EntityModel, number>();
  for (const name of given) {
    for (const other of byName.get(name) ?? []) if (other !== model) counts.set(other, (counts.get(other) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

function isNamed({ name }: EntityField, given: ReadonlySet<string>): boolean {
  return keyStyles.some((keyOf) => given.has(keyOf(name)));
}
