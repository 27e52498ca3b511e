import { choiceId, chooseUnattended, isNeededByPhase, type RankedPlaces } from "../../code/candidates/choose.js";
import { neededBy, withoutNeeds } from "../../code/candidates/dependencies.js";
import { type Candidate, isWritable } from "../../code/contract/candidate.js";
import type { Ranked } from "../../code/contract/ranked.js";
import { followInTests, followSimilar } from "../../code/ranking/similar-candidates.js";
import type { SimilarColumn } from "../../code/ranking/similar-columns.js";
import type { CodeLevel } from "../../config/code-levels.js";
import { type Exposure, type Place, type PlaceChoice, phaseOf } from "../../model/index.js";
import { placesNamed, refuseUnknownPlaces } from "./place-names.js";

/** What is asked about one column: the places that nobody has decided about yet. */
export interface AskedPlaces {
  readonly question: RankedPlaces;
  /** Likely and possible ones, the strongest first. */
  readonly places: readonly Ranked[];
  /** The keys of those that are ticked unless the person says otherwise. */
  readonly ticked: ReadonlySet<string>;
}

/** How many places there are that the answer is about. */
export interface ExposureEffect {
  /** What callers send. */
  readonly accept: number;
  /** What is shown to them. */
  readonly show: number;
}

/** How a person is asked. What they cancel ends the run: an error of the caller's own. */
export interface AskPerson {
  exposure(model: string, field: string, effect: ExposureEffect): Promise<Exposure>;
  /** @returns the column that it is most like; none */
  like(model: string, field: string, similar: readonly SimilarColumn[]): Promise<readonly string[]>;
  /** @returns the places that were ticked, by `choiceId` */
  places(asked: readonly AskedPlaces[]): Promise<ReadonlySet<string>>;
  /** Whether so many chosen places are edited whose types could not be checked. */
  unchecked(why: string, count: number): Promise<boolean>;
  /** Why a place that must change need not; empty: it must after all. */
  reason(place: Pick<Place, "file" | "line" | "what">): Promise<string>;
}

/** Who decides which ranked places are edited. What must change is edited in any case, but for the level `none`. */
export interface CodePolicy {
  /** Absent: what lists the whole model, as where nobody can be asked. */
  readonly level?: CodeLevel | undefined;
  /** Names of places: these, and of the others only what was accepted before. */
  readonly only?: readonly string[];
  readonly not?: readonly string[];
  /** Why what `not` names need not change, of places that must. */
  readonly reason?: string | undefined;
  /** The answer for the columns of the plan. */
  readonly exposure?: Exposure | undefined;
  /** The columns that the new ones behave like. */
  readonly like?: readonly string[] | undefined;
  /** Chosen edits are written also where their types could not be checked. Default: they are listed, where nobody is asked. */
  readonly unchecked?: boolean;
  /** For the level `ask`; without it, as where nobody can be asked. */
  readonly ask?: AskPerson;
  /** Names of places from the configuration. */
  readonly accept?: readonly string[] | undefined;
  readonly decline?: readonly string[] | undefined;
}

export interface Decided {
  /** By `choiceId`. */
  readonly chosen: ReadonlySet<string>;
  /** What the plan remembers after this. */
  readonly choices: readonly PlaceChoice[];
}

type Verdict = Pick<PlaceChoice, "choice" | "by" | "for">;

