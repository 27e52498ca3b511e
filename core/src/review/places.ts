import { isWritable } from "../code/contract/candidate.js";
import { isTestFile, type Place, type PlanState, purposes } from "../model/index.js";
import type { Colors } from "./colors.js";
import { columns } from "./columns.js";
import { counted } from "./counted.js";
import { type Part, rowsOf } from "./fitted.js";
import { listed } from "./listed.js";
import { codeSpan, joinMarkdown, type Markdown, md } from "./markdown-text.js";

/** The places of a plan that were not edited. */
export type OpenPlaces = Pick<PlanState, "places" | "silent" | "choices">;

/** The places of a list, by what happens to them. */
export interface PlaceGroups {
  readonly required: readonly Place[];
  /** They create rows that may lack the column: contract asks about them. */
  readonly asked: readonly Place[];
  readonly likely: readonly Place[];
  readonly possible: readonly Place[];
  /** In tests, whatever their kind: no gate checks them. */
  readonly tests: readonly Place[];
  /** Declined: they stay on the list, and Lockstep does not ask again. */
  readonly declined: readonly Place[];
}

/** Whether contract asks about a place: without a reason, a choice does not answer that. */
export function isAsked({ mayLeaveOut, declined, file }: Place): boolean {
  return mayLeaveOut === true && declined === undefined && !isTestFile(file);
}

/** Sorts places into the groups of the output, each into one; likely and possible ones with the highest score first. */
export function placeGroups({ places, choices = [] }: OpenPlaces): PlaceGroups {
  const isDeclined = (place: Place) =>
    place.declined !== undefined ||
    (place.kind !== "required" &&
      !isAsked(place) &&
      choices.some(
        ({ choice, key, model, field }) =>
          choice === "no" && key === place.key && model === place.model && field === place.field,
      ));
  const listedAs = new Map<string, string>();
  /** Several intents can list a place for one field: the first group keeps it. */
  const group = (name: keyof PlaceGroups, isIn: (place: Place) => boolean) =>
    oncePerPlace(
      places.filter((place) => {
        const id = `${idOf(place)} ${place.model}.${place.field}`;
        if (!isIn(place) || (listedAs.get(id) ?? name) !== name) return false;
        listedAs.set(id, name);
        return true;
      }),
    );
  const of = (kind: Place["kind"]) =>
    group(
      kind,
      (place) => place.kind === kind && !isTestFile(place.file) && !isAsked(place) && !isDeclined(place),
    ).sort((a, b) => Number(b.isLike ?? false) - Number(a.isLike ?? false) || (b.score ?? 0) - (a.score ?? 0));
  return {
    required: of("required"),
    asked: group("asked", isAsked),
    likely: of("likely"),
    possible: of("possible"),
    tests: group("tests", (place) => isTestFile(place.file) && !isDeclined(place)),
    declined: group("declined", isDeclined),
  };
}

/** Each place once: several columns of a plan are written there together. */
function oncePerPlace(places: readonly Place[]): Place[] {
  const found = new Map<string, Place>();
  for (const place of places) {
    const id = idOf(place);
    const known = found.get(id);
    found.set(id, known === undefined ? place : together(known, place));
  }
  return [...found.values()];
}

function idOf({ file, line, what }: Place): string {
  return JSON.stringify([file, line, what]);
}

function together(known: Place, place: Place): Place {
  const joined = (a: string, b: string, by: string) => (a.split(by).includes(b) ? a : `${a}${by}${b}`);
  const text = known.text === undefined ? place.text : joined(known.text, place.text ?? known.text, ", ");
  const reason = joined(known.reason, place.reason, "; ");
  return { ...known, reason, ...(text !== undefined && { text }) };
}

/** The maximum number of places shown per group. */
export interface PlaceLimits {
  readonly likely: number;
  readonly possible: number;
  /** Whether places in tests are listed one by one. Default: one line per file. */
  readonly tests?: "each";
}

