import { doing } from "../../base/at-work.js";
import type { CodeIntent, Place } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { lineAt, type PlaceNode, pathOfTree, type SourceFile, startOf } from "../ast/source-file.js";
import { choiceId, chooseUnattended, type RankedPlaces } from "../candidates/choose.js";
import { chainsOf, needsOf } from "../candidates/dependencies.js";
import { candidateOf, type FoundCandidate, rangeOf, withKeys } from "../candidates/keys.js";
import { purposeOf } from "../candidates/purpose.js";
import { type Candidate, isWritable } from "../contract/candidate.js";
import type { RankContext, Ranked } from "../contract/ranked.js";
import { defaultScorecard } from "../contract/scorecard.js";
import {
  type CandidateFinding,
  type EditFinding,
  filesFor,
  findingsOf,
  isPath,
  type TransformContext,
} from "../contract/transform.js";
import { limitsOf } from "../ranking/limits.js";
import { rank } from "../ranking/rank.js";
import { inputsOf } from "../requests/passed-input.js";
import { dependenciesIn } from "../responses/dependencies.js";
import { CodeContexts, loadParsers } from "./code-context.js";
import type { CodeRequest } from "./code-request.js";
import { planStart } from "./plan-start.js";
import type { ListCandidate, PassOptions } from "./run-pass.js";
import { Workspace } from "./workspace.js";

/** The places that may get the field, ranked and chosen before any edit. */
export interface Survey {
  /** The context in which transforms edit the chosen places, and the handling of the others. */
  contextFor(
    intent: CodeIntent,
    workspace: Workspace,
    contexts: CodeContexts,
  ): {
    readonly context: TransformContext | undefined;
    readonly listCandidate: ListCandidate;
    readonly keyOf: NonNullable<PassOptions["keyOf"]>;
  };
}

/** Finds and ranks the places of all intents, then has them chosen in one step. */
export async function surveyPlaces(request: CodeRequest, contexts: CodeContexts): Promise<Survey> {
  doing("looking for places to edit");
  const questions = await questionsAbout(request, contexts);
  const chosen = await (request.choose ?? chooseUnattended)(questions);
  const ranked = new Map(
    questions.flatMap(({ intent, ranked }) => ranked.map((each) => [choiceId(intent, each.candidate.key), each])),
  );
  return {
    contextFor(intent, workspace, contexts) {
      // Edits of other intents may have moved a chosen place, but its key stays.
      const context = contexts.of(intent);
      const found = context === undefined ? [] : candidatesFor(context, request);
      const keys = new Map(found.map(({ finding, key }) => [finding.node, choiceId(intent, key)]));
      const taken = found.filter(({ key }) => chosen.has(choiceId(intent, key)));
      const places = new Map(taken.map(({ finding }) => [finding.node, finding.family]));
      const listCandidate: ListCandidate = (file, finding, about) => {
        const id = keys.get(finding.node);
        const known = id === undefined ? undefined : ranked.get(id);
        // If another transform has more facts about a place, that transform lists it.
        if (finding.isDone || id === undefined || known?.candidate.family !== finding.family) return;
        const offset = startOf(finding.node, file);
        const { blocker } = known.candidate;
        const advice = blocker === undefined ? finding.advice : `${blocker}: ${finding.advice}`;
        const isAsked = finding.mayLeaveOut && intent.isCodeOnly;
        const purpose = purposeOf(known.candidate, intent.kind);
        const listed = { kind: "place", offset, what: finding.what, ranked: known, purpose } as const;
        const place = isAsked ? ({ ...listed, mayLeaveOut: true } as const) : listed;
        const isLeft = known.kind === "silent" && finding.because === undefined && !isAsked;
        const refusal = request.refused?.get(id);
        if (refusal !== undefined) {
          const reason = `chosen, but ${refusal}: ${advice}`;
          workspace.addPlace(
            file,
            { ...place, certainty: certaintyOf(finding, "likely"), reason, reasonId: "refused" },
            about,
          );
        } else if (chosen.has(id)) {
          const why = finding.isRequired ? inWords(known) : "chosen, and not written in a way that can be edited";
          const reason = `${why}: ${advice}`;
          workspace.addPlace(file, { ...place, certainty: certaintyOf(finding, "likely"), reason }, about);
        } else if (isLeft) workspace.addSilent(file, offset);
        else {
          const certainty = certaintyOf(finding, known.kind === "silent" ? "possible" : known.kind);
          workspace.addPlace(file, { ...place, certainty, reason: `${inWords(known)}: ${advice}` }, about);
        }
      };
      return { context: contexts.taking(intent, places), listCandidate, keyOf: (...edit) => innermost(taken, ...edit) };
    },
  };
}

/** The key of the smallest place around an edit. */
function innermost(places: readonly FoundCandidate[], file: SourceFile, { splices }: EditFinding): string | undefined {
  const [at = -1] = splices.map(({ start }) => start);
  const around = places.flatMap((place) => {
    const { start, end } = rangeOf(place);
    return place.file === file && start <= at && at <= end ? [{ key: place.key, size: end - start }] : [];
  });
  return around.sort((a, b) => a.size - b.size)[0]?.key;
}

