import { phasesOf } from "../../../plan/phases.js";
import { counted } from "../../counted.js";
import { phaseCount } from "../../messages.js";
import { unsafePhases } from "../../phase-safety.js";
import { verdictText } from "../../rehearsal.js";
import { findingText, stallText } from "../../rehearsal-words.js";
import { type Block, list, type Text, type Tone, text } from "../blocks.js";
import { measured } from "../measured.js";
import { defineSection, type ReportInput } from "../section.js";

/** Whether to deploy it, as far as anybody has looked. */
export default defineSection({
  id: "verdict",
  title: "Verdict",

  data: ({ plan, rehearsal, isOutdated = false }: ReportInput) => ({
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
    naive: rehearsal && measured(rehearsal, "naive"),
    own: rehearsal && measured(rehearsal, "plan"),
  }),

  view({ kind, isOutdated, findings, naive, own }, { plan, rehearsal, command }) {
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
              ? `Nobody has measured this plan as it is now: the last rehearsal was of another version of it; ${rehearse} measures it.`
              : `Nobody has measured this plan: what follows is what it states, and ${rehearse} holds it against a server beside traffic.`,
          ];
        case "found":
          return [
            "bad",
            `Not as it is: the rehearsal found ${counted(findings.length, "thing")} that somebody would notice, or that ${findings.length === 1 ? "is" : "are"} not as stated.`,
          ];
        case "fine":
          return [
            unsafe.length > 0 ? "warn" : "good",
            rehearsal === undefined
              ? ""
              : `Nothing that was rehearsed speaks against deploying it: ${beginningSmall(verdictText(rehearsal))}.`,
          ];
        default:
          return kind satisfies never;
      }
    })();
    const blocks: Block[] = [text(sentence, tone)];
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

const beginningSmall = (sentence: string) => `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}`;

function naiveText(
  { error, longestMs = 0, failed }: NonNullable<ReturnType<typeof measured>>,
  ownMs: number | undefined,
): Text {
  const name = "The ORM’s own migration, beside the same traffic, ";
  if (error !== undefined) return [name, "was refused by the server: ", error, "."];
  const against = ownMs === undefined ? "" : `, with the plan ${stallText(ownMs)}`;
  return `${name}made a request wait for up to ${stallText(longestMs)}${against}${failed === 0 ? "" : `, and ${counted(failed, "request")} failed`}.`;
}
