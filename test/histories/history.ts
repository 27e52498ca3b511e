/** A history of a repository as data: what people do on branches, one step after the other. */

/** A base row's values that fills read. */
export interface Source {
  readonly email: string;
  readonly name: string;
  readonly note: string;
  readonly team: string;
}

/** A column that a plan adds, with its fill as SQL and as the test computes it. */
export interface PlannedColumn {
  readonly type: "text" | "int";
  readonly isRequired: boolean;
  readonly isUnique?: true;
  /** A unique constraint of two columns. */
  readonly uniqueWith?: keyof Source;
  readonly fill: string;
  readonly reads: keyof Source;
  valueOf(row: Source): string | number;
}

/** Two forms of each column: branches plan one name with another fill, too. */
export const planned: Readonly<Record<string, readonly PlannedColumn[]>> = {
  handle: [
    {
      type: "text",
      isRequired: true,
      isUnique: true,
      fill: "lower(email)",
      reads: "email",
      valueOf: ({ email }) => email.toLowerCase(),
    },
    {
      type: "text",
      isRequired: true,
      fill: "upper(email)",
      reads: "email",
      valueOf: ({ email }) => email.toUpperCase(),
    },
  ],
  slug: [
    { type: "text", isRequired: true, fill: "lower(note)", reads: "note", valueOf: ({ note }) => note.toLowerCase() },
    { type: "text", isRequired: false, fill: "upper(note)", reads: "note", valueOf: ({ note }) => note.toUpperCase() },
  ],
  label: [
    { type: "text", isRequired: true, fill: "name || '!'", reads: "name", valueOf: ({ name }) => `${name}!` },
    {
      type: "text",
      isRequired: true,
      uniqueWith: "team",
      fill: "upper(name)",
      reads: "name",
      valueOf: ({ name }) => name.toUpperCase(),
    },
  ],
  size: [
    { type: "int", isRequired: true, fill: "length(email)", reads: "email", valueOf: ({ email }) => email.length },
    {
      type: "int",
      isRequired: true,
      uniqueWith: "note",
      fill: "length(name)",
      reads: "name",
      valueOf: ({ name }) => name.length,
    },
  ],
};

/** Columns that are there from the beginning, and that no key needs. */
export const droppable = ["note", "team", "name"] as const;
/** Names of optional columns that need no plan; some are those of plans. */
export const plain = ["nick", "handle", "slug"] as const;
export const branches = ["main", "a", "b"] as const;
export type Branch = (typeof branches)[number];

/** What a merge keeps where git cannot decide. */
export const sides = ["ours", "theirs", "both"] as const;

export type Step =
  /** Plans a column. */
  | { readonly on: Branch; readonly do: "add"; readonly column: string; readonly form: number }
  /** Adds an optional column, which needs no plan. */
  | { readonly on: Branch; readonly do: "plain"; readonly column: string }
  /** Takes a column from the model: a plan of its own. */
  | { readonly on: Branch; readonly do: "drop"; readonly column: string }
  /** The same with a migration that a person wrote. */
  | { readonly on: Branch; readonly do: "own-drop"; readonly column: string }
  /** Of the newest plan of this name: `handle_a` is the one that branch a made for `handle`. */
  | { readonly on: Branch; readonly do: "next" | "undo" | "abandon" | "backfill"; readonly plan: string }
  | { readonly on: Branch; readonly do: "deploy"; readonly isConfirmed: boolean }
  /** With the ORM's own command, which checks no gate. Not drawn. */
  | { readonly on: Branch; readonly do: "deploy-by-orm" }
  | { readonly on: Branch; readonly do: "merge"; readonly from: Branch; readonly keep: (typeof sides)[number] }
  /** The application inserts rows and chooses values, with the columns that production has. */
  | { readonly do: "write" };

export interface History {
  readonly steps: readonly Step[];
  /** Where the printed commands offer both: whether open plans end done or undone. */
  readonly end: "done" | "undone";
}

export function planName(step: Extract<Step, { do: "add" | "drop" }>): string {
  return `${step.do === "drop" ? "no_" : ""}${step.column}_${step.on}`;
}

/** The history as a row of a test. */
export function textOf({ steps, end }: History): string {
  return `{ end: "${end}", steps: [\n${steps
    .map(
      (step) =>
        `  ${JSON.stringify(step)
          .replace(/"(\w+)":/g, "$1: ")
          .replaceAll(",", ", ")},\n`,
    )
    .join("")}] }`;
}