/** A place that the phase breaks without is required if its edit is not made. */
function certaintyOf({ isRequired }: CandidateFinding, ranked: Place["kind"]): Place["kind"] {
  return isRequired ? "required" : ranked;
}

/** The ranked places of all intents, without editing anything. */
export async function questionsIn(request: CodeRequest): Promise<readonly RankedPlaces[]> {
  await loadParsers(request);
  const start = planStart(request);
  return questionsAbout(request, new CodeContexts(Workspace.from(start, request.clients), request, start));
}

async function questionsAbout(request: CodeRequest, contexts: CodeContexts): Promise<readonly RankedPlaces[]> {
  const questions: RankedPlaces[] = [];
  for (const intents of byField(request.intents)) questions.push(...(await questionsOf(intents, request, contexts)));
  return questions;
}

/** The candidates of an intent in the current files, chosen or not. */
function candidatesFor(context: TransformContext, { transforms }: CodeRequest): readonly FoundCandidate[] {
  if (isPath(context)) return [];
  const serving = transforms.filter(
    ({ intents, isChecklist }) => intents.includes(context.intent.kind) && isChecklist !== true,
  );
  return context.memo(candidatesFor, undefined, () =>
    withKeys(
      serving.flatMap((transform) =>
        filesFor(transform, context.project).flatMap((file) =>
          findingsOf(transform, file, context).flatMap((finding) =>
            finding.kind === "candidate" ? [{ file, finding }] : [],
          ),
        ),
      ),
    ),
  );
}

/** The places of one field, ranked together: each is evidence for the others. */
async function questionsOf(
  intents: readonly CodeIntent[],
  request: CodeRequest,
  contexts: CodeContexts,
): Promise<readonly RankedPlaces[]> {
  const listed = withoutNamesakes(
    intents.flatMap((intent) => {
      const context = contexts.of(intent);
      return context === undefined ? [] : [{ intent, context, all: candidatesFor(context, request) }];
    }),
  );
  const rows = rowsByNeed(listed.flatMap(({ all }) => all));
  const isPlace = ({ finding }: FoundCandidate) => finding.isOnlyNeeded !== true || rows.has(finding.node);
  const surveyed = listed.map(({ all, ...each }) => ({ ...each, all: all.filter(isPlace) }));
  // The source of a row belongs to another intent: a request gets the field, and the row reads it from there.
  const keys = new Map(
    surveyed.flatMap(({ all }) => all.map(({ finding, key }) => [finding.node, finding.isDone ? undefined : key])),
  );
  const found = surveyed.map(({ intent, context, all }) => {
    const open = all.filter(({ finding }) => !finding.isDone);
    const done = all.filter(({ finding }) => finding.isDone);
    const lists = rowsOfLists(open);
    const couplings = open.length < 2 || intent.kind !== "read" ? undefined : dependenciesIn(context);
    const inputs = intent.kind === "acceptInRequests" ? inputsOf(open, context, surveyed) : undefined;
    const needsOf = ({ finding: { node, needs = [], isOnlyNeeded } }: FoundCandidate) => {
      const users = isOnlyNeeded ? (rows.get(node) ?? []) : [];
      const others = [couplings?.get(node), inputs?.get(node)?.needs, lists.get(node)];
      return [...needs, ...users, ...others.flatMap((each) => [...(each ?? [])])].flatMap(
        (needed) => keys.get(needed) ?? [],
      );
    };
    return {
      intent,
      context,
      candidates: open.map((each) =>
        withBlocker(candidateOf(each, needsOf(each)), inputs?.get(each.finding.node)?.blocker ?? lostNeed(each, keys)),
      ),
      done: done.map((each) => candidateOf(each)),
    };
  });
  const [first] = found;
  const open = found.flatMap(({ candidates }) => candidates);
  if (first === undefined) return [];
  const { model, field, columns, core } = first.context;
  const had = found.flatMap(({ done }) => done);
  const candidateFiles = [...new Set([...open, ...had].map(({ file }) => file))].sort();
  const asked = { model: model.name, columns: columns.map(({ name }) => name), candidateFiles };
  const history = open.length === 0 ? undefined : await request.readHistory?.(asked);
  const card = request.scorecard ?? defaultScorecard;
  const others = (request.clients?.others ?? []).flatMap(({ schema, models, isLocal }) =>
    isLocal ? [] : models.map((each) => ({ ...each, name: `${each.name} of ${schema}` })),
  );
  const models = [...request.models, ...others];
  const about = {
    model,
    models,
    field,
    columns,
    core,
    history,
    card,
    exposure: first.intent.exposure,
    like: first.intent.like ?? [],
  };
  const all = open.length === 0 ? [] : asSureAsNeeds(asChains(rank(open, about, had), about));
  return found.flatMap(({ intent, candidates, done }): RankedPlaces[] => {
    const ranked = all.filter(({ candidate }) => candidates.includes(candidate));
    return ranked.length + done.length === 0 ? [] : [{ intent, about, ranked, done }];
  });
}

