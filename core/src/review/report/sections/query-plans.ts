import { counted } from "../../counted.js";
import { type Block, missing, text } from "../blocks.js";
import { defineSection, type ReportInput } from "../section.js";

/** Query plans that changed, side by side. */
export default defineSection({
  id: "query-plans",
  title: "Query plans",

  data: ({ rehearsal }: ReportInput) => ({
    explained: rehearsal?.explained ?? 0,
    changed: rehearsal?.replanned ?? [],
    unplanned: rehearsal?.unplanned,
    isRehearsed: rehearsal !== undefined,
  }),

  view({ explained, changed, unplanned, isRehearsed }, { command }) {
    if (!isRehearsed)
      return [
        missing(
          `Which statements get another query plan: \`${command("rehearse")}\` compares them before and after each phase.`,
        ),
      ];
    if (explained === 0)
      return [
        missing(
          `None was compared${unplanned === undefined ? "" : `: ${unplanned}`}. The statements come from \`npx lockstep stats pull --target <name>\`.`,
        ),
      ];
    if (changed.length === 0)
      return [text(`Those of ${counted(explained, "statement")} stay as they are in every phase.`)];
    const worse = changed.filter(({ isWorse }) => isWorse).length;
    return [
      text(
        `Of ${counted(explained, "statement")}, ${counted(changed.length, "plan")} changed; ${worse === 0 ? "none got dearer than the limit" : `${worse} got dearer`}.`,
        worse === 0 ? undefined : "bad",
      ),
      ...changed.flatMap(({ statement, phase, before, after, costBefore, costAfter, isWorse }): Block[] => [
        { kind: "heading", text: `${isWorse ? "Dearer" : "Changed"} with ${phase}` },
        {
          kind: "compare",
          caption: statement,
          sides: [
            { title: `before, cost ${Math.round(costBefore)}`, lines: before },
            { title: `after, cost ${Math.round(costAfter)}`, lines: after },
          ],
        },
      ]),
    ];
  },
});
