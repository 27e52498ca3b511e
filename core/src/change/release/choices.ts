import { choiceId, chooseUnattended, isNeededByPhase, type RankedPlaces } from "../../code/candidates/choose.js";
import { neededBy, withoutNeeds } from "../../code/candidates/dependencies.js";
import { type Candidate, isWritable } from "../../code/contract/candidate.js";
import type { Ranked } from "../../code/contract/ranked.js";
import { followInTests, followSimilar } from "../../code/ranking/similar-candidates.js";
import type { SimilarColumn } from "../../code/ranking/similar-columns.js";
import type { CodeLevel } from "../../config/code-levels.js";
import { type Exposure, type Place, type PlaceChoice, phaseOf } from "../../model/index.js";
import { placesNamed, refuseUnknownPlaces } from "./place-names.js";

/** The question about one column: its undecided places. */
export interface AskedPlaces {
  readonly question: RankedPlaces;
  /** Likely and possible ones, the strongest first. */
  readonly places: readonly Ranked[];
  /** The keys of the preselected places. */
  readonly ticked: ReadonlySet<string>;
}

/** How many places the answer affects. */
export interface ExposureEffect {
  /** Places that read callers' input. */
  readonly accept: number;
  /** Places that return data to callers. */
  readonly show: number;
}

/** The prompts. A cancelled prompt throws the caller's own error. */
export interface AskPerson {
  exposure(model: string, field: string, effect: ExposureEffect): Promise<Exposure>;
  /** @returns the most similar column; or none */
  like(model: string, field: string, similar: readonly SimilarColumn[]): Promise<readonly string[]>;
  /** @returns the selected places, by `choiceId` */
  places(asked: readonly AskedPlaces[]): Promise<ReadonlySet<string>>;
  /** Whether to edit this many chosen places without a type check. */
  unchecked(why: string, count: number): Promise<boolean>;
  /** Why a required place need not change; empty: it must change after all. */
  reason(place: Pick<Place, "file" | "line" | "what">): Promise<string>;
}

/** Decides which ranked places are edited. Required places are always edited, except at the level `none`. */
export interface CodePolicy {
  /** Absent: places that list the whole model, as without a person. */
  readonly level?: CodeLevel | undefined;
  /** Names of places: only these, and of the others only previously accepted ones. */
  readonly only?: readonly string[];
  readonly not?: readonly string[];
  /** Why required places named by `not` need not change. */
  readonly reason?: string | undefined;
  /** The answer for the columns of the plan. */
  readonly exposure?: Exposure | undefined;
  /** The columns that the new ones behave like. */
  readonly like?: readonly string[] | undefined;
  /** Writes chosen edits even if their types could not be checked. Default: without a person, lists them. */
  readonly unchecked?: boolean;
  /** For the level `ask`; absent: no person is available. */
  readonly ask?: AskPerson;
  /** Names of places from the configuration. */
  readonly accept?: readonly string[] | undefined;
  readonly decline?: readonly string[] | undefined;
}

export interface Decided {
  /** By `choiceId`. */
  readonly chosen: ReadonlySet<string>;
  /** The choices to store in the plan. */
  readonly choices: readonly PlaceChoice[];
}

type Verdict = Pick<PlaceChoice, "choice" | "by" | "for">;

/**
 * Decides which ranked places are edited. Flags have precedence, then earlier decisions, then the configuration, then the level or the
 * person. A place that a run without a person does not edit stays open, and is not declined.
 *
 * @param remembered `plan.state.choices`
 * @param listed `plan.state.places`
 * @param settled names of required places: see `decideDeclined`
 * @throws LS4003 a flag names no place; errors of `policy.ask`
 */
