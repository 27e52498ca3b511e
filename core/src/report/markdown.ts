import { printable } from "../review/printable.js";
import { type Block, type Chart, inlines, type Table, type Text } from "./blocks.js";
import { thinned } from "./charts/thinned.js";
import type { WrittenReport } from "./section.js";

/** The same report for a pull request. The first line is what a comment is found by when it is written again. */
export function reportMarkdown({ title, subtitle, footer, sections }: WrittenReport): string {
  return `${[
    "<!-- lockstep report -->",
    `# ${escaped(title)}`,
    subtitle.map(inline).join("  \n"),
    ...sections.flatMap(({ title, blocks }) => [`## ${title}`, ...blocks.map(blockMarkdown)]),
    "---",
    footer.map(inline).join("  \n"),
  ].join("\n\n")}\n`;
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case "text":
      return block.tone === undefined ? inline(block.text) : `> ${signs[block.tone]}${inline(block.text)}`;
    case "missing":
      return `_${inline(block.text)}_`;
    case "heading":
      return `### ${escaped(block.text)}`;
    case "list":
      return block.items.map((item) => `- ${inline(item)}`).join("\n");
    case "checklist":
      return block.items.map(({ text, isDone }) => `- [${isDone ? "x" : " "}] ${inline(text)}`).join("\n");
    case "table":
      return tableMarkdown(block);
    case "timeline":
      return block.items
        .map(({ title, state, lines }, at) =>
          [
            `${at + 1}. **${escaped(title)}**${state === undefined ? "" : ` – ${escaped(state)}`}`,
            ...lines.map((line) => `   - ${inline(line)}`),
          ].join("\n"),
        )
        .join("\n");
    case "chart":
      return chartMarkdown(block);
    case "diff":
      return `${inline(block.title)}\n\n${fenced(block.lines.map(({ sign, text }) => `${sign} ${text}`).join("\n"), "diff")}`;
    case "compare":
      return [
        inline(block.caption),
        ...block.sides.map(({ title, lines }) => `${escaped(title)}:\n\n${fenced(lines.join("\n"), "")}`),
      ].join("\n\n");
    default:
      return block satisfies never;
  }
}

const signs = { good: "✅ ", warn: "⚠️ ", bad: "❌ ", plain: "" } as const;

function tableMarkdown({ caption, head, rows }: Omit<Table, "kind">): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `${escaped(caption)}:`,
    "",
    line(head.map((name) => escaped(name.replace(/^#/, "")))),
    line(head.map((name) => (name.startsWith("#") ? "--:" : "---"))),
    // A row ends at a bar, also where it stands in code.
    ...rows.map((row) => line(row.map((cell) => inline(cell).replace(/(?<!\\)\|/g, "\\|")))),
  ].join("\n");
}

const blocksOfBars = "▁▂▃▄▅▆▇█";

/** A picture of letters, and what there is to see in it. */
function chartMarkdown({ title, description, series, most }: Chart): string {
  const all = series.flatMap(({ points }) => points.map(({ value }) => value));
  const top = most ?? all.reduce((a, b) => Math.max(a, b), 0);
  const lines = series.map(({ name, points }) => {
    const bars = thinned(points, 60, (near) => near.reduce((a, b) => (b.value > a.value ? b : a)))
      .map(({ value }) => blocksOfBars[top > 0 ? Math.min(7, Math.floor((value / top) * 7.999)) : 0])
      .join("");
    return `${bars} ${name}`;
  });
  return `**${escaped(title)}.** ${escaped(description)}\n\n${fenced(lines.join("\n"), "")}`;
}

function inline(text: Text): string {
  return inlines(text)
    .map((each) =>
      typeof each === "string" ? escaped(each) : "code" in each ? codeSpan(each.code) : `**${escaped(each.strong)}**`,
    )
    .join("");
}

/** Names of tables may have any sign in them; nobody is mentioned by one. */
function escaped(said: string): string {
  return oneLine(said)
    .replace(/[\\`*_<>[\]|]/g, "\\$&")
    .replaceAll("@", "@\u200b");
}

function codeSpan(said: string): string {
  const line = oneLine(said);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  const room = /^`|`$/.test(line) ? " " : "";
  return `${ticks}${room}${line}${room}${ticks}`;
}

const oneLine = (said: string) => printable(said.replace(/\s+/g, " "), false);

function fenced(said: string, language: string): string {
  const longest = Math.max(2, ...[...said.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${printable(said, false)}\n${fence}`;
}