/** The places that may get the column too: likely ones with the reason and the text, then possible ones, then the number of others. */
export function placesParts(
  open: OpenPlaces,
  { limits, command, colors }: { readonly limits: PlaceLimits; readonly command: string; readonly colors: Colors },
): readonly Part[] {
  const { asked, likely, possible, tests, declined } = placeGroups(open);
  const lines: Part[] = [];
  const shownAsked = asked.slice(0, limits.likely);
  const shownLikely = likely.slice(0, limits.likely);
  const shownPossible = possible.slice(0, limits.possible);
  if (asked.length > 0) {
    lines.push(
      `${colors.bold(counted(asked.length, "place"))} may leave the column out ${colors.dim("(fix or confirm them before contract)")}`,
    );
    if (shownAsked.length > 0)
      lines.push(rowsOf(columns(shownAsked.map((place) => [at(place), `${place.what} — ${whyText(place)}`])), 2));
  }
  if (likely.length > 0) {
    // `code` itself ends with this command.
    const isNamed = limits.possible === 0 && likely.some(isWritable);
    const how = isNamed ? `; to edit them: ${command} --code likely` : "";
    lines.push(`${colors.bold(counted(likely.length, "likely place"))} ${colors.dim(`(not edited${how})`)}`);
    lines.push({ rows: byPurposeText(shownLikely, colors), least: 0 });
  }
  if (shownPossible.length > 0) {
    lines.push(colors.bold(counted(possible.length, "possible place")));
    lines.push(...byPurposeText(shownPossible, colors));
  }
  if (tests.length > 0) {
    const files = perFile(tests);
    const shown = files.slice(0, limits.likely);
    const more = files.length - shown.length;
    lines.push(
      `${colors.bold(counted(tests.length, "place"))} in tests ${colors.dim("(optional: no gate checks them)")}`,
    );
    const rows =
      limits.tests === "each"
        ? tests.map((place) => [at(place), `${place.what} — ${whyText(place)}`])
        : shown.map((its) => fileRow(its, (place) => `${place.what} — ${whyText(place)}`, "place"));
    const others =
      more > 0 && limits.tests !== "each" ? `\n  and ${counted(more, "more file")}: ${colors.cyan(command)}` : "";
    lines.push(rowsOf(columns(rows) + others, 0));
  }
  if (limits.possible > 0 && declined.length > 0) {
    lines.push(`${colors.bold(counted(declined.length, "place"))} left out by choice`);
    lines.push(columns(declined.map((place) => [at(place), declinedText(place)])));
  }
  const rest = [
    restOf(asked.length - shownAsked.length, "that may leave the column out"),
    restOf(likely.length - shownLikely.length, "likely"),
    restOf(possible.length - shownPossible.length, "possible"),
    restOf(limits.possible > 0 ? 0 : declined.length, "left out by choice"),
    restOf(open.silent ?? 0, "with little evidence"),
  ].filter((part) => part !== "");
  if (rest.length > 0) lines.push(`${colors.dim("More places:")} ${rest.join(", ")} — ${colors.cyan(command)}`);
  return lines;
}

/** By file, in the order of their first. */
export function perFile<T extends { readonly file: string }>(all: readonly T[]): readonly (readonly [T, ...T[]])[] {
  const files = new Map<string, [T, ...T[]]>();
  for (const each of all) {
    const known = files.get(each.file);
    if (known === undefined) files.set(each.file, [each]);
    else known.push(each);
  }
  return [...files.values()];
}

/** The row of a test file: its place, or the number of places. @param noun `edit` */
export function fileRow<T extends { readonly file: string; readonly line: number }>(
  [first, ...more]: readonly [T, ...T[]],
  what: (one: T) => string,
  noun: string,
): readonly [string, string] {
  if (more.length === 0) return [at(first), what(first)];
  const lines = [first, ...more].map(({ line }) => String(line));
  return [first.file, `${counted(lines.length, noun)}: lines ${listed([...new Set(lines)])}`];
}

/** Places by what they do with the column, the highest score first: one line each, with what to write. */
function byPurposeText(places: readonly Place[], colors: Colors): readonly string[] {
  const groups = byPurpose(inChains(places));
  return groups.flatMap(({ name, places: its }) => [
    ...(groups.length === 1 || name === undefined ? [] : [`  ${colors.dim(name)}`]),
    ...columns(
      its.map((place) => [at(place), place.what, `${writtenText(place, colors)}${alongText(place, at)}`]),
      { indent: groups.length === 1 ? 2 : 4 },
    ).split("\n"),
  ]);
}

/** What to write at a place, and the strongest reasons. */
function writtenText(place: Place, colors: Colors): string {
  const { text, reasons = [] } = place;
  if (reasons.length === 0) return `— ${whyText(place)}`;
  const why = colors.dim(`(${reasons.slice(0, 2).join(", ")})`);
  const by = place.reason.startsWith("chosen") ? `— ${place.reason}` : why;
  if (text === undefined) return place.hint === undefined ? by : `like ${colors.green(place.hint)}  ${by}`;
  return `${colors.green(`+ ${text.replace(/\s+/g, " ")}`)}  ${by}`;
}

/** A place with those that are edited together with it. */
type ChainPlace = Place & { readonly along: readonly Place[] };

