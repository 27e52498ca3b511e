import type { Family } from "../../model/index.js";
import type { TextRange } from "../ast/source-file.js";

/**
 * The evidence that a place lists fields of this model: a call or type of the ORM, a type that leads to the model, or only the field names.
 * `doubtful` if there is evidence against it.
 */
export type Tie = "orm" | "type" | "names" | "doubtful";

/** A place that names fields of a model and may get the new one. Plain data that can be ranked, shown and stored. */
export interface Candidate {
  /** Path from the project root, with `/`. */
  readonly file: string;
  /** 1-based lines of the container: a literal, a type, a class, a text. */
  readonly line: number;
  readonly lastLine: number;
  /** The same as offsets in its file. */
  readonly range?: TextRange;
  readonly family: Family;
  /** `listUsers: select of prisma.user.findMany` */
  readonly what: string;
  /** The name of its container (`UserResponse`, `listUsers`), to find it in earlier versions of the file. */
  readonly anchor: string | undefined;
  /** The key that choices are stored under: family, file and `what`, with `~2` for the second of the same. Never a line number. */
  readonly key: string;
  /** `Place.site`, and the index among places with the same site in the file. */
  readonly site?: string;
  readonly ordinal?: number;
  /** The model's fields that it names, in the model's spelling, in the order of the place. */
  readonly names: readonly string[];
  /** The number of other keys, which are not fields of the model. */
  readonly otherKeys?: number;
  readonly tie: Tie;
  /** It names every column of the model. */
  readonly isWhole: boolean;
  /** Why it is listed even if it names few fields: `changes email, which handle is computed from`. */
  readonly because: string | undefined;
  /** Why a person must decide, whatever the score: callers could choose the value. */
  readonly caution: string | undefined;
  /** The phase breaks without it; `because` contains the reason. */
  readonly isRequired?: true | undefined;
  readonly isTest: boolean;
  /** The text to write: `handle: true`; undefined if a person must write it. */
  readonly text: string | undefined;
  /** It excludes columns, including all that the new one resembles. */
  readonly keepsOut?: true | undefined;
  /** A person must write the text: it requires another change that Lockstep does not make. */
  readonly isManual?: true | undefined;
  /** Why a person must write it: `src/users.ts:12 has to get it first`. */
  readonly blocker?: string;
  /** The text of the most similar column, if a person must write the new one. */
  readonly hint?: string | undefined;
  /** The keys of places that must change with it: the type of a copy, the code that fills a type. */
  readonly needs?: readonly string[];
}

/** Whether Lockstep can write the text. SQL in strings and places without a text need a person. */
export function isWritable({
  family,
  text,
  isManual,
}: {
  readonly family?: string | undefined;
  readonly text?: string | undefined;
  readonly isManual?: true | undefined;
}): boolean {
  return family !== "sql" && isManual !== true && text !== undefined && !text.includes("…");
}
