import { withoutControls } from "../printable.js";

/** A text in HTML syntax. Only `html` creates one. */
class Html {
  constructor(readonly text: string) {}
}

export type { Html };

export type HtmlValue = string | number | Html | undefined | false | readonly HtmlValue[];

/**
 * HTML with values: everything else is escaped, in attributes in double quotes as well; lists are joined, absent values are omitted.
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
  // Characters that change the direction of text would make a name look like another one.
  return withoutControls(String(value)).replace(/[&<>"']/g, (sign) => entities[sign as keyof typeof entities]);
}

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" } as const;
