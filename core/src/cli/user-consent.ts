import { codingAgent } from "../base/coding-agent.js";
import { LockstepError } from "../base/errors.js";
import type { Consent } from "../model/index.js";
import type { Io } from "./io.js";

/** Not an option: a permission for `npx lockstep …`, which people give their agents, does not cover a command with a variable before it. */
const variable = "LOCKSTEP_USER_CONSENT";

/**
 * What the user of a coding agent said to a loss of values. Outside of an agent's session undefined: there a person is asked.
 *
 * @param loss what would be lost, as a sentence
 * @param command to type again: `npx lockstep abandon 20261120093000_add_handle`
 * @throws LS8025 an agent runs the command, and its user was not asked
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
