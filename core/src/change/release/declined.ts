import { LockstepError } from "../../base/errors.js";
import { isNeededByPhase, type RankedPlaces } from "../../code/candidates/choose.js";
import { declinedAs, declinedId } from "../../code/candidates/declined-id.js";
import type { CodeResult } from "../../code/run/code-request.js";
import { isAdded } from "../../code/run/run-pass.js";
import {
  type DeclinedPlace,
  type IntentPhase,
  type Place,
  type PlaceChoice,
  type PlanState,
  phaseOf,
} from "../../model/index.js";
import type { CodePolicy } from "./choices.js";
import { lineBefore } from "./line-before.js";
import { isMeant } from "./place-names.js";

/** Places that a person declines, although Lockstep expects the phase to break without the change. */
export interface Declined {
  readonly declined: readonly DeclinedPlace[];
  /** Names in `--not` and `--only` that select such places. */
  readonly settled: ReadonlySet<string>;
}

/**
 * Declines required places that `--not` names, and reopens those that `--only` names. They are identified by file and name; places that
 * share both are treated together.
 *
 * @param phase the phase whose code is edited
 * @param today the required places of the current code, including pending edits; only called if something is named
 * @throws LS8005 no reason is given; errors of `policy.ask`
 */
export async function decideDeclined(
  state: PlanState,
  policy: CodePolicy,
  phase: IntentPhase,
  today: () => Promise<readonly Place[]>,
): Promise<Declined> {
  const { only = [], not = [], reason, ask } = policy;
  const settled = new Set<string>();
  let declined = state.declined ?? [];
  if (only.length + not.length === 0) return { declined, settled };
  const required = await today();
  const named = (name: string) => required.filter((place) => isMeant(name, place));
  for (const name of only) {
    const known = new Set(declined.map(declinedId));
    const ids = new Set(named(name).map((place) => declinedAs(place, known)));
    if (!declined.some((each) => ids.has(declinedId(each)))) continue;
    declined = declined.filter((each) => !ids.has(declinedId(each)));
    settled.add(name);
  }
  for (const name of not) {
    const places = named(name);
    const [first] = places;
    if (first === undefined) continue;
    const why = (reason ?? (await ask?.reason(first)) ?? "").trim();
    if (why === "") {
      // Ranked places need no reason, and one name may select both kinds.
      if (places.every(({ key }) => key !== undefined)) continue;
      throw new LockstepError(
        "LS8005",
        `--not ${name}: ${first.file}:${first.line} must change (${first.what}). Declining it requires a reason.`,
        { hint: `--not ${name} --reason "<why it does not have to change>"` },
      );
    }
    settled.add(name);
    const added = new Map(
      places.map((place): [string, DeclinedPlace] => {
        const { model, field, file, what } = place;
        const id = declinedId(place);
        const count = required.filter((each) => declinedId(each) === id).length;
        return [id, { model, field, file, what, ...idOf(place), count, phase, reason: why }];
      }),
    );
    const known = new Set(declined.map(declinedId));
    const again = new Set(places.map((place) => declinedAs(place, known)));
    declined = [...declined.filter((each) => !again.has(declinedId(each))), ...added.values()];
  }
  return { declined, settled };
}

/**
 * Asks for the reason why required places that a person has just deselected need not change. Without a reason, they stay required.
 *
 * @param before, after `plan.state.choices`
 */
export async function declineUnticked(
  questions: readonly RankedPlaces[],
  { before, after }: { readonly before: readonly PlaceChoice[]; readonly after: readonly PlaceChoice[] },
  ask: CodePolicy["ask"],
): Promise<readonly DeclinedPlace[]> {
  const declined: DeclinedPlace[] = [];
  for (const { intent, ranked } of questions) {
    const { model, field } = intent;
    const has = (choices: readonly PlaceChoice[], key: string) =>
      choices.some(
        ({ key: known, choice, by, ...each }) =>
          known === key && each.model === model && each.field === field && choice === "no" && by === "asked",
      );
    for (const { candidate } of ranked.filter(isNeededByPhase)) {
      if (!has(after, candidate.key) || has(before, candidate.key)) continue;
      const reason = (await ask?.reason(candidate))?.trim();
      const { file, what, site } = candidate;
      if (reason)
        declined.push({
          model,
          field,
          file,
          what,
          ...(site !== undefined && { site }),
          count: 1,
          phase: phaseOf(intent),
          reason,
        });
    }
  }
  return declined;
}

/** The required places of a planning result, including pending edits, with their lines before the edits. */
export function mustChange({ places, edits, changes }: CodeResult): readonly Place[] {
  const change = new Map(changes.map((each) => [each.file, each]));
  const made = edits.filter(isAdded).map((edit): Place => {
    const { file, line, what, model, field } = edit;
    const about = { kind: "required", what, ...idOf(edit), reason: "to write", model, field } as const;
    return { file, line: lineBefore(change.get(file), line), ...about };
  });
  return [...places.filter(({ kind }) => kind === "required"), ...made];
}

/** The identifying properties of a place. */
function idOf({ site, role }: Pick<DeclinedPlace, "site" | "role">): Pick<DeclinedPlace, "site" | "role"> {
  return { ...(site !== undefined && { site }), ...(role && { role }) };
}

/**
 * The places with the reasons of declined ones. If a name has more places than before, all of them are open again. Open required places
 * need no fingerprint: nobody confirms them.
 */
export function withReasons(places: readonly Place[], declined: readonly DeclinedPlace[]): readonly Place[] {
  const known = new Map(declined.map((each) => [declinedId(each), each]));
  const required = places.filter(({ kind }) => kind === "required").map((place) => declinedAs(place, known));
  return places.map((place) => {
    const own = declinedAs(place, known);
    const each = known.get(own);
    const count = required.filter((id) => id === own).length;
    if (place.kind !== "required") return place;
    if (each !== undefined && count <= each.count) return { ...place, declined: each.reason };
    const { fingerprint: _, ...open } = place;
    return open;
  });
}
