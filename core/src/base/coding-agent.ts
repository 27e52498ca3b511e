/** A variable that a coding agent sets for its commands. `is`: its value, if other tools use the name, too. */
interface Mark {
  readonly agent: string;
  readonly variable: string;
  readonly is?: string | RegExp;
}

const marks = (agent: string, ...variables: readonly string[]): readonly Mark[] =>
  variables.map((variable) => ({ agent, variable }));

/**
 * Prisma's CLI 7.10 uses all of these (`prisma:migrate:ai-safety`), @vercel/detect-agent 1.2 most of them. Variables that people set
 * themselves are excluded (COPILOT_MODEL, OPENAI_API_KEY), as are those of an editor's own terminal (CURSOR_TRACE_ID).
 */
const known: readonly Mark[] = [
  // https://code.claude.com/docs/en/env-vars
  ...marks("Claude Code", "CLAUDECODE"),
  // https://developers.openai.com/codex/environment-variables
  ...marks("Codex", "CODEX_THREAD_ID", "CODEX_CI", "CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED"),
  // https://google-gemini.github.io/gemini-cli/docs/tools/shell.html
  ...marks("Gemini CLI", "GEMINI_CLI"),
  ...marks("Qwen Code", "QWEN_CODE"),
  // https://cursor.com/docs/agent/tools/terminal
  ...marks("Cursor", "CURSOR_AGENT"),
  ...marks("GitHub Copilot CLI", "COPILOT_CLI"),
  ...marks("OpenCode", "OPENCODE", "OPENCODE_CLIENT"),
  ...marks("Cline", "CLINE_ACTIVE"),
  { agent: "Goose", variable: "AGENT", is: "goose" },
  { agent: "Amp", variable: "AGENT", is: "amp" },
  ...marks("Crush", "CRUSH"),
  { agent: "Aider", variable: "OR_APP_NAME", is: "Aider" },
  ...marks("Augment Code", "AUGMENT_AGENT"),
  ...marks("Antigravity", "ANTIGRAVITY_AGENT"),
  { agent: "Replit Agent", variable: "REPLIT_SESSION", is: /^agent-/ },
];

/** Any agent can set it, to its name. */
const anyAgent = "AI_AGENT";

/** The variables that show that an agent runs a command. */
export const agentVariables: readonly string[] = [...new Set([...known.map(({ variable }) => variable), anyAgent])];

/**
 * The coding agent that runs this process. Undefined: none was detected.
 *
 * @example codingAgent({ CLAUDECODE: "1" }) // "Claude Code"
 */
export function codingAgent(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const found = known.find(({ variable, is }) => {
    const value = env[variable];
    return (
      value !== undefined &&
      value !== "" &&
      (is === undefined || (is instanceof RegExp ? is.test(value) : value === is))
    );
  });
  if (found !== undefined) return found.agent;
  const name = env[anyAgent];
  if (name === undefined || name === "") return undefined;
  // It appears in records and messages.
  return /^[\w .@/-]{2,40}$/.test(name) ? name : "an AI agent";
}