/**
 * Decides which ranked places are edited. The flags count first, then what was decided before, then the configuration, then the
 * level or the person. A place that a run without a person leaves out is left open, not declined.
 *
 * @param remembered `plan.state.choices`
 * @param listed `plan.state.places`
 * @param settled names that mean places which must change: see `decideDeclined`
 * @throws LS4003 a flag names no place; whatever `policy.ask` throws
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

/** The places of one question, and what is decided about each. */
class Sheet {
  private readonly verdicts = new Map<Candidate, Verdict>();
  /** Neither asked about nor taken, and nothing to remember: the configuration says so on every run. */
  private readonly declined: ReadonlySet<Candidate>;
  /** Keys of the places that this run says no to: what needs them is not made. */
  readonly refused: Set<string>;
  /** Choices that this question has taken over, under the keys of today. */
  private readonly moved = new Set<PlaceChoice>();

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
      else if (before !== undefined) this.settle(place, before);
      else if (accept?.has(place) && !decline?.has(place) && !isForOne(place, policy))
        this.settle(place, { choice: "yes", by: "level" });
      if (before !== undefined && before.key !== place.key) this.moved.add(before);
    }
    this.declined = new Set([...(decline ?? [])].filter((place) => !this.verdicts.has(place)));
    this.refused = new Set([...(not ?? []), ...this.declined].map(({ key }) => key));
  }

  settle(place: Candidate, { choice, by, for: leader }: Verdict): void {
    this.verdicts.set(place, { choice, by, ...(leader !== undefined && { for: leader }) });
  }

  /** What was ticked and is not any more does not come back with a place that needs it. */
  refuse({ key }: Candidate): void {
    this.refused.add(key);
  }

  /** Places that nothing was decided about, and that Lockstep can edit. */
  open(): readonly Ranked[] {
    return this.question.ranked.filter(
      ({ candidate }) => !this.verdicts.has(candidate) && !this.declined.has(candidate) && isWritable(candidate),
    );
  }

  /** What the level takes where no person is asked. */
  async decideAlone(level: CodeLevel | undefined): Promise<void> {
    if (level === "none") return;
    const taken = await takenAlone(this.question, level);
    for (const { candidate } of this.open())
      if (taken.has(candidate.key)) this.settle(candidate, { choice: "yes", by: "level" });
  }

  /** Takes followers of accepted places along. */
  follow(followers: ReadonlySet<string>): void {
    for (const { candidate } of this.open())
      if (followers.has(candidate.key)) this.settle(candidate, { choice: "yes", by: "kin" });
  }

  /** Leaves open what was accepted by itself and needs a declined place. */
  drop(unmakeable: ReadonlySet<string>): void {
    for (const [place, { choice, by }] of this.verdicts)
      if (choice === "yes" && (by === "level" || by === "kin") && unmakeable.has(place.key))
        this.verdicts.delete(place);
  }

  /** Places that a person took. */
  picked(): readonly Ranked[] {
    return this.question.ranked.filter(({ candidate }) => {
      const verdict = this.verdicts.get(candidate);
      return verdict?.choice === "yes" && (verdict.by === "asked" || verdict.by === "only");
    });
  }

  /** Keys of the places that somebody said no to. */
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

  /** All choices with those of this question. */
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

/** Takes along what follows accepted places of a column, and tests once something outside of them was accepted. */
function followAccepted(sheets: readonly Sheet[]): void {
  const followers = followersOf(
    sheets.map(({ question }) => question),
    new Set(sheets.flatMap((sheet) => [...sheet.accepted()])),
  );
  for (const sheet of sheets) sheet.follow(followers);
}

/** Takes along the chains of the places that a person picked. */
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

/** Takes along what accepted places of a column need, whichever question it is in. */
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

/** Keys of the places that need one that was declined. */
function unmakeableAmong(sheets: readonly Sheet[]): ReadonlySet<string> {
  const ranked = sheets.flatMap(({ question }) => question.ranked);
  return withoutNeeds(ranked, new Set(sheets.flatMap((sheet) => [...sheet.noTo()])));
}

function byColumn(sheets: readonly Sheet[]): readonly (readonly Sheet[])[] {
  const columnOf = ({ question: { intent } }: Sheet) => choiceId(intent, "");
  return [...new Set(sheets.map(columnOf))].map((column) => sheets.filter((sheet) => columnOf(sheet) === column));
}

/** What a person is asked: all but what tests get on their own, once something outside of them is accepted. */
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

/** What refuses callers is not meant by a glob of the configuration: only by its key. */
function isForOne({ family, key }: Candidate, { accept }: CodePolicy): boolean {
  return family === "require" && accept?.includes(key) !== true;
}

function hasPlaces({ places }: AskedPlaces): boolean {
  return places.length > 0;
}

/** The keys of the places that are taken without a word: what must change, what lists the whole model, and what is likely where that was asked for. */
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

/** The choice about a place that is not under its key any more: a file was moved, or what was in it, or it is called otherwise. */
function movedTo(place: Candidate, lost: readonly PlaceChoice[]): PlaceChoice | undefined {
  const { family, file, key } = place;
  const alike = lost.filter((each) => each.key.startsWith(`${family}:`));
  const same = alike.filter(({ site }) => site !== undefined && site === siteOf(place));
  const here = same.filter((each) => each.key.startsWith(`${family}:${file}#`));
  // Plans of before know nothing but the key.
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
