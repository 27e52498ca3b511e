import { codeSpan, fenced, joinMarkdown, type Markdown, markdownTable, md, plain } from "../markdown-text.js";
import { type Block, type Chart, inlines, type Table, type Text } from "./blocks.js";
import { thinned } from "./charts/thinned.js";
import type { WrittenReport } from "./section.js";

/** The same report for a pull request. The first line is what a comment is found by when it is written again. */
export function reportMarkdown({ title, subtitle, footer, sections }: WrittenReport): string {
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
    case "missing":
      return md`_${inline(block.text)}_`;
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

/** A picture of letters, and what there is to see in it. */
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
