import { userInfo } from "node:os";
import { codingAgent } from "../base/coding-agent.js";
import { LockstepError } from "../base/errors.js";
import { gitOrNothing } from "../base/files/git.js";
import { confirmedNames, type Invocation, sameCommand, textOption } from "./command.js";
import type { Io } from "./io.js";

/** Whom a record names: git's identity, because it stands in the commits too; else the login. In an agent's session the agent as well. */
export function whoAsks({ env }: Pick<Io, "env">): string {
  return entered(gitOrNothing(process.cwd(), ["config", "user.email"]) ?? loginName(), env);
}

/** Whom the record of a confirmation names: `--by`, and on a person's terminal by default their identity. */
export function whoConfirms(invocation: Invocation): string {
  const name = named(invocation);
  return name === undefined ? whoAsks(invocation.io) : entered(name, invocation.io.env);
}

/**
 * Refuses confirmations of nobody: a pipeline and an agent have an identity too, which is not that of a person who looked.
 *
 * @param command as typed: `npx lockstep deploy`
 * @throws LS8024 `--confirm` without `--by`, and no terminal with a person at it
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
  const where = agent === undefined ? "there is no terminal with a person at it" : `${agent} runs this command`;
  const { by: _, ...given } = options;
  const again = `${sameCommand(command, { ...invocation, options: given })} --by "<name>"`;
  throw new LockstepError("LS8024", `--confirm ${gates.join(", ")} needs --by: ${where}.`, {
    hint: agent === undefined ? again : `ask your user. If they confirm it, with their name: ${again}`,
  });
}

function named(invocation: Invocation): string | undefined {
  const name = textOption(invocation, "by")?.trim();
  return name === "" ? undefined : name;
}

function entered(name: string, env: Io["env"]): string {
  const agent = codingAgent(env);
  return agent === undefined ? name : `${name} (entered by ${agent})`;
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return "somebody";
  }
}
