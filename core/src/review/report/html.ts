import { type Block, type Chart, inlines, type Table, type Text } from "./blocks.js";
import { svgOf } from "./charts/svg.js";
import type { WrittenReport } from "./section.js";
import { style } from "./style.js";
import { type Html, html } from "./template.js";

/**
 * The report as one file: it loads no resources and runs no scripts. If a value were ever not escaped, the content security policy in its
 * head would still prevent it from running.
 */
export function reportHtml({ title, subtitle, footer, sections }: WrittenReport): string {
  return `${
    html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Lockstep</title>
<style>${styleElement}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the verdict</a>
<header>
<h1>${title}</h1>
${subtitle.map((line) => html`<p class="quiet">${inline(line)}</p>`)}
</header>
<nav aria-label="Sections"><ul>
${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>\n`)}</ul></nav>
<main id="main">
${sections.map(
  ({ id, title, blocks }) => html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${title}</h2>
${blocks.map(blockHtml)}</section>
`,
)}</main>
<footer>${footer.map((line) => html`<p>${inline(line)}</p>`)}</footer>
</body>
</html>`.text
  }\n`;
}

/** Our own, without characters that need escaping. */
const styleElement = trusted(style);

function trusted(css: string): Html {
  const parts = Object.assign([css], { raw: [css] }) as unknown as TemplateStringsArray;
  return html(parts);
}

function blockHtml(block: Block): Html {
  switch (block.kind) {
    case "text":
      return html`<p${block.tone !== undefined && html` class="tone ${block.tone}"`}>${inline(block.text)}</p>\n`;
    case "heading":
      return html`<h3>${block.text}</h3>\n`;
    case "list":
      return html`<ul>${block.items.map((item) => html`<li>${inline(item)}</li>\n`)}</ul>\n`;
    case "checklist":
      return html`<ul class="checks">${block.items.map(
        ({ text, isDone }) =>
          html`<li><span class="box" aria-hidden="true">${isDone ? "☑" : "☐"}</span>${inline(text)}</li>\n`,
      )}</ul>\n`;
    case "table":
      return tableHtml(block);
    case "timeline":
      return html`<ol class="timeline">${block.items.map(
        ({ title, state, tone, lines }) => html`<li class="${tone}"><h3>${title}</h3>
${state !== undefined && html`<p class="state">${state}</p>`}
<ul>${lines.map((line) => html`<li>${inline(line)}</li>\n`)}</ul></li>\n`,
      )}</ol>\n`;
    case "chart":
      return chartHtml(block);
    case "diff":
      return html`<div class="diff"><p>${inline(block.title)}</p>
<pre>${block.lines.map(({ sign, text }) => {
        const line = `${sign} ${text}\n`;
        return sign === "+" ? html`<ins>${line}</ins>` : sign === "-" ? html`<del>${line}</del>` : line;
      })}</pre></div>\n`;
    case "compare":
      return html`<p>${inline(block.caption)}</p>
<div class="sides">${block.sides.map(
        ({ title, lines }) => html`<div><p>${title}</p><pre>${lines.join("\n")}</pre></div>\n`,
      )}</div>\n`;
    default:
      return block satisfies never;
  }
}

function tableHtml({ caption, head, rows }: Omit<Table, "kind">): Html {
  const figure = (at: number) => head[at]?.startsWith("#") === true && html` class="figure"`;
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((name, at) => html`<th scope="col"${figure(at)}>${name.replace(/^#/, "")}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr>${row.map((cell, at) =>
      at === 0 ? html`<th scope="row"${figure(at)}>${inline(cell)}</th>` : html`<td${figure(at)}>${inline(cell)}</td>`,
    )}</tr>\n`,
)}</tbody></table></div>\n`;
}

function chartHtml(chart: Chart): Html {
  const { title, description, series, marks, table } = chart;
  return html`<figure>
<figcaption>${title}</figcaption>
<p>${description}</p>
${svgOf(chart)}
<ul class="legend">${series.map(({ name, tone }) => html`<li class="${tone}">${name}</li>`)}${
    marks !== undefined && html`<li class="bad">${marks.name}</li>`
  }</ul>
<details><summary>Its figures</summary>
${tableHtml(table)}</details>
</figure>\n`;
}

function inline(text: Text): Html {
  return html`${inlines(text).map((each) =>
    typeof each === "string"
      ? each
      : "code" in each
        ? html`<code>${each.code}</code>`
        : html`<strong>${each.strong}</strong>`,
  )}`;
}
