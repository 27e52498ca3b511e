import { unitsOf } from "../../../databases/units.js";
import { inFiles } from "../../../model/plan.js";
import { phasesOf } from "../../../plan/phases.js";
import type { LockWait, RehearsedStep } from "../../../rehearsal/results/rehearsal.js";
import { lockWords } from "../../messages.js";
import { differenceText, seenText, stallText, waitText } from "../../rehearsal-words.js";
import { heading, list, missing, type Part, strong, table, text } from "../blocks.js";
import { defineSection, type ReportInput } from "../section.js";

/** The locks of each step: as stated in the plan, and as observed in a rehearsal. */
export default defineSection({
  id: "locks",
  title: "Locks",

  data({ plan, rehearsal, measured }: ReportInput) {
    const seen = rehearsal?.runs.find(({ way }) => way === "plan")?.steps ?? [];
    // Each file is one step, named after its first unit.
    const stepOf = new Map(inFiles(plan.units).flatMap((file) => file.map(({ id }) => [id, file[0].id] as const)));
    const order = phasesOf(plan);
    return {
      isRehearsed: rehearsal !== undefined,
      steps: [...plan.units]
        .sort((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase))
        .map(({ id, phase, title, spec, verdict }) => ({
          id,
          phase,
          title,
          stated: { locks: verdict.locks, held: verdict.held, words: lockWords(plan, { spec, verdict }) },
          ...(stepOf.get(id) === id
            ? seenIn(seen.filter((step) => step.id === id))
            : { differences: [], isJoined: true }),
        })),
      naive: (rehearsal?.runs.find(({ way }) => way === "naive")?.steps ?? []).map((step) => ({
        id: step.id,
        title: step.title,
        ...seenIn([step]),
      })),
      waits: (rehearsal?.runs ?? []).flatMap(({ way, steps }) =>
        steps.flatMap(({ id, title, waits }) => waits.map((wait) => ({ way, id, title, ...wait }))),
      ),
      measured: (measured?.runs ?? []).flatMap(({ way, steps }) =>
        steps.flatMap(({ title, observed, waits }) =>
          observed === undefined ? [] : [{ way, title, locks: observed.locks, waits }],
        ),
      ),
    };
  },

  view({ isRehearsed, steps, naive, waits, measured }, { plan, command }) {
    const blocks: Part[] = [
      text(unitsOf(plan.dialect).lockMeaning),
      table(
        "Steps of the plan in the database",
        ["step", "phase", "stated", ...(isRehearsed ? ["observed in the rehearsal", "#duration"] : [])],
        steps.map((step) => [
          step.title,
          step.phase,
          step.stated.words,
          ...(isRehearsed ? ("isJoined" in step ? ["in the step above", ""] : [seenWords(step), tookWords(step)]) : []),
        ]),
      ),
    ];
    if (measured.length > 0) blocks.push(measuredTable(measured));
    const differing = steps.flatMap(({ title, differences }) => differences.map((each) => ({ title, each })));
    if (!isRehearsed)
      return [...blocks, missing("locks that the server takes, and their duration", command("rehearse"))];
    if (differing.length > 0)
      blocks.push(
        text("Differs from the plan:", "bad"),
        list(differing.map(({ title, each }) => [strong(title), `: ${differenceText(each)}`])),
      );
    if (naive.length > 0)
      blocks.push(
        table(
          "The ORM’s own migration, for comparison",
          ["statement", "observed in the rehearsal", "#duration"],
          naive.map((step) => [{ code: short(step.title) }, seenWords(step), tookWords(step)]),
        ),
      );
    blocks.push(
      text("Reading less than 16 MB under a lock counts as instant."),
      heading("Who waited for a lock"),
      waits.length === 0
        ? text("No session waited for a lock in either run.")
        : list(longestOf(waits).map(({ way, ...wait }) => [strong(wayNames[way]), `: ${waitText(wait)}`])),
    );
    return blocks;
  },
});

/** The measurement's locks that block writes or more. */
function measuredTable(measured: readonly MeasuredStep[]): Part {
  return table(
    "Locks seen during the measured run",
    ["way", "step", "lock, longest time held", "who waited"],
    measured.map(({ way, title, locks, waits }, at) => [
      measured[at - 1]?.way === way ? "" : wayNames[way],
      title,
      locks.map((each) => `${seenText({ locks: [each] })}, ${stallText(each.heldMs ?? 0)}`).join("; ") || "none seen",
      waits.map(waitText).join("; ") || "none seen",
    ]),
  );
}

interface MeasuredStep extends Pick<RehearsedStep, "title" | "waits"> {
  readonly way: "naive" | "plan";
  readonly locks: NonNullable<RehearsedStep["observed"]>["locks"];
}

const wayNames = { naive: "The ORM’s own migration", plan: "The plan" } as const;

/** Of the sessions that waited for the same lock at several steps, the longest. */
function longestOf<T extends LockWait & { readonly way: string }>(waits: readonly T[]): readonly T[] {
  const longest = new Map<string, T>();
  for (const wait of waits) {
    const key = JSON.stringify([wait.way, wait.table, wait.wanted, wait.held]);
    const known = longest.get(key);
    if (known === undefined || wait.longestMs > known.longestMs) longest.set(key, wait);
  }
  return [...longest.values()];
}

/** A step runs a second time after it was reverted: the stronger observation counts. */
function seenIn(steps: readonly RehearsedStep[]) {
  const observed = steps.flatMap((step) => step.observed ?? []);
  const error = steps.find((step) => step.error !== undefined)?.error;
  return {
    ...(observed.length > 0 && { observed }),
    differences: steps.flatMap(({ differences }) => differences),
    ...(error !== undefined && { error }),
    ...(steps.length > 0 && { tookMs: Math.max(...steps.map(({ durationMs }) => durationMs)) }),
  };
}

function seenWords({ observed, error, differences }: ReturnType<typeof seenIn>): string {
  if (error !== undefined) return `refused: ${error}`;
  if (observed === undefined) return "not observed";
  const all = observed.map(seenText);
  return `${differences.length > 0 ? "✖ " : ""}${[...new Set(all)].join("; ")}`;
}

const tookWords = ({ tookMs }: ReturnType<typeof seenIn>) => (tookMs === undefined ? "–" : stallText(tookMs));

const short = (said: string) => (said.length > 120 ? `${said.slice(0, 119)}…` : said);
