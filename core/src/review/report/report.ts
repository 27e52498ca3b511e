import { dialectLabels } from "../../model/dialect.js";
import { momentText } from "../../model/moment.js";
import { listed } from "../listed.js";
import { whatOf } from "../markdown.js";
import { codeSpan, fenced, joinMarkdown, type Markdown, markdownTable, md, plain } from "../markdown-text.js";
import { unsafePhases } from "../phase-safety.js";
import { type Block, type Chart, code, inlines, list, type Part, type Table, type Text } from "./blocks.js";
import { thinned } from "./charts/thinned.js";
import { reportHtml } from "./html.js";
import type { ReportInput, WrittenReport } from "./section.js";
import { sections } from "./sections/index.js";

/** The output of `--json`: ids and figures, by section. */
export interface ReportData {
  readonly plan: string;
  readonly fingerprint: string;
  /** When it was made, and when the plan was rehearsed; ISO 8601. */
  readonly at: string;
  readonly rehearsedAt?: string;
  readonly sections: Readonly<Record<string, object>>;
}

/** A report in all its forms; each is rendered on demand. */
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
    sections: withoutEmpty(
      sections.map((section, index) => ({
        id: section.id,
        title: section.title,
        blocks: section.view(data[index] as object, input),
      })),
    ),
    footer: [
      `Written by Lockstep ${input.version} on ${momentText(at)}, without values of rows. Update it with \`${input.command("report")}\`.`,
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

/** Lists what was not measured at the end, one line for each command that measures it. */
function withoutEmpty(
  all: readonly { readonly id: string; readonly title: string; readonly blocks: readonly Part[] }[],
): WrittenReport["sections"] {
  const lacking = new Map<string, string[]>();
  for (const block of all.flatMap(({ blocks }) => blocks))
    if (block.kind === "missing") lacking.set(block.by, [...(lacking.get(block.by) ?? []), block.what]);
  const measured = all.map((each) => ({ ...each, blocks: each.blocks.filter((block) => block.kind !== "missing") }));
  const items = [...lacking].map(([by, what]): Text => [`${[...new Set(what)].join("; ")} – `, code(by)]);
  return [
    ...measured.filter(({ blocks }) => blocks.length > 0),
    ...(items.length === 0 ? [] : [{ id: "not-measured", title: "Not measured", blocks: [list(items)] }]),
  ];
}

function titleOf({ plan }: ReportInput): string {
  const change = whatOf(plan, 3);
  const what = `${change.slice(0, 1).toUpperCase()}${change.slice(1)}`;
  return unsafePhases(plan).length === 0 ? `${what} without downtime` : what;
}

function subtitleOf({ plan, rehearsal, targets }: ReportInput): readonly Text[] {
  const asked =
    targets === undefined
      ? "no target checked"
      : `checked: ${listed(
          targets.map(({ target }) => target),
          3,
        )}`;
  return [
    ["Plan ", { code: plan.id }, ` (${plan.fingerprint.slice(0, 7)}), released: ${plan.state.released}`],
    `${rehearsal === undefined ? "Not rehearsed" : `Rehearsed ${momentText(rehearsal.at)} on ${dialectLabels[plan.dialect]} ${rehearsal.stage.server}`}; ${asked}`,
  ];
}

/** The same report for a pull request. An update finds the comment by its first line. */
function reportMarkdown({ title, subtitle, footer, sections }: WrittenReport): string {
  const blocks = [
    md`<!-- lockstep report -->`,
    md`# ${plain(title)}`,
    joinMarkdown(subtitle.map(inline), "  \n"),
    ...sections.flatMap(({ title, blocks }) => [md`## ${plain(title)}`, ...blocks.map(blockMarkdown)]),
    md`---`,
    joinMarkdown(footer.map(inline), "  \n"),
  ];
  return md`${joinMarkdown(blocks, "\n\n")}\n`.text;
}

function blockMarkdown(block: Block): Markdown {
  switch (block.kind) {
    case "text":
      return block.tone === undefined ? inline(block.text) : md`> ${signs[block.tone]}${inline(block.text)}`;
    case "heading":
      return md`### ${plain(block.text)}`;
    case "list":
      return lines(block.items.map((item) => md`- ${inline(item)}`));
    case "checklist":
      return lines(block.items.map(({ text, isDone }) => md`- [${isDone ? "x" : " "}] ${inline(text)}`));
    case "table":
      return tableMarkdown(block);
    case "timeline":
      return lines(
        block.items.flatMap(({ title, state, lines }, at) => [
          md`${at + 1}. **${plain(title)}**${state === undefined ? "" : md` – ${plain(state)}`}`,
          ...lines.map((line) => md`   - ${inline(line)}`),
        ]),
      );
    case "chart":
      return chartMarkdown(block);
    case "diff":
      return md`${inline(block.title)}\n\n${fenced(block.lines.map(({ sign, text }) => `${sign} ${text}`).join("\n"), "diff")}`;
    case "compare":
      return joinMarkdown(
        [
          inline(block.caption),
          ...block.sides.map(({ title, lines }) => md`${plain(title)}:\n\n${fenced(lines.join("\n"), "")}`),
        ],
        "\n\n",
      );
    default:
      return block satisfies never;
  }
}

const lines = (all: readonly Markdown[]) => joinMarkdown(all, "\n");

const signs = { good: "✅ ", warn: "⚠️ ", bad: "❌ ", plain: "" } as const;

function tableMarkdown({ caption, head, rows }: Omit<Table, "kind">): Markdown {
  return md`${plain(caption)}:\n\n${markdownTable(
    head.map((name) => plain(name.replace(/^#/, ""))),
    rows.map((row) => row.map(inline)),
    head.map((name) => name.startsWith("#")),
  )}`;
}

const blocksOfBars = "▁▂▃▄▅▆▇█";

/** A chart of characters, with its description. */
function chartMarkdown({ title, description, series, most }: Chart): Markdown {
  const all = series.flatMap(({ points }) => points.map(({ value }) => value));
  const top = most ?? all.reduce((a, b) => Math.max(a, b), 0);
  const lines = series.map(({ name, points }) => {
    const bars = thinned(points, 60, (near) => near.reduce((a, b) => (b.value > a.value ? b : a)))
      .map(({ value }) => blocksOfBars[top > 0 ? Math.min(7, Math.floor((value / top) * 7.999)) : 0])
      .join("");
    return `${bars} ${name}`;
  });
  return md`**${plain(title)}.** ${plain(description)}\n\n${fenced(lines.join("\n"), "")}`;
}

function inline(text: Text): Markdown {
  return joinMarkdown(
    inlines(text).map((each) =>
      typeof each === "string" ? plain(each) : "code" in each ? codeSpan(each.code) : md`**${plain(each.strong)}**`,
    ),
    "",
  );
}
