import type { CodeRequest } from "../../code/run/code-request.js";
import { Verifier } from "../../code/verify/verifier.js";
import type { VerifyScope } from "./verified-edits.js";

/**
 * The type check of one run: one process for all checks, because reading an application takes longer than checking the edits. It starts
 * with the first check.
 */
export class TypeCheck {
  #verifier: Verifier | undefined;

  /**
   * @param watched files to check besides the edited ones
   * @param request with the texts before any code edit. Includes the phase's model edits
   */
  of(
    request: CodeRequest,
    { generated, edited, signal, limitMs }: VerifyScope,
    watched: readonly string[],
  ): Pick<Verifier, "check" | "demands" | "requirements"> {
    if (this.#verifier === undefined) {
      const before = new Map(edited.map(({ file, after }) => [file, after ?? ""]));
      for (const { file, text, isDocument } of request.files) if (!isDocument) before.set(file, text);
      const fields = request.intents.map(({ model, field, becomesRequired }) => ({
        model,
        field,
        ...(becomesRequired && { becomesRequired }),
      }));
      const project = { root: request.root, before, watched, fields, generated };
      const limits = limitMs === undefined ? {} : { ms: limitMs };
      this.#verifier = new Verifier(project, signal ?? new AbortController().signal, limits);
    } else this.#verifier.turnTo(watched);
    return this.#verifier;
  }

  /** Ends the process. */
  close(): void {
    this.#verifier?.close();
  }
}
