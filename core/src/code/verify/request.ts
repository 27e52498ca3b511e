/** What is asked of the type check, and what it answers: plain data, sent from process to process. */

/** The project as it is, and what in it matters. Paths are from the root and may lead out of it (`../`). */
export interface VerifyProject {
  /** Absolute path of the project. */
  readonly root: string;
  /** The files that may be edited, with their text of now. All others are read from disk. */
  readonly before: ReadonlyMap<string, string>;
  /** Files that refer to the model: checked as well, though nobody edits them. `Verifier.turnTo` names others. */
  readonly watched: readonly string[];
  /** The columns that are being added: a generated client may not know them yet. */
  readonly fields: readonly PlannedField[];
  /** Folders of generated code, from the root. */
  readonly generated: readonly string[];
}

export interface PlannedField {
  readonly model: string;
  readonly field: string;
}

export interface VerifyRequest extends VerifyProject {
  /** The edited files. What is not among them stands as `before` has it, or as it is on disk. */
  readonly after: ReadonlyMap<string, string>;
}

/** An error that the edits add. */
export interface NewError {
  readonly file: string;
  /** Where it is in the edited text; from 1. */
  readonly line: number;
  readonly code: number;
  /** The compiler's words. */
  readonly message: string;
}

export interface VerifyResult {
  readonly errors: readonly NewError[];
  /** Whether every file was checked against types that are all there, those of a generated client not older than the model. */
  readonly isExact: boolean;
  /** No: nothing was checked, by the reason that `skipped` gives. */
  readonly isChecked: boolean;
  /** Why something was not checked, for people to read; absent when everything was. */
  readonly skipped?: string;
  /** How long it took. */
  readonly ms: number;
}

/** An error of code that a type asks for a planned field, whoever made it. */
export interface Demand extends NewError {
  readonly field: string;
}

/** The answer of the process that checks. */
export type Checked = Omit<VerifyResult, "ms">;

/** What that process is told: the project once, then one check after the other. */
export type VerifyMessage =
  | { readonly kind: "open"; readonly project: VerifyProject }
  | { readonly kind: "watch"; readonly watched: readonly string[] }
  | { readonly kind: "check" | "demands"; readonly after: ReadonlyMap<string, string> };

export type VerifyAnswer =
  | { readonly kind: "checked"; readonly checked: Checked }
  | { readonly kind: "demanded"; readonly demands: readonly Demand[] }
  | { readonly kind: "failed"; readonly message: string };
