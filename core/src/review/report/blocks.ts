/** The parts of a report's section, independent of the format: `html.ts` and `markdown.ts` render them. */

/** A text in a line: in a string, text between backticks is code. Names and SQL have backticks of their own: `code(…)`. */
export type Inline = string | { readonly code: string } | { readonly strong: string };
export type Text = Inline | readonly Inline[];

export type Tone = "good" | "warn" | "bad" | "plain";

export type Block =
  | { readonly kind: "text"; readonly text: Text; readonly tone?: Tone }
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly Text[] }
  | { readonly kind: "checklist"; readonly items: readonly { readonly text: Text; readonly isDone: boolean }[] }
  | Table
  | Timeline
  | Chart
  /** Lines of a file; lines that an edit inserted or removed are marked. */
  | { readonly kind: "diff"; readonly title: string; readonly lines: readonly DiffLine[] }
  | { readonly kind: "compare"; readonly caption: string; readonly sides: readonly [Side, Side] };

/** What was not measured, as a noun phrase, and the command that measures it: the last section lists all of them. */
export interface Missing {
  readonly kind: "missing";
  readonly what: string;
  readonly by: string;
}

export type Part = Block | Missing;

export interface Table {
  readonly kind: "table";
  readonly caption: string;
  /** `#` before a name: figures, right-aligned. */
  readonly head: readonly string[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly Text[])[];
}

/** Deployments in their order. */
export interface Timeline {
  readonly kind: "timeline";
  readonly items: readonly {
    readonly title: string;
    /** Its state, in a word or two. */
    readonly state?: string | undefined;
    readonly tone: Tone;
    readonly lines: readonly Text[];
  }[];
}

export interface DiffLine {
  readonly sign: " " | "+" | "-";
  readonly text: string;
}

export interface Side {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Values over time. The table of its figures is for readers who cannot see the picture. */
export interface Chart {
  readonly kind: "chart";
  /** Its id in the page: element names derive from it. */
  readonly id: string;
  readonly title: string;
  /** A description of the picture, in a sentence. */
  readonly description: string;
  readonly endMs: number;
  /** The maximum of the axis. Default: fits its values. Charts with the same maximum can be compared. */
  readonly most?: number;
  readonly unit: (value: number) => string;
  readonly series: readonly {
    readonly name: string;
    readonly tone: "main" | "other" | "bad";
    readonly points: readonly { readonly atMs: number; readonly value: number }[];
  }[];
  /** Spans of time with a name. */
  readonly bands: readonly { readonly name: string; readonly fromMs: number; readonly toMs: number }[];
  /** Moments that are marked on the axis. */
  readonly marks?: { readonly name: string; readonly atMs: readonly number[] };
  readonly table: Omit<Table, "kind">;
}

export const code = (text: string): Inline => ({ code: text });
export const strong = (text: string): Inline => ({ strong: text });
export const text = (said: Text, tone?: Tone): Block => ({ kind: "text", text: said, ...(tone && { tone }) });
export const missing = (what: string, by: string): Missing => ({ kind: "missing", what, by });
export const heading = (said: string): Block => ({ kind: "heading", text: said });
export const list = (items: readonly Text[]): Block => ({ kind: "list", items });
export const table = (caption: string, head: readonly string[], rows: readonly (readonly Text[])[]): Table => ({
  kind: "table",
  caption,
  head,
  rows,
});

/** Names and lines in code, with a separator. */
export function joined(texts: readonly Inline[], between: string): readonly Inline[] {
  return texts.flatMap((each, at) => (at === 0 ? [each] : [between, each]));
}

/** The parts of a text: strings contain no code any more. */
export function inlines(said: Text): readonly Inline[] {
  const all = Array.isArray(said) ? (said as readonly Inline[]) : [said as Inline];
  return all.flatMap((each): readonly Inline[] =>
    typeof each !== "string"
      ? [each]
      : each.split(/`([^`]+)`/).flatMap((part, at) => (part === "" ? [] : [at % 2 === 1 ? { code: part } : part])),
  );
}
