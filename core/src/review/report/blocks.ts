/** What a section of a report consists of, whichever way it is written: `html.ts` and `markdown.ts` write it. */

/** A text in a line: in a string what stands between backticks is code. Names and SQL have backticks of their own: `code(…)`. */
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
  /** Lines of a file; those that an edit put in or took away are marked. */
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
  /** `#` in front of a name: figures, set to the right. */
  readonly head: readonly string[];
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly Text[])[];
}

/** Deployments in their order. */
export interface Timeline {
  readonly kind: "timeline";
  readonly items: readonly {
    readonly title: string;
    /** Where it stands, in a word or two. */
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

/** Values over time. The table of its figures is for whom a picture says nothing. */
export interface Chart {
  readonly kind: "chart";
  /** Of the page: names are made of it. */
  readonly id: string;
  readonly title: string;
  /** What there is to see, in a sentence. */
  readonly description: string;
  readonly endMs: number;
  /** The greatest value of the axis. Default: what its values need. Several charts with the same can be compared. */
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

/** Names and lines in code, with something between them. */
export function joined(texts: readonly Inline[], between: string): readonly Inline[] {
  return texts.flatMap((each, at) => (at === 0 ? [each] : [between, each]));
}

/** The parts of a text: no string has code in it any more. */
export function inlines(said: Text): readonly Inline[] {
  const all = Array.isArray(said) ? (said as readonly Inline[]) : [said as Inline];
  return all.flatMap((each): readonly Inline[] =>
    typeof each !== "string"
      ? [each]
      : each.split(/`([^`]+)`/).flatMap((part, at) => (part === "" ? [] : [at % 2 === 1 ? { code: part } : part])),
  );
}
