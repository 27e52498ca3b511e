import { addedBy } from "../../../model/index.js";
import { phasesOf } from "../../../plan/phases.js";
import { wayBackRows } from "../../markdown.js";
import { stayWords } from "../../messages.js";
import { stallText } from "../../rehearsal-words.js";
import { missing, type Part, strong, table, text } from "../blocks.js";
import { defineSection, type ReportInput } from "../section.js";

/** How to revert each phase, what that loses, and its result in the rehearsal. */
export default defineSection({
  id: "way-back",
  title: "Undo",

  data({ plan, rehearsal }: ReportInput) {
    const undone = (rehearsal?.runs.find(({ way }) => way === "plan")?.steps ?? []).filter(
      ({ kind }) => kind === "undo",
    );
    return {
      isRehearsed: rehearsal !== undefined,
      phases: wayBackRows(plan, phasesOf(plan)).map(([phase, leadsTo, what, lost]) => {
        const steps = undone.filter((step) => step.phase === phase);
        const error = steps.find((step) => step.error !== undefined)?.error;
        const longest = steps.flatMap(({ traffic }) => traffic?.longestMs ?? []);
        return {
          phase,
          leadsTo,
          what,
          lost,
          ...(steps.length > 0 && { tookMs: steps.reduce((sum, { durationMs }) => sum + durationMs, 0) }),
          ...(longest.length > 0 && { longestMs: Math.max(...longest) }),
          ...(error !== undefined && { error }),
        };
      }),
    };
  },

  view({ phases, isRehearsed }, { plan, command }) {
    const blocks: Part[] = [
      table(
        "`npx lockstep undo` reverts one phase at a time".replaceAll("`", ""),
        ["reverts", "back to", "in the database", "data lost", ...(isRehearsed ? ["in the rehearsal"] : [])],
        phases.map(({ phase, leadsTo, what, lost, tookMs, longestMs, error }) => [
          phase,
          leadsTo,
          what,
          lost === "" ? "none" : [strong(lost), stayWords(plan)],
          ...(isRehearsed
            ? [
                error !== undefined
                  ? `rejected: ${error}`
                  : tookMs === undefined
                    ? "nothing to run"
                    : `took ${stallText(tookMs)}${longestMs === undefined ? "" : `, longest wait ${stallText(longestMs)}`}`,
              ]
            : []),
        ]),
      ),
      text(
        `\`${command("undo")}\` writes the undo of the last released phase. \`npx lockstep abandon ${plan.id}\` reverts everything at once.${addedBy(plan).length === 0 ? "" : " Before the column is dropped, deploy the code that no longer writes it: code that still writes the column fails afterwards."}`,
      ),
    ];
    if (!isRehearsed) blocks.push(missing("undo of each phase", command("rehearse")));
    return blocks;
  },
});
