import { counted } from "../../counted.js";
import { missing, type Part, text } from "../blocks.js";
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
    if (!isRehearsed) return [missing("changes of query plans", command("rehearse"))];
    if (explained === 0)
      return [
        missing(`query plans${unplanned === undefined ? "" : ` (${unplanned})`}`, "npx lockstep stats --target <name>"),
      ];
    if (changed.length === 0)
      return [text(`The plans of ${counted(explained, "statement")} stay the same in every phase.`)];
    const worse = changed.filter(({ isWorse }) => isWorse).length;
    return [
      text(
        `Of ${counted(explained, "statement")}, ${counted(changed.length, "plan")} changed; ${worse === 0 ? "none costs more than the limit" : `${worse} cost more`}.`,
        worse === 0 ? undefined : "bad",
      ),
      ...changed.flatMap(({ statement, phase, before, after, costBefore, costAfter, isWorse }): Part[] => [
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
