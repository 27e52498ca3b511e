import type { RenamedCode, RenamedName } from "../rename/request.js";

/** Requests and results of the type check: plain data, sent between processes. */

/** If more files name the model, only the edited ones are checked: the check must not be the slowest part. */
export const mostWatched = 300;

/** The current project and its relevant parts. Paths are from the root and may lead out of it (`../`). */
export interface VerifyProject {
  /** Absolute path of the project. */
  readonly root: string;
  /** The files that may be edited, with their current text. All others are read from disk. */
  readonly before: ReadonlyMap<string, string>;
  /** Files that refer to the model: checked even if they are not edited. `Verifier.turnTo` sets others. */
  readonly watched: readonly string[];
  /** The columns that are being added: a generated client may lack them. */
  readonly fields: readonly PlannedField[];
  /** Folders of generated code, from the root. */
  readonly generated: readonly string[];
}

export interface PlannedField {
  readonly model: string;
  readonly field: string;
  /** The column exists, and becomes required later. */
  readonly becomesRequired?: true;
}

export interface VerifyRequest extends VerifyProject {
  /** The edited files. Others are as in `before`, or on disk. */
  readonly after: ReadonlyMap<string, string>;
}

/** An error that the edits add. */
export interface NewError {
  readonly file: string;
  /** Its line in the edited text, from 1. */
  readonly line: number;
  readonly code: number;
  /** The compiler's message. */
  readonly message: string;
  /** Its line before the edits, if the caller has determined it. */
  readonly lineBefore?: number;
}

export interface VerifyResult {
  readonly errors: readonly NewError[];
  /** Whether every file was checked with complete types, and no generated client is older than the model. */
  readonly isExact: boolean;
  /** False: nothing was checked, for the reason in `skipped`. */
  readonly isChecked: boolean;
  /** Why something was not checked, as a message; absent if everything was. */
  readonly skipped?: string;
  /** Duration in milliseconds. */
  readonly ms: number;
}

/** An error because a type requires a planned field, in any code. */
export interface Demand extends NewError {
  readonly field: string;
}

/** The result of the checking process. */
export type Checked = Omit<VerifyResult, "ms">;

/** Messages to the process: what to read ahead, the project once, then one check after the other. */
export type VerifyMessage =
  | { readonly kind: "ahead"; readonly root: string; readonly models: readonly string[] }
  | { readonly kind: "open"; readonly project: VerifyProject }
  | { readonly kind: "watch"; readonly watched: readonly string[] }
  | { readonly kind: "rename"; readonly names: readonly RenamedName[] }
  | { readonly kind: "check" | "demands" | "requirements"; readonly after: ReadonlyMap<string, string> };

export type VerifyAnswer =
  | { readonly kind: "checked"; readonly checked: Checked }
  | { readonly kind: "demanded"; readonly demands: readonly Demand[] | undefined }
  | { readonly kind: "renamed"; readonly renamed: RenamedCode }
  | { readonly kind: "failed"; readonly message: string };
