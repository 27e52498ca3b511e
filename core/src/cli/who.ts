import { userInfo } from "node:os";
import { codingAgent } from "../base/coding-agent.js";
import { LockstepError } from "../base/errors.js";
import { gitOrNothing } from "../base/files/git.js";
import { confirmedNames, type Invocation, sameCommand, textOption } from "./command.js";
import type { Io } from "./io.js";

/** The name for a record: git's identity, as in the commits, else the login. In an agent's session, the agent as well. */
export function whoAsks({ env }: Pick<Io, "env">): string {
  return entered(gitOrNothing(process.cwd(), ["config", "user.email"]) ?? loginName(), env);
}

/** The name in a confirmation's record: `--by`. On a person's terminal, the default is their identity. */
export function whoConfirms(invocation: Invocation): string {
  const name = named(invocation);
  return name === undefined ? whoAsks(invocation.io) : entered(name, invocation.io.env);
}

/**
 * Rejects confirmations without a name: pipelines and agents have an identity too, but it is not that of a person who checked.
 *
 * @param command as typed: `npx lockstep deploy`
 * @throws LS8024 `--confirm` without `--by`, and no terminal with a person
 */
export function requireName(invocation: Invocation, command: string): void {
  const { io, options } = invocation;
  const gates = confirmedNames(invocation);
  if (gates.length === 0 || options.dryRun === true || named(invocation) !== undefined) return;
  if (io.isInteractive) {
    io.err(`The record names ${whoAsks(io)}. For another name: --by <name>`);
    return;
  }
  const agent = codingAgent(io.env);
  const where = agent === undefined ? "no person is at a terminal" : `${agent} runs this command`;
  const { by: _, ...given } = options;
  throw new LockstepError("LS8024", `--confirm ${gates.join(", ")} needs --by: ${where}.`, {
    hint: confirming(sameCommand(command, { ...invocation, options: given }), io),
  });
}

/** Variables with the login of the person who started a pipeline: GitHub Actions, GitLab. */
const starters = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN"];

/**
 * Returns the command that confirms gates in this environment, with a comment. A pipeline or an agent must name the person, whom no command
 * can invent.
 *
 * @param when the condition for confirming, as a clause: `once this is true`. Default: none
 * @example confirming("npx lockstep deploy --confirm column-unused", io, "once all old builds have ended")
 */
export function confirming(command: string, { env, isInteractive }: Person, when?: string): string {
  if (isInteractive) return `${command}${when === undefined ? "" : `   # ${when}`}`;
  const first = when === undefined ? "" : `${when}; `;
  if (codingAgent(env) !== undefined)
    return `${command} --by "<name>"   # ${first}ask your user, and run it with their name if they confirm it`;
  const starter = starters.find((name) => env[name] && !env[name].endsWith("[bot]"));
  if (starter === undefined) return `${command} --by "<name>"   # ${first}with the name of the person who confirms it`;
  return `${command}   # ${first}at a terminal\n       ${command} --by "$${starter}"   # or in a job that this person starts`;
}

/** Determines whether a prompt is possible. */
export type Person = Pick<Io, "env" | "isInteractive">;

function named(invocation: Invocation): string | undefined {
  const name = textOption(invocation, "by")?.trim();
  // A printed command that was pasted without a change.
  return name === "" || name === "<name>" ? undefined : name;
}

function entered(name: string, env: Io["env"]): string {
  const agent = codingAgent(env);
  return agent === undefined ? name : `${name} (entered by ${agent})`;
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container, the user id may have no name.
    return "somebody";
  }
}
