import { phasesOf } from "../../../plan/phases.js";
import { counted } from "../../counted.js";
import { listed } from "../../listed.js";
import { phaseCount } from "../../messages.js";
import { unsafePhases } from "../../phase-safety.js";
import { verdictText } from "../../rehearsal.js";
import { findingText, stallText } from "../../rehearsal-words.js";
import { type Block, list, type Text, type Tone, text } from "../blocks.js";
import { measured } from "../measured.js";
import { defineSection, type RecordedRun, type ReportInput, type TargetState } from "../section.js";

/** Whether to deploy it, by the available evidence. */
export default defineSection({
  id: "verdict",
  title: "Verdict",

  data: ({ plan, rehearsal, isOutdated = false, measured: real }: ReportInput) => ({
    kind:
      plan.state.released === "undone"
        ? ("undone" as const)
        : rehearsal === undefined
          ? ("not-rehearsed" as const)
          : rehearsal.findings.length > 0
            ? ("found" as const)
            : ("fine" as const),
    isOutdated,
    phases: phasesOf(plan),
    hazards: plan.hazards.length,
    unsafe: unsafePhases(plan).map(({ phase }) => phase),
    findings: rehearsal?.findings ?? [],
    ...runsOf(real ?? rehearsal),
  }),

  view({ kind, isOutdated, findings, naive, own }, input) {
    const { plan, rehearsal, command } = input;
    const unsafe = unsafePhases(plan);
    const titles = new Map(rehearsal?.runs.flatMap(({ steps }) => steps.map(({ id, title }) => [id, title] as const)));
    const [tone, sentence] = ((): readonly [Tone, Text] => {
      const rehearse = `\`${command("rehearse")}\``;
      switch (kind) {
        case "undone":
          return ["plain", "This plan was undone: there is nothing to deploy."];
        case "not-rehearsed":
          return [
            "warn",
            isOutdated
              ? `The last rehearsal was of another version of this plan. Measure this one with ${rehearse}.`
              : "The locks and durations of each step are computed, not measured.",
          ];
        case "found":
          return ["bad", `Do not deploy it yet: the rehearsal found ${counted(findings.length, "problem")}.`];
        case "fine":
          return [
            unsafe.length > 0 ? "warn" : "good",
            rehearsal === undefined ? "" : `The rehearsal found no problem: ${beginningSmall(verdictText(rehearsal))}.`,
          ];
        default:
          return kind satisfies never;
      }
    })();
    const blocks: Block[] = [...factBlocks(input), text(sentence, tone)];
    if (findings.length > 0)
      blocks.push(
        list(
          findings.map((finding) => [
            ...(finding.step === undefined ? [] : [{ strong: titles.get(finding.step) ?? finding.step }, ": "]),
            findingText(finding),
          ]),
        ),
      );
    if (naive !== undefined && kind !== "undone") blocks.push(text(naiveText(naive, own?.longestMs)));
    if (unsafe.length > 0) {
      blocks.push(text(`Of ${phaseCount(plan)}, not safe with the app version before or after it:`));
      blocks.push(list(unsafe.map(({ phase, words }) => [{ strong: phase }, ` ${words.join("; ")}`])));
    }
    return blocks;
  },
});

function runsOf(of: Parameters<typeof measured>[0] | undefined) {
  return of === undefined ? {} : { naive: measured(of, "naive"), own: measured(of, "plan") };
}

/** More are in the timeline. */
const shownTargets = 5;

/** The state of the targets: their progress, and the rows filled by their backfills. */
function factBlocks({ plan, targets = [], runs = [] }: ReportInput): readonly Block[] {
  if (plan.state.released === "undone") return [];
  const more = targets.length - shownTargets;
  return [
    ...targets.slice(0, shownTargets).map((each) => factOf(each, runs)),
    ...(more > 0 ? [text(`And ${counted(more, "target")} more: see the timeline.`)] : []),
  ];
}

function factOf({ target, phases = [], error }: TargetState, runs: readonly RecordedRun[]): Block {
  if (error !== undefined) return text(`${target} could not be reached: ${error}`, "warn");
  const done = phases.filter(({ state }) => state === "done").map(({ phase }) => phase);
  const rows = runs.filter((run) => run.target === target).reduce((sum, run) => sum + run.rows, 0);
  const filled = rows === 0 ? "" : `, ${counted(rows, "row")} filled`;
  if (phases.length > 0 && done.length === phases.length)
    return text(`${target}: every phase is done${filled}.`, "good");
  const state = done.length === 0 ? "no phase is done" : `${listed(done, 4)} ${done.length === 1 ? "is" : "are"} done`;
  return text(`${target}: ${state}${filled}.`, "plain");
}

const beginningSmall = (sentence: string) => `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}`;

function naiveText(
  { error, longestMs = 0, failed }: NonNullable<ReturnType<typeof measured>>,
  ownMs: number | undefined,
): Text {
  const name = "The ORM’s own migration, under the same traffic, ";
  if (error !== undefined) return [name, "failed: ", error, "."];
  const against = ownMs === undefined ? "" : ` With the plan, the longest wait was ${stallText(ownMs)}.`;
  return `${name}made a request wait for up to ${stallText(longestMs)}${failed === 0 ? "" : `, and ${counted(failed, "request")} failed`}.${against}`;
}
