import { dialectLabels } from "../../model/dialect.js";
import { momentText } from "../../model/moment.js";
import { listed } from "../listed.js";
import { columnLabel } from "../words.js";
import type { Text } from "./blocks.js";
import { reportHtml } from "./html.js";
import { reportMarkdown } from "./markdown.js";
import type { ReportInput, WrittenReport } from "./section.js";
import { sections } from "./sections/index.js";

/** What `--json` prints: ids and figures, by section. */
export interface ReportData {
  readonly plan: string;
  readonly fingerprint: string;
  /** When it was made, and when the plan was rehearsed; ISO 8601. */
  readonly at: string;
  readonly rehearsedAt?: string;
  readonly sections: Readonly<Record<string, object>>;
}

/** A report in all its forms; each is made when it is asked for. */
export interface Report {
  readonly data: ReportData;
  html(): string;
  markdown(): string;
}

/** Makes a report. Reads nothing but its input. */
export function reportOf(input: ReportInput): Report {
  const { plan, at, rehearsal } = input;
  const data = sections.map((section) => section.data(input));
  const written = (): WrittenReport => ({
    title: titleOf(input),
    subtitle: subtitleOf(input),
    sections: sections.map((section, index) => ({
      id: section.id,
      title: section.title,
      blocks: section.view(data[index] as object, input),
    })),
    footer: [
      `Made by Lockstep ${input.version} on ${momentText(at)}. It has no values of rows; to make it anew: \`${input.command("report")}\`.`,
    ],
  });
  return {
    data: {
      plan: plan.id,
      fingerprint: plan.fingerprint,
      at,
      ...(rehearsal && { rehearsedAt: rehearsal.at }),
      sections: Object.fromEntries(sections.map(({ id }, index) => [id, data[index] as object])),
    },
    html: () => reportHtml(written()),
    markdown: () => reportMarkdown(written()),
  };
}

function titleOf({ plan }: ReportInput): string {
  const names = listed(plan.columns.map(columnLabel), 3);
  return names === "" ? "Change tables without stopping anything" : `Add ${names} without stopping anything`;
}

function subtitleOf({ plan, rehearsal, targets }: ReportInput): readonly Text[] {
  const asked =
    targets === undefined
      ? "no target asked"
      : `asked: ${listed(
          targets.map(({ target }) => target),
          3,
        )}`;
  return [
    ["Plan ", { code: plan.id }, ` (${plan.fingerprint.slice(0, 7)}), released: ${plan.state.released}`],
    `${rehearsal === undefined ? "Not rehearsed" : `Rehearsed ${momentText(rehearsal.at)} on ${dialectLabels[plan.dialect]} ${rehearsal.stage.server}`}; ${asked}`,
  ];
}