export async function decidePlaces(
  questions: readonly RankedPlaces[],
  remembered: readonly PlaceChoice[],
  policy: CodePolicy,
  listed: readonly Place[] = [],
  settled: ReadonlySet<string> = new Set(),
): Promise<Decided> {
  const { only = [], not = [] } = policy;
  const isOpen = (name: string) => !settled.has(name);
  const known = questions.flatMap(({ ranked, done }) => [...ranked.map(({ candidate }) => candidate), ...done]);
  refuseUnknownPlaces(only.filter(isOpen), "--only", known, listed);
  refuseUnknownPlaces(not.filter(isOpen), "--not", known, listed);
  const sheets = questions.map((question) => new Sheet(question, remembered, policy, known));
  const asks = policy.level === "ask" && only.length === 0 ? policy.ask : undefined;
  const asked =
    asks === undefined ? [] : (await Promise.all(sheets.map((sheet) => toAsk(sheet, sheets)))).filter(hasPlaces);
  const ticked = asked.length === 0 || asks === undefined ? new Set<string>() : await asks.places(asked);
  for (const sheet of sheets) {
    const shown = asked.find(({ question }) => question === sheet.question);
    for (const { candidate } of shown?.places ?? []) {
      const isTicked = ticked.has(choiceId(sheet.question.intent, candidate.key));
      sheet.settle(candidate, { choice: isTicked ? "yes" : "no", by: "asked" });
      if (!isTicked && shown?.ticked.has(candidate.key)) sheet.refuse(candidate);
    }
    if (asks === undefined)
      await sheet.decideAlone(only.length > 0 && policy.level !== "none" ? "required" : policy.level);
  }
  for (const column of byColumn(sheets)) {
    takeChains(column);
    if (asks !== undefined || (only.length === 0 && policy.level === "likely")) followAccepted(column);
    takeNeeded(column);
  }
  return {
    chosen: new Set(sheets.flatMap((sheet) => sheet.chosen())),
    choices: sheets.reduce((choices, sheet) => sheet.remember(choices), remembered),
  };
}

/** The places of one question with their decisions. */
class Sheet {
  private readonly verdicts = new Map<Candidate, Verdict>();
  /** Neither asked about nor edited, and not stored: the configuration declines them in every run. */
  private readonly declined: ReadonlySet<Candidate>;
  /** Keys of the places that this run declines: places that need them are not edited. */
  readonly refused: Set<string>;
  /** Earlier choices that this question has taken over, under the current keys. */
  private readonly moved = new Set<PlaceChoice>();
  /** Places decided in an earlier run. */
  private readonly remembered = new Set<Candidate>();

  constructor(
    readonly question: RankedPlaces,
    remembered: readonly PlaceChoice[],
    policy: CodePolicy,
    known: readonly Candidate[],
  ) {
    const { intent, ranked, done } = question;
    const places = ranked.map(({ candidate }) => candidate);
    const named = (names: readonly string[] = []) => new Set(names.flatMap((name) => placesNamed(name, places)));
    const [not, only, accept, decline] = [policy.not, policy.only, policy.accept, policy.decline].map(named);
    const own = remembered.filter(({ model, field }) => model === intent.model && field === intent.field);
    const keys = new Set([...known, ...done].map(({ key }) => key));
    const lost = own.filter(({ key, phase }) => !keys.has(key) && phase === phaseOf(intent));
    for (const place of places) {
      const before = own.find(({ key }) => key === place.key) ?? movedTo(place, lost);
      if (not?.has(place)) this.settle(place, { choice: "no", by: "not" });
      else if (only?.has(place)) this.settle(place, { choice: "yes", by: "only" });
      else if (before !== undefined) {
        this.settle(place, before);
        this.remembered.add(place);
      } else if (accept?.has(place) && !decline?.has(place) && !isForOne(place, policy))
        this.settle(place, { choice: "yes", by: "level" });
      if (before !== undefined && before.key !== place.key) this.moved.add(before);
    }
    this.declined = new Set([...(decline ?? [])].filter((place) => !this.verdicts.has(place)));
    this.refused = new Set([...(not ?? []), ...this.declined].map(({ key }) => key));
  }

  settle(place: Candidate, { choice, by, for: leader }: Verdict): void {
    this.verdicts.set(place, { choice, by, ...(leader !== undefined && { for: leader }) });
  }

  /** A deselected place must not return because another place needs it. */
  refuse({ key }: Candidate): void {
    this.refused.add(key);
  }

  /** Undecided places that Lockstep can edit. */
  open(): readonly Ranked[] {
    return this.question.ranked.filter(
      ({ candidate }) => !this.verdicts.has(candidate) && !this.declined.has(candidate) && isWritable(candidate),
    );
  }

