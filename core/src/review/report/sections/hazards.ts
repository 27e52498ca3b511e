import { stallText } from "../../rehearsal-words.js";
import { noticeWords } from "../../verdict-words.js";
import { code, heading, list, missing, type Part, strong, text } from "../blocks.js";
import { measured } from "../measured.js";
import { defineSection, type ReportInput } from "../section.js";

/** What the ORM's own migration would have done. */
export default defineSection({
  id: "hazards",
  title: "What was unsafe about the migration",

  data: ({ plan, rehearsal }: ReportInput) => ({
    file: plan.source.file,
    hazards: plan.hazards,
    notices: plan.notices.map((notice) => ({ line: notice.line, sql: notice.sql, words: noticeWords(notice) })),
    measured: rehearsal && measured(rehearsal, "naive"),
  }),

  view({ hazards, notices, measured }, { command }) {
    const blocks: Part[] = [
      list(
        hazards.map(({ rule, line, sql, consequence }) => [
          strong(rule),
          `, line ${line}: `,
          code(oneLine(sql)),
          ` – ${consequence}`,
        ]),
      ),
    ];
    if (measured === undefined)
      blocks.push(missing("effect of the generated migration on a table in use", command("rehearse")));
    else if (measured.error !== undefined)
      blocks.push(text(["In the rehearsal, the server rejected it: ", measured.error]));
    else
      blocks.push(
        text(
          measured.longestMs === undefined
            ? "In the rehearsal it succeeded. There was no traffic, so waits were not measured."
            : `In the rehearsal, it succeeded while requests waited for up to ${stallText(measured.longestMs)}${measured.failed === 0 ? "" : ` and ${measured.failed} failed`}.`,
        ),
      );
    if (notices.length > 0)
      blocks.push(
        heading("Runs unchanged"),
        list(notices.map(({ line, sql, words }) => [`line ${line}: `, code(oneLine(sql)), ` – ${words}`])),
      );
    return blocks;
  },
});

const oneLine = (sql: string) => {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
};
