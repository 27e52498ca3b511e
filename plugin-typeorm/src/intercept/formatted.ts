import type { FileChange } from "@lockstep/core";
import { formatOnce, loadConfig, unformattedText } from "@lockstep/core/planning";
import { colors } from "./notices.js";
import { say } from "./say.js";

/** Changes as the project's own formatter leaves them; where it does not run, that is said. */
export async function formatted(root: string, changes: readonly FileChange[]): Promise<readonly FileChange[]> {
  const { code } = await loadConfig(root);
  const { changes: laidOut, unformatted } = await formatOnce(root, code?.format, changes);
  if (unformatted !== undefined) say(unformattedText(unformatted, colors()));
  return laidOut;
}
