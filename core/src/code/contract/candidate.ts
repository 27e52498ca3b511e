import type { Family } from "../../model/index.js";
import type { TextRange } from "../ast/source-file.js";

/**
 * How it is known that a place lists fields of this model: a call or type of the ORM, a type that leads to the model, or
 * nothing but the names of the fields; `doubtful` where something speaks against it.
 */
export type Tie = "orm" | "type" | "names" | "doubtful";

/** A place that names fields of a model and may get the new one. Plain data: it can be ranked, shown and remembered. */
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
  /** The name of what surrounds it (`UserResponse`, `listUsers`), as it can be looked for in earlier versions of the file. */
  readonly anchor: string | undefined;
  /** What choices are remembered by: family, file and `what`, `~2` for the second of the same; never a line. */
  readonly key: string;
  /** `Place.site`, and which of those that share it in their file. */
  readonly site?: string;
  readonly ordinal?: number;
  /** The fields of the model that it names, as the model spells them, in the order of the place. */
  readonly names: readonly string[];
  /** How many more keys it has: none of the model's. */
  readonly otherKeys?: number;
  readonly tie: Tie;
  /** It names every column of the model. */
  readonly isWhole: boolean;
  /** What makes it worth a look however little it names: `changes email, which handle is computed from`. */
  readonly because: string | undefined;
  /** Why a person has to decide, however much speaks for it: callers could choose the value. */
  readonly caution: string | undefined;
  /** The phase breaks without it, as `because` says. */
  readonly isRequired?: true | undefined;
  readonly isTest: boolean;
  /** What to write there: `handle: true`; undefined where that takes a person. */
  readonly text: string | undefined;
  /** It keeps columns out, and among them all that the new one is like. */
  readonly keepsOut?: true | undefined;
  /** A person has to write the text: something else has to change that Lockstep does not. */
  readonly isManual?: true | undefined;
  /** Where what it needs is declared, if that is no place of its own. */
  readonly lostNeed?: string;
  /** What a column has there that it is most like, where that takes a person. */
  readonly hint?: string | undefined;
  /** The keys of places that have to change with it: the type that a copy must have, the code that fills a type. */
  readonly needs?: readonly string[];
}

/** Whether Lockstep can write what belongs there. SQL in strings and what it has no words for is a person's. */
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