  /** Accepts the places of the level without a person. */
  async decideAlone(level: CodeLevel | undefined): Promise<void> {
    if (level === "none") return;
    const taken = await takenAlone(this.question, level);
    for (const { candidate } of this.open())
      if (taken.has(candidate.key)) this.settle(candidate, { choice: "yes", by: "level" });
  }

  /** Accepts followers of accepted places. */
  follow(followers: ReadonlySet<string>): void {
    for (const { candidate } of this.open())
      if (followers.has(candidate.key)) this.settle(candidate, { choice: "yes", by: "kin" });
  }

  /** Reopens places that need a declined one, if they were accepted automatically or in an earlier run. */
  drop(unmakeable: ReadonlySet<string>): void {
    for (const [place, { choice, by }] of this.verdicts) {
      const isOlder = by === "level" || by === "kin" || this.remembered.has(place);
      if (choice === "yes" && isOlder && unmakeable.has(place.key)) this.verdicts.delete(place);
    }
  }

  /** Places that a person selected. */
  picked(): readonly Ranked[] {
    return this.question.ranked.filter(({ candidate }) => {
      const verdict = this.verdicts.get(candidate);
      return verdict?.choice === "yes" && (verdict.by === "asked" || verdict.by === "only");
    });
  }

  /** Keys of the declined places. */
  noTo(): ReadonlySet<string> {
    const declined = [...this.verdicts].filter(([, { choice }]) => choice === "no").map(([{ key }]) => key);
    return new Set([...declined, ...this.refused]);
  }

  accepted(): ReadonlySet<string> {
    return new Set([...this.verdicts].filter(([, { choice }]) => choice === "yes").map(([{ key }]) => key));
  }

  chosen(): readonly string[] {
    return [...this.accepted()].map((key) => choiceId(this.question.intent, key));
  }

  /** All choices, including those of this question. */
  remember(choices: readonly PlaceChoice[]): readonly PlaceChoice[] {
    const { intent } = this.question;
    const { model, field } = intent;
    const own = new Map([...this.verdicts].map(([place, verdict]) => [place.key, { site: siteOf(place), ...verdict }]));
    const others = choices.filter(
      (each) => !this.moved.has(each) && !(each.model === model && each.field === field && own.has(each.key)),
    );
    const added = [...own].map(
      ([key, { site, ...verdict }]): PlaceChoice => ({
        model,
        field,
        key,
        ...(site !== undefined && { site }),
        phase: phaseOf(intent),
        ...verdict,
      }),
    );
    return [...others, ...added].sort(byKey);
  }
}

/** Accepts followers of a column's accepted places, and tests once a place outside tests was accepted. */
function followAccepted(sheets: readonly Sheet[]): void {
  const followers = followersOf(
    sheets.map(({ question }) => question),
    new Set(sheets.flatMap((sheet) => [...sheet.accepted()])),
  );
  for (const sheet of sheets) sheet.follow(followers);
}

/** Accepts the chains of the places that a person selected. */
function takeChains(sheets: readonly Sheet[]): void {
  const leaders = new Map(sheets.flatMap((sheet) => sheet.picked()).map(({ chain, candidate }) => [chain, candidate]));
  for (const sheet of sheets) {
    for (const { candidate, kind, chain } of sheet.open()) {
      const leader = chain === undefined ? undefined : leaders.get(chain);
      if (leader === undefined || kind === "silent" || candidate.caution !== undefined) continue;
      sheet.settle(candidate, { choice: "yes", by: "needed", for: leader.what });
    }
  }
}

/** Accepts the places that accepted places of a column need, in any question. */
function takeNeeded(sheets: readonly Sheet[]): void {
  const ranked = sheets.flatMap(({ question }) => question.ranked);
  const unmakeable = unmakeableAmong(sheets);
  for (const sheet of sheets) sheet.drop(unmakeable);
  const accepted = sheets.flatMap((sheet) => [...sheet.accepted()]);
  const needed = neededBy(ranked, accepted, new Set(sheets.flatMap((sheet) => [...sheet.refused])));
  const names = new Map(ranked.map(({ candidate }) => [candidate.key, candidate.what]));
  for (const sheet of sheets) {
    for (const { candidate } of sheet.question.ranked) {
      const leader = needed.get(candidate.key);
      if (leader !== undefined) sheet.settle(candidate, { choice: "yes", by: "needed", for: names.get(leader) });
    }
  }
}

