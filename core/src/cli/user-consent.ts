import { codingAgent } from "../base/coding-agent.js";
import { LockstepError } from "../base/errors.js";
import type { Consent } from "../model/index.js";
import type { Io } from "./io.js";

/** Not an option: people permit their agents `npx lockstep …`, and that does not cover a command with a variable before it. */
const variable = "LOCKSTEP_USER_CONSENT";

/**
 * Returns the consent of a coding agent's user to a loss of values. Undefined outside an agent's session: there Lockstep prompts.
 *
 * @param loss what would be lost, as a sentence
 * @param command the command to repeat: `npx lockstep abandon 20261120093000_add_handle`
 * @throws LS8025 an agent runs the command without its user's consent
 */
export function userConsent(io: Pick<Io, "env" | "now">, loss: string, command: string): Consent | undefined {
  const agent = codingAgent(io.env);
  if (agent === undefined) return undefined;
  const words = io.env[variable]?.replace(/\s+/g, " ").trim() ?? "";
  if (words === "")
    throw new LockstepError("LS8025", `${agent} runs this command. ${loss} Your user must consent first.`, {
      hint: `Show your user what is lost, and request their consent.\n${variable}="<their exact words>" ${command}   # if they consent`,
      details: { agent, variable },
    });
  return { words: words.slice(0, 500), agent, at: io.now().toISOString() };
}
