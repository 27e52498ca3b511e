import pc from "picocolors";
import { agentVariables } from "../../core/src/base/coding-agent.js";

/** The surroundings of a command that a user types in a terminal of their own. */
export function userEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !isOurs(entry[0]),
  );
  return {
    ...Object.fromEntries(inherited),
    // No telemetry and no news about updates while people watch.
    CHECKPOINT_DISABLE: "1",
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    NO_UPDATE_NOTIFIER: "1",
    // Their output goes through a pipe; whether it may be coloured is decided by ours.
    ...(pc.isColorSupported ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }),
    ...more,
  };
}

/** `npm run demo` leaves its own marks, which npm and npx would take for settings; databases and engines are ours to choose. */
function isOurs(name: string): boolean {
  return (
    /^npm_(package|lifecycle|command|node_execpath|execpath|config_(local_prefix|prefix|workspaces?|cache_min)$)/.test(
      name,
    ) ||
    /^(GIT_|PG|PRISMA_|LOCKSTEP)/.test(name) ||
    agentVariables.includes(name) ||
    /^(INIT_CWD|DATABASE_URL|PRODUCTION_DATABASE_URL|FORCE_COLOR|NO_COLOR|NODE_OPTIONS|NODE_ENV)$/.test(name)
  );
}
