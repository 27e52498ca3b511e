import type { VerifyRequest, VerifyResult } from "./request.js";
import { Verifier, type VerifyLimits } from "./verifier.js";

/**
 * Finds type errors that edits add, in the edited files and in those that refer to the model, with a bundled compiler. For a single check;
 * for several in the same project, see `Verifier`.
 *
 * @param signal ends the check
 * @throws the signal's reason; nothing else: unchecked parts are reported in `skipped`
 * @example const { errors, skipped } = await newTypeErrors({ root, before, after, watched, fields, generated }, signal);
 */
export async function newTypeErrors(
  request: VerifyRequest,
  signal: AbortSignal,
  limits?: VerifyLimits,
): Promise<VerifyResult> {
  const { root, before, after, fields, generated } = request;
  const watched = [...request.watched, ...after.keys()];
  const verifier = new Verifier({ root, before, watched, fields, generated }, signal, limits);
  try {
    return await verifier.check(after);
  } finally {
    verifier.close();
  }
}
