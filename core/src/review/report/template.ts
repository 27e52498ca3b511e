import { withoutControls } from "../printable.js";

/** A text that is HTML already. Only `html` makes one. */
class Html {
  constructor(readonly text: string) {}
}

export type { Html };

export type HtmlValue = string | number | Html | undefined | false | readonly HtmlValue[];

/**
 * HTML with values in it: whatever is not HTML itself is escaped, in attributes in double quotes as well; lists are joined, what is
 * absent is left out.
 *
 * @example html`<td>${"<script>"}</td>`.text // <td>&lt;script&gt;</td>
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, at) => part + (at < values.length ? written(values[at]) : "")).join(""));
}

function written(value: HtmlValue): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(written).join("");
  // Signs that turn the direction of text would show a name as another one.
  return withoutControls(String(value)).replace(/[&<>"']/g, (sign) => entities[sign as keyof typeof entities]);
}

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" } as const;