/** Keys of the places that need a declined one. */
function unmakeableAmong(sheets: readonly Sheet[]): ReadonlySet<string> {
  const ranked = sheets.flatMap(({ question }) => question.ranked);
  return withoutNeeds(ranked, new Set(sheets.flatMap((sheet) => [...sheet.noTo()])));
}

function byColumn(sheets: readonly Sheet[]): readonly (readonly Sheet[])[] {
  const columnOf = ({ question: { intent } }: Sheet) => choiceId(intent, "");
  return [...new Set(sheets.map(columnOf))].map((column) => sheets.filter((sheet) => columnOf(sheet) === column));
}

/** The places to ask about: all except tests that are accepted automatically once a place outside tests is. */
async function toAsk(sheet: Sheet, sheets: readonly Sheet[]): Promise<AskedPlaces> {
  const { question } = sheet;
  const shown = sheet.open().filter(({ kind }) => kind !== "silent");
  const alone = await takenAlone(question, "likely");
  const without = unmakeableAmong(byColumn(sheets).find((column) => column.includes(sheet)) ?? []);
  const ticked = new Set(
    shown.map(({ candidate }) => candidate.key).filter((key) => alone.has(key) && !without.has(key)),
  );
  const followers = followersOf([question], new Set([...sheet.accepted(), ...ticked]));
  const places = shown.filter(({ candidate: { isTest, key } }) => !(isTest && followers.has(key)));
  return { question, places, ticked };
}

/** A glob in the configuration does not select a place that rejects callers: only its key does. */
function isForOne({ family, key }: Candidate, { accept }: CodePolicy): boolean {
  return family === "require" && accept?.includes(key) !== true;
}

function hasPlaces({ places }: AskedPlaces): boolean {
  return places.length > 0;
}

/** The keys of the automatically accepted places: required ones, those that list the whole model, and likely ones if requested. */
async function takenAlone(question: RankedPlaces, level: CodeLevel | undefined): Promise<ReadonlySet<string>> {
  const unattended = level === "required" ? undefined : await chooseUnattended([question]);
  const taken = question.ranked.filter(
    (each) =>
      isNeededByPhase(each) ||
      unattended?.has(choiceId(question.intent, each.candidate.key)) ||
      (level === "likely" && each.kind === "likely"),
  );
  const keys = taken.map(({ candidate }) => candidate.key);
  return new Set([...keys, ...neededBy(question.ranked, keys).keys()]);
}

function followersOf(questions: readonly RankedPlaces[], accepted: ReadonlySet<string>): ReadonlySet<string> {
  const [first] = questions;
  const ranked = questions.flatMap((question) => question.ranked);
  if (first === undefined) return new Set();
  return new Set([...followSimilar(ranked, accepted, first.about), ...followInTests(ranked, accepted, first.about)]);
}

/** The choice for a place whose key changed because of a moved file, moved code or a rename. */
function movedTo(place: Candidate, lost: readonly PlaceChoice[]): PlaceChoice | undefined {
  const { family, file, key } = place;
  const alike = lost.filter((each) => each.key.startsWith(`${family}:`));
  const same = alike.filter(({ site }) => site !== undefined && site === siteOf(place));
  const here = same.filter((each) => each.key.startsWith(`${family}:${file}#`));
  // Older plans only store the key.
  const named = alike.filter(
    (each) => each.site === undefined && each.key.endsWith(key.slice(`${family}:${file}`.length)),
  );
  return [here, same, named].find(({ length }) => length === 1)?.[0];
}

/** `PlaceChoice.site` */
function siteOf({ site, ordinal = 1 }: Candidate): string | undefined {
  return site === undefined || ordinal === 1 ? site : `${site}~${ordinal}`;
}

function byKey(a: PlaceChoice, b: PlaceChoice): number {
  const [one, other] = [a, b].map(({ model, field, key }) => `${model}.${field} ${key}`);
  return (one ?? "") < (other ?? "") ? -1 : 1;
}
