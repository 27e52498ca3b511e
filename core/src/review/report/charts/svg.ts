import type { Chart } from "../blocks.js";
import { type Html, html } from "../template.js";
import { ticks, timeText, timeTicks } from "./ticks.js";

const plotHeight = 144;
/** Space below the plot for the time axis, above it for the names of bands; in pixels. */
const bottom = 24;
const topOf = ({ bands }: Chart) => (bands.length > 0 ? 40 : 8);
/** The plot's own units: it is stretched to the available width, but letters are not. */
const width = 1000;

/**
 * A chart as inline SVG: full width, with letters of one size. Lines with an area below; spans of time as bands. The page's style sets the
 * colours.
 */
export function svgOf(chart: Chart): Html {
  const { id, title, description, endMs, series, bands, marks, unit } = chart;
  const top = topOf(chart);
  const height = top + plotHeight + bottom;
  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  const scale = ticks(chart.most ?? values.reduce((a, b) => Math.max(a, b), 0));
  const most = scale.at(-1) ?? 1;
  const x = (atMs: number) => rounded((Math.min(Math.max(atMs, 0), endMs) / Math.max(endMs, 1)) * width);
  const y = (value: number) => rounded(plotHeight * (1 - Math.min(value, most) / most));
  const percent = (atMs: number) => `${rounded(x(atMs) / 10)}%`;
  return html`<svg class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" width="100%" height="${height}">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
${bands.map(({ fromMs, toMs }, at) => {
  const share = rounded(Math.max((x(toMs) - x(fromMs)) / 10, 0.2));
  return html`<rect class="band band-${at % 2}" x="${percent(fromMs)}" y="${top}" width="${share}%" height="${plotHeight}"/>`;
})}
${scale.map((value) => {
  const at = top + y(value);
  return html`<line class="grid" x1="0" x2="100%" y1="${at}" y2="${at}"/>`;
})}
<svg x="0" y="${top}" width="100%" height="${plotHeight}" viewBox="0 0 ${width} ${plotHeight}" preserveAspectRatio="none">
${series.map(({ tone, points }) => {
  if (points.length === 0) return undefined;
  const line = points.map(({ atMs, value }) => `${x(atMs)} ${y(value)}`).join("L");
  const [first, last] = [points[0], points.at(-1)];
  const area = `M${x(first?.atMs ?? 0)} ${plotHeight}L${line}L${x(last?.atMs ?? 0)} ${plotHeight}Z`;
  return html`<path class="area ${tone}" d="${area}"/><path class="line ${tone}" d="M${line}" vector-effect="non-scaling-stroke"/>`;
})}
${marks?.atMs.map((atMs) => html`<path class="mark" d="M${x(atMs)} ${plotHeight - 14}V${plotHeight}" vector-effect="non-scaling-stroke"/>`)}
</svg>
${scale.slice(1).map((value) => html`<text class="tick" x="2" y="${top + y(value) + 12}">${unit(value)}</text>`)}
${bandNames(bands, endMs).map(
  ({ name, atMs, row, isLate }) =>
    html`<text class="name" x="${percent(atMs)}" y="${14 + row * 15}"${isLate && html` text-anchor="end"`}>${name}</text>`,
)}
${timeTicks(endMs).map((atMs, at) => {
  const share = atMs / Math.max(endMs, 1);
  const anchor = at === 0 ? "start" : share > 0.94 ? "end" : "middle";
  return html`<text class="tick" x="${percent(atMs)}" y="${height - 7}" text-anchor="${anchor}">${timeText(atMs)}</text>`;
})}
</svg>`;
}

/** Names in two alternating rows, so that neighbours do not overlap; those at the right end to the left of it. */
function bandNames(bands: Chart["bands"], endMs: number) {
  return bands.map(({ name, fromMs, toMs }, at) => {
    const isLate = fromMs > endMs * 0.82;
    return { name, row: at % 2, isLate, atMs: isLate ? Math.max(toMs, fromMs) : fromMs };
  });
}

const rounded = (value: number) => Math.round(value * 10) / 10;
