import { migrationOf } from "../../../plan/migration-of.js";
import { phasesOf } from "../../../plan/phases.js";
import { releasesOf } from "../../../plan/releases.js";
import { outgoing } from "../../markdown.js";
import { phaseLines } from "../../messages.js";
import { duration } from "../../progress.js";
import { stallText } from "../../rehearsal-words.js";
import { missing, type Part, type Timeline, type Tone, table, text } from "../blocks.js";
import { defineSection, type RecordedDeployment, type ReportInput, type TargetState } from "../section.js";

/** The number of targets that are shown in full. */
const shownTargets = 12;
const shownDeployments = 30;

/** The plan's deployments, and its current state. */
export default defineSection({
  id: "timeline",
  title: "Deployments, in order",

  data({ plan, rehearsal, targets, deployments = [] }: ReportInput) {
    const phases = phasesOf(plan);
    const { released } = plan.state;
    const reached = released === "undone" ? -1 : phases.indexOf(released);
    const releases = releasesOf(plan).filter(({ kind, isPast }) => kind === "phase" && !isPast);
    return {
      pace: plan.pace,
      released,
      phases: phases.map((phase, at) => ({
        phase,
        /** The deployment of this phase. Absent: it runs between two. */
        ...(phase !== "backfill" && {
          deployment: phases.slice(0, at + 1).filter((each) => each !== "backfill").length,
        }),
        isWritten: phase !== "backfill" && at <= reached,
        migrations: releases.filter((release) => release.phase === phase).map(({ file }) => migrationOf(file)),
        edits: plan.state.edits.filter((edit) => edit.phase === phase).length,
        expectedMs: expectedOf(phase, { plan, rehearsal }),
      })),
      targets,
      deployments,
    };
  },

  view({ phases, targets, deployments, released, pace }, { plan, words, command }) {
    const timeline: Timeline = {
      kind: "timeline",
      items: phases.map(({ phase, deployment, isWritten, migrations, edits, expectedMs }) => {
        const [state, tone] = released === "undone" ? undoneState(phase, targets) : stateOf(phase, isWritten, targets);
        return {
          title: deployment === undefined ? `Between deployments: ${phase}` : `Deployment ${deployment}: ${phase}`,
          state,
          tone,
          lines: [
            ...phaseLines(plan, phase).map(({ text, lock }) => (lock === "code" ? text : `${text} (${lock})`)),
            ...(migrations.length === 0 && edits === 0
              ? []
              : [
                  `in the repository: ${[...(migrations.length > 0 ? [amount(migrations.length, "migration")] : []), ...(edits > 0 ? [amount(edits, "code edit")] : [])].join(", ")}`,
                ]),
            ...(expectedMs === undefined ? [] : [`about ${duration(expectedMs)} with production’s row counts`]),
            `deploy with: ${outgoing(phase, words)}`,
          ],
        };
      }),
    };
    const blocks: Part[] = [
      text(
        released === "undone"
          ? "The plan was undone. This section shows what it did."
          : `The pace is ${pace}: ${plan.paceReason}. Each phase is a separate deployment and waits for its gate.`,
      ),
      timeline,
    ];
    if (targets === undefined)
      return [...blocks, missing("state of each database", `${command("report")} --target <name>`)];
    return [...blocks, ...targetBlocks(targets), ...deployedBlocks(deployments)];
  },
});

function targetBlocks(targets: readonly TargetState[]): readonly Part[] {
  const rows = targets
    .slice(0, shownTargets)
    .flatMap(({ target, phases = [], error }) =>
      error === undefined
        ? phases.map(({ phase, state, note }) => [target, phase, stateWords[state], note])
        : [[target, "", "not reached", error]],
    );
  const more = targets.length - shownTargets;
  return [
    table("State of each target", ["target", "phase", "state", "details"], rows),
    ...(more > 0 ? [text(`And ${amount(more, "target")} more: \`npx lockstep status\`.`)] : []),
  ];
}

/** Deployments by the ORM's own command are recorded only in its own table. */
function deployedBlocks(deployments: readonly RecordedDeployment[]): readonly Part[] {
  if (deployments.length === 0)
    return [text("No deployment is recorded. `npx lockstep deploy` records each one; the ORM’s own command does not.")];
  return [
    table(
      "Deployed with npx lockstep deploy",
      ["target", "when", "phase", "outcome", "#duration", "#attempts", "#migrations"],
      deployments
        .slice(-shownDeployments)
        .map(({ target, at, phases, outcome, code, tookMs, attempts, migrations }) => [
          target,
          `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`,
          phases.join(", "),
          code === undefined ? outcome : `${outcome}: ${code}`,
          stallText(tookMs),
          String(attempts),
          String(migrations.length),
        ]),
    ),
  ];
}

const stateWords = { done: "done", open: "in progress", waiting: "not yet" } as const;

function stateOf(
  phase: string,
  isWritten: boolean,
  targets: readonly TargetState[] | undefined,
): readonly [string | undefined, Tone] {
  const asked = (targets ?? []).filter(({ error }) => error === undefined);
  if (asked.length === 0)
    return phase === "backfill"
      ? [undefined, "plain"]
      : [isWritten ? "in the repository" : "not released yet", "plain"];
  const states = asked.map(({ phases = [] }) => phases.find((each) => each.phase === phase)?.state ?? "waiting");
  const done = states.filter((state) => state === "done").length;
  if (done === states.length)
    return [asked.length === 1 ? `done on ${asked[0]?.target}` : `done on all ${done}`, "good"];
  if (done > 0) return [`done on ${done} of ${states.length}`, "warn"];
  return states.includes("open") ? ["in progress", "warn"] : ["not yet", "plain"];
}

/** Of an undone plan the databases show one thing: whether its column was dropped again. */
function undoneState(phase: string, targets: readonly TargetState[] | undefined): readonly [string | undefined, Tone] {
  const states = (targets ?? []).flatMap(({ phases = [] }) => phases.map(({ state }) => state));
  if (phase === "expand" && states.includes("open")) return ["reverted in the repository, not on every target", "warn"];
  return ["reverted", "plain"];
}

function expectedOf(phase: string, { plan, rehearsal }: Pick<ReportInput, "plan" | "rehearsal">): number | undefined {
  const own = new Set(plan.units.filter((unit) => unit.phase === phase).map(({ id }) => id));
  const of = (rehearsal?.expected ?? []).filter(({ id }) =>
    phase === "backfill" ? id.startsWith("backfill:") : own.has(id),
  );
  return of.length === 0 ? undefined : of.reduce((sum, { ms }) => sum + ms, 0);
}

const amount = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
