import { gatesAt, nextPhase } from "../../../plan/next-phase.js";
import { phasesOf } from "../../../plan/phases.js";
import { gateText, isConfirmedGate } from "../../gate-words.js";
import { columnLabel } from "../../messages.js";
import { heading, list, missing, type Part, type Text, text } from "../blocks.js";
import { defineSection, type ReportInput } from "../section.js";

/** What has to be proved before a phase, and what was proved. */
export default defineSection({
  id: "gates",
  title: "Gates",

  data: ({ plan, gates }: ReportInput) => ({
    next: nextPhase(plan),
    phases: phasesOf(plan)
      .filter((phase) => gatesAt(plan, phase).length > 0)
      .map((phase) => ({
        phase,
        steps: gatesAt(plan, phase).map((step) => ({
          gate: step.gate,
          column: columnLabel({ table: step.table, name: step.column }),
          isConfirmed: isConfirmedGate(step.gate),
          words: gateText(step),
        })),
      })),
    answers: gates,
  }),

  view({ next, phases, answers }, { plan, command }) {
    if (phases.length === 0) return [text("The plan has one phase, so no gate is between phases.")];
    const written = new Set(order.slice(0, order.indexOf(plan.state.released) + 1));
    return phases.flatMap(({ phase, steps }): Part[] => {
      const head = heading(`Before ${phase}`);
      if (phase === next && answers !== undefined)
        return [
          head,
          ...(answers.length === 0 ? [text("No target could be reached.", "warn")] : []),
          {
            kind: "checklist",
            items: answers.map(({ gate, target, isOpen, statement, help }) => ({
              isDone: isOpen,
              text: [
                { strong: gate },
                ` on ${target}: ${statement}`,
                ...(help === undefined || isOpen ? [] : [` – ${help}`]),
              ] satisfies Text,
            })),
          },
        ];
      const opens = list(
        // A gate may have the same text for two columns.
        [...new Map(steps.map((step) => [`${step.gate} ${step.words}`, step])).values()].map(
          ({ gate, words, isConfirmed }) => [
            { strong: gate },
            `: ${words}${isConfirmed ? " (measured or announced, else confirmed by a person)" : ""}`,
          ],
        ),
      );
      if (written.has(phase as (typeof order)[number]))
        return [head, text("It was open when the phase was released. It checked whether"), opens];
      return [
        head,
        text("It opens when"),
        opens,
        ...(phase === next ? [missing(`state of the gate to ${phase}`, `${command("report")} --target <name>`)] : []),
      ];
    });
  },
});

const order: readonly string[] = ["expand", "switch", "contract"];
