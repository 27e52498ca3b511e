import { join } from "node:path";
import { choiceId, type RankedPlaces } from "../../code/candidates/choose.js";
import { isWritable } from "../../code/contract/candidate.js";
import type { CodeRequest } from "../../code/run/code-request.js";
import { hasConfig } from "../../code/verify/configs.js";
import { demandedPlaces } from "../../code/verify/demanded-places.js";
import type { Demand } from "../../code/verify/request.js";
import { mostWatched } from "../../code/verify/request.js";
import type { FileChange, Place } from "../../model/index.js";
import { lineBefore } from "./line-before.js";
import type { VerifiedEdits, VerifyScope } from "./verified-edits.js";

/** The input for the compiler, and the decisions so far. */
export interface Demanding {
  readonly request: CodeRequest;
  readonly scope: VerifyScope;
  /** The decided ranked places. */
  readonly questions: readonly RankedPlaces[];
  /** By `choiceId`: places that a person declined are listed, not edited. */
  readonly declined: ReadonlySet<string>;
  /** Plans the edits again, including these places. */
  again(ids: ReadonlySet<string>): Promise<VerifiedEdits>;
}

/**
 * Makes the edits without which the code does not compile: edits a ranked place, and lists any other place as required with the compiler's
 * message. If the project cannot be compiled, sets `isUndemanded`. If its generated client lacks the field, there are no demands.
 *
 * @throws the reason of `scope.signal`
 */
export async function withDemands(result: VerifiedEdits, demanding: Demanding): Promise<VerifiedEdits> {
  const { request, scope, questions, declined } = demanding;
  const names = request.files.flatMap(({ file, isDocument }) => (isDocument ? [] : [file]));
  if (!hasConfig(names.map((file) => join(request.root, file)))) return { ...result, isUndemanded: true };
  const ranked = questions.flatMap((question) => question.ranked.map(({ candidate }) => candidate.file));
  const watched = names.length > mostWatched ? [...new Set(ranked)] : names;
  // `again` makes the check watch other files, so each call passes the names again.
  const demandsOf = ({ changes }: VerifiedEdits) =>
    scope.typeCheck.of(request, scope, watched).demands(afterOf(changes, scope));
  let [now, demands] = [result, await demandsOf(result)];
  if (demands === undefined) return { ...now, isUndemanded: true };
  const ids = new Set(demands.flatMap((demand) => placeOf(demand, questions, now.changes) ?? []));
  const open = new Set([...ids].filter((id) => !declined.has(id)));
  if (open.size > 0) {
    now = await demanding.again(open);
    demands = await demandsOf(now);
  }
  if (demands === undefined) return { ...now, isUndemanded: true };
  if (demands.length === 0) return now;
  const after = afterOf(now.changes, scope);
  const files = request.files.map((each) => ({ ...each, text: after.get(each.file) ?? each.text }));
  return { ...now, places: merged(now.places, await demandedPlaces({ ...request, files }, demands)) };
}

/**
 * Lists the code that may write NULL to a column that becomes required: what the compiler rejects then.
 *
 * @throws the reason of `scope.signal`
 */
export async function withNullWriters(
  result: VerifiedEdits,
  { request, scope }: Pick<Demanding, "request" | "scope">,
): Promise<VerifiedEdits> {
  if (!request.intents.some(({ becomesRequired }) => becomesRequired)) return result;
  const names = request.files.flatMap(({ file, isDocument }) => (isDocument ? [] : [file]));
  if (!hasConfig(names.map((file) => join(request.root, file)))) return { ...result, isUndemanded: true };
  const after = afterOf(result.changes, scope);
  const demands = await scope.typeCheck.of(request, scope, names).requirements(after);
  if (demands === undefined) return { ...result, isUndemanded: true };
  const files = request.files.map((each) => ({ ...each, text: after.get(each.file) ?? each.text }));
  const found = await demandedPlaces({ ...request, files }, demands, true);
  return { ...result, places: merged(result.places, found) };
}

/** The texts that will be written. */
function afterOf(changes: readonly FileChange[], { leftAmong, edited }: VerifyScope): ReadonlyMap<string, string> {
  const left = leftAmong?.(changes) ?? new Set<string>();
  const written = [...edited, ...changes].filter(({ file }) => !left.has(file));
  return new Map(written.map(({ file, after }) => [file, after ?? ""]));
}

/** The innermost ranked place that a demand refers to, by `choiceId`. */
function placeOf({ file, line, field }: Demand, questions: readonly RankedPlaces[], changes: readonly FileChange[]) {
  const at = lineBefore(
    changes.find((change) => change.file === file),
    line,
  );
  const [found] = questions
    .filter(({ intent }) => intent.field === field)
    .flatMap(({ intent, ranked }) => ranked.map(({ candidate }) => ({ intent, candidate })))
    .filter(
      ({ candidate }) =>
        candidate.file === file && candidate.line <= at && at <= candidate.lastLine && isWritable(candidate),
    )
    .sort(({ candidate: a }, { candidate: b }) => a.lastLine - a.line - (b.lastLine - b.line));
  return found === undefined ? undefined : choiceId(found.intent, found.candidate.key);
}

/** Makes listed places required, with the compiler's message. */
function merged(places: readonly Place[], demanded: readonly Place[]): readonly Place[] {
  const isSame = (a: Place) => (b: Place) => a.file === b.file && a.line === b.line && a.field === b.field;
  const known = places.map((place): Place => {
    const demand = demanded.find(isSame(place));
    if (demand === undefined || place.kind === "required") return place;
    const reason = `${place.reason}; ${demand.reason}`;
    return { ...place, kind: "required", reason };
  });
  const added = demanded.filter((place, at) => !places.some(isSame(place)) && demanded.findIndex(isSame(place)) === at);
  return [...known, ...added].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}