/** The first place of each chain: the others are named beside it. */
function inChains(places: readonly Place[]): readonly ChainPlace[] {
  const isSame = (a: Place, b: Place) => a.chain !== undefined && a.chain === b.chain && a.field === b.field;
  return places
    .filter((place, index) => !places.slice(0, index).some((each) => isSame(each, place)))
    .map((place) => ({ ...place, along: places.filter((each) => each !== place && isSame(each, place)) }));
}

function alongText({ file, along }: ChainPlace, write: (place: Place) => string): string {
  if (along.length === 0) return "";
  const names = along.map((place) => (place.file === file ? `line ${place.line}` : write(place)));
  return `; with it: ${listed([...new Set(names)], 4)}`;
}

const purposeNames = { accept: "accept it", store: "store it", show: "show it", test: "test it" } as const;

/** Places in the order in which a value flows through the code; those without a purpose come first. */
export function byPurpose<T extends Pick<Place, "purpose">>(
  places: readonly T[],
): readonly { readonly name: string | undefined; readonly places: readonly T[] }[] {
  return [undefined, ...purposes]
    .map((purpose) => ({
      name: purpose && purposeNames[purpose],
      places: places.filter((place) => place.purpose === purpose),
    }))
    .filter((group) => group.places.length > 0);
}

/** The same for the plan's README: a checklist for the review. */
export function placesMarkdown(open: OpenPlaces, command: string): readonly Markdown[] {
  const { required, asked, likely, possible, tests, declined } = placeGroups(open);
  const lines = (all: readonly Markdown[]) => joinMarkdown(all, "\n");
  const items = (places: readonly Place[], why: (place: Place) => string) =>
    lines(
      inChains(places).map(
        (place) => md`- [ ] ${codeSpan(at(place))} ${place.what} — ${why(place)}${alongText(place, at)}`,
      ),
    );
  const groups = (places: readonly Place[], why: (place: Place) => string) => {
    const its = byPurpose(inChains(places));
    return joinMarkdown(
      its.map(
        ({ name, places: of }) =>
          md`${its.length === 1 || name === undefined ? "" : md`_${name}_\n\n`}${items(of, why)}`,
      ),
      "\n\n",
    );
  };
  const [mustChange, others] = [true, false].map((isSaid) =>
    declined.filter((place) => (place.declined !== undefined) === isSaid),
  ) as [Place[], Place[]];
  const shown = possible.slice(0, 10);
  const rest = [
    restOf(possible.length - shown.length, "possible"),
    restOf(open.silent ?? 0, "with little evidence"),
  ].filter((part) => part !== "");
  const declinedLines = () => lines(mustChange.map((place) => md`- ${codeSpan(at(place))} ${declinedText(place)}`));
  const left = () =>
    joinMarkdown(
      others.map((place) => codeSpan(at(place))),
      ", ",
    );
  return [
    ...(required.length === 0 ? [] : [md`**For you to edit:**\n\n${items(required, whyText)}`]),
    ...(asked.length === 0
      ? []
      : [md`**May leave the column out; fix or confirm them before contract:**\n\n${items(asked, whyText)}`]),
    ...(likely.length === 0 ? [] : [md`**Likely, not edited:**\n\n${groups(likely, whyText)}`]),
    ...(shown.length === 0 ? [] : [md`**Possible:**\n\n${groups(shown, shortReason)}`]),
    ...(tests.length === 0
      ? []
      : [
          md`**In tests (optional):**\n\n${lines(
            perFile(tests).map((its) => {
              const [where, what] = fileRow(its, (place) => `${place.what} — ${whyText(place)}`, "place");
              return md`- [ ] ${codeSpan(where)} ${what}`;
            }),
          )}`,
        ]),
    ...(mustChange.length === 0 ? [] : [md`**Would have to change, declined by a person:**\n\n${declinedLines()}`]),
    ...(others.length === 0 ? [] : [md`Left out by choice: ${left()}.`]),
    ...(rest.length === 0 ? [] : [md`More places: ${rest.join(", ")}; ${codeSpan(command)} lists them.`]),
  ];
}

function at({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file}:${line}`;
}

/** The description of a place, and why it was declined if a reason was required. */
export function declinedText({ what, declined }: Place): string {
  return declined === undefined ? what : `${what} — ${declined}`;
}

/** The reason, and the text to write unless the reason contains it. */
export function whyText({ reason, text }: Place): string {
  const isSaid = text?.split(", ").every((part) => reason.includes(part)) !== false;
  return text === undefined || isSaid ? reason : `${reason}: \`${text.replace(/\s+/g, " ")}\``;
}

function shortReason({ reason, reasons = [] }: Place): string {
  return reasons.length === 0 ? reason : reasons.slice(0, 2).join(", ");
}

function restOf(count: number, what: string): string {
  return count <= 0 ? "" : `${count} ${what}`;
}