/** The rows that need a place. */
function rowsByNeed(found: readonly FoundCandidate[]): ReadonlyMap<PlaceNode, readonly PlaceNode[]> {
  const rows = new Map<PlaceNode, PlaceNode[]>();
  for (const { finding } of found) {
    if (finding.family !== "create" && finding.family !== "update") continue;
    for (const need of finding.needs ?? []) rows.set(need, [...(rows.get(need) ?? []), finding.node]);
  }
  return rows;
}

/** Longer lists of rows are data: each row is a separate place. */
const mostRows = 300;

/** Rows of one literal array get the column together: the first needs the others, and each of those the first. */
function rowsOfLists(found: readonly FoundCandidate[]): ReadonlyMap<PlaceNode, readonly PlaceNode[]> {
  const lists = new Map<ts.Node, ts.Node[]>();
  for (const { finding } of found) {
    if (finding.family !== "create" || !("kind" in finding.node)) continue;
    const list = listAround(finding.node);
    if (list !== undefined) lists.set(list, [...(lists.get(list) ?? []), finding.node]);
  }
  const needs = new Map<PlaceNode, readonly PlaceNode[]>();
  for (const [first, ...others] of lists.values()) {
    if (first === undefined || others.length === 0 || others.length > mostRows) continue;
    needs.set(first, others);
    for (const other of others) needs.set(other, [first]);
  }
  return needs;
}

function listAround(row: ts.Node): ts.ArrayLiteralExpression | undefined {
  let at = row;
  while (ts.isParenthesizedExpression(at.parent) || ts.isSatisfiesExpression(at.parent) || ts.isAsExpression(at.parent))
    at = at.parent;
  return ts.isArrayLiteralExpression(at.parent) ? at.parent : undefined;
}

/** A place that one intent identifies is not a candidate of another intent that only matches its names. */
function withoutNamesakes<T extends { readonly all: readonly FoundCandidate[] }>(surveyed: readonly T[]): readonly T[] {
  const isKnown = ({ finding }: FoundCandidate) => finding.tie !== "names";
  const known = new Set(surveyed.flatMap(({ all }) => all.filter(isKnown).map(({ finding }) => finding.node)));
  return surveyed.map((each) => ({
    ...each,
    all: each.all.filter((found) => isKnown(found) || !known.has(found.finding.node)),
  }));
}

/** A chain is as likely as its strongest link, except for links that need a decision or have little evidence. */
function asChains(ranked: readonly Ranked[], about: RankContext): readonly Ranked[] {
  const chains = chainsOf(ranked);
  const likely = new Set(
    ranked.flatMap(({ candidate, kind }) => (kind === "likely" ? [chains.get(candidate.key)] : [])),
  );
  return ranked.map((each) => {
    const chain = chains.get(each.candidate.key);
    if (chain === undefined) return each;
    const isFree =
      (each.isLike === true || each.score >= about.card.like) &&
      isWritable(each.candidate) &&
      limitsOf(each.candidate, about).length === 0;
    return { ...each, chain: chain[0], kind: likely.has(chain) && isFree ? "likely" : each.kind };
  });
}

/** A place whose value comes from a type cannot be likelier than that type. */
function asSureAsNeeds(ranked: readonly Ranked[]): readonly Ranked[] {
  const silent = new Set(ranked.filter(({ kind }) => kind === "silent").map(({ candidate }) => candidate.key));
  return ranked.map((each) => {
    const isWeak = [...needsOf(each.candidate, ranked).keys()].some((need) => silent.has(need));
    return isWeak && each.kind === "likely" && each.candidate.isRequired !== true
      ? { ...each, kind: "possible" }
      : each;
  });
}

/** A place with a blocker needs a person. */
function withBlocker(candidate: Candidate, blocker: string | undefined): Candidate {
  if (blocker === undefined) return candidate;
  return { ...candidate, isManual: true, ...(blocker !== "" && { blocker }) };
}

/** A place that needs a declaration which is not a place; empty if its line is unknown. */
function lostNeed({ finding: { needs = [] } }: FoundCandidate, keys: ReadonlyMap<PlaceNode, unknown>) {
  const lost = needs.find((node) => !keys.has(node));
  if (lost === undefined) return undefined;
  if (!("kind" in lost)) return "";
  return `${pathOfTree(lost)}:${lineAt(lost.getSourceFile().text, lost.getStart())} has to get it first`;
}

function byField(intents: readonly CodeIntent[]): readonly (readonly CodeIntent[])[] {
  const fields = new Map<string, CodeIntent[]>();
  for (const intent of intents) {
    const field = choiceId(intent, "");
    fields.set(field, [...(fields.get(field) ?? []), intent]);
  }
  return [...fields.values()];
}

/** Why a place is shown: its relation to the value, or the strongest reasons. */
function inWords({ candidate, reasons }: Ranked): string {
  return (
    candidate.because ??
    reasons
      .slice(0, 3)
      .map(({ text }) => text)
      .join(", ")
  );
}
