// What a terminal printed, and when, as the frames of a recording. Pure.

/** How the demo takes back its live line and the empty one above it, before it prints anything else. */
const takenBack = "\r\u001b[2K\u001b[1A\u001b[2K\r";
/** Seconds from one live line to the next: nobody reads ten of them a second. */
const apart = 0.5;
const temporary = /(\/tmp\/lockstep-(?:demo|report))-[A-Za-z0-9]+/g;
const colours = new RegExp(`${"\\u001b"}\\[[0-9;]*m`, "g");

/**
 * @param {readonly (readonly [number, string])[]} printed seconds since the start, and what was printed then, cut anywhere
 * @returns {(readonly [number, string])[]} the same, without most of the live lines that the next one replaced
 */
export function framesOf(printed) {
  const frames = wholeFrames(printed.map(([at, text]) => [at, text.replace(temporary, "$1")]));
  let live = Number.NEGATIVE_INFINITY;
  const kept = frames.filter(([at, text], index) => {
    if (!isLive(text)) return true;
    if (at - live < apart && frames[index + 1]?.[1].startsWith(takenBack)) return false;
    live = at;
    return true;
  });
  return kept.map(([at, text]) => [Number(at.toFixed(2)), text]);
}

/** A live line in one piece, whenever its parts came; anything else as it came. */
function wholeFrames(printed) {
  const chunks = [];
  for (const [at, text] of printed) {
    const from = chunks.at(-1)?.to ?? 0;
    chunks.push({ at, from, to: from + text.length });
  }
  const whole = printed.map(([, text]) => text).join("");
  let end = 0;
  return whole.split(takenBack).flatMap((rest, index) => {
    const piece = index === 0 ? rest : takenBack + rest;
    const begin = end;
    end += piece.length;
    const parts = chunks.filter(({ from, to }) => from < begin + piece.length && to > begin);
    if (isLive(piece)) return [[parts.at(-1).at, piece]];
    return parts.map(({ at, from, to }) => [
      at,
      whole.slice(Math.max(begin, from), Math.min(begin + piece.length, to)),
    ]);
  });
}

/** @returns {(readonly [number, "m", string])[]} where the parts of the story begin */
export function chaptersIn(frames) {
  return frames.flatMap(([at, text]) =>
    [...text.replace(colours, "").matchAll(/^ {2}(\d {2}\S.*?)\r?$/gm)].map(([, title]) => [at, "m", title]),
  );
}

/** @returns {string} what stands on the screen in the end, all of it, without colours */
export function transcriptOf(frames) {
  let text = "";
  for (const [, frame] of frames) {
    const [before, ...drawn] = frame.replace(colours, "").replaceAll("\r\n", "\n").split(takenBack);
    text += before;
    for (const each of drawn) text = text.slice(0, text.lastIndexOf("\n")) + each;
  }
  return `${text.trim()}\n`;
}

const styles = {
  1: "font-weight:bold",
  2: "fill:#8b949e",
  31: "fill:#ff7b72",
  32: "fill:#7ee787",
  33: "fill:#f2cc60",
  36: "fill:#79c0ff",
};
const columnPx = 7.8;
const linePx = 18;

/** @returns {string} the last chapter up to its outcome, as an SVG for pages that cannot play a recording */
export function pictureOf(frames) {
  const text = frames.map(([, frame]) => frame.replaceAll("\r\n", "\n")).join("");
  const title = chaptersIn(frames).at(-1)?.[2] ?? "";
  const chapter = text.slice(text.lastIndexOf(title)).split("\n").slice(1);
  const lines = chapter.slice(0, chapter.findLastIndex((line) => line.includes("✔")) + 1);
  const width = Math.max(...lines.map((line) => line.replace(colours, "").length)) * columnPx + 20;
  const drawn = lines.map((line, index) => `<text x="10" y="${(index + 1) * linePx}">${spansOf(line)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${Math.ceil(width)} ${(lines.length + 1) * linePx}">
<title>${title.replace(/^\d+ +/, "")}</title>
<style>text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#e6edf3;white-space:pre}</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${drawn.join("\n")}
</svg>
`;
}

/** A line with colour codes as spans. A code that ends a style is not listed in `styles`. */
function spansOf(line) {
  return line
    .split("\u001b[")
    .map((part, index) => {
      const [, code = "", rest = part] = index === 0 ? [] : (/^(\d+)m([\s\S]*)$/.exec(part) ?? []);
      const escaped = rest.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
      return styles[code] === undefined ? escaped : `<tspan style="${styles[code]}">${escaped}</tspan>`;
    })
    .join("");
}

/** Whether only the live line is drawn again. */
function isLive(text) {
  return text.startsWith(takenBack) && /^[\r\n]*[^\n]*$/.test(text.slice(takenBack.length));
}
