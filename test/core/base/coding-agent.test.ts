import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { agentVariables, codingAgent } from "../../../core/src/base/coding-agent.js";

test.each<[Record<string, string>, string | undefined]>([
  [{}, undefined],
  [{ CLAUDECODE: "1" }, "Claude Code"],
  [{ CLAUDECODE: "" }, undefined],
  [{ CODEX_THREAD_ID: "0199" }, "Codex"],
  [{ CODEX_CI: "1" }, "Codex"],
  [{ CODEX_SANDBOX: "seatbelt" }, "Codex"],
  [{ CODEX_SANDBOX_NETWORK_DISABLED: "1" }, "Codex"],
  [{ GEMINI_CLI: "1" }, "Gemini CLI"],
  [{ QWEN_CODE: "1" }, "Qwen Code"],
  [{ CURSOR_AGENT: "1" }, "Cursor"],
  [{ CURSOR_TRACE_ID: "a person's terminal in the editor has it, too" }, undefined],
  [{ COPILOT_CLI: "1" }, "GitHub Copilot CLI"],
  [{ COPILOT_MODEL: "set by a person" }, undefined],
  [{ OPENCODE: "1" }, "OpenCode"],
  [{ OPENCODE_CLIENT: "cli" }, "OpenCode"],
  [{ CLINE_ACTIVE: "true" }, "Cline"],
  [{ AGENT: "goose" }, "Goose"],
  [{ AGENT: "amp" }, "Amp"],
  [{ AGENT: "jenkins-agent-7" }, undefined],
  [{ CRUSH: "1" }, "Crush"],
  [{ OR_APP_NAME: "Aider" }, "Aider"],
  [{ OR_APP_NAME: "my-shop" }, undefined],
  [{ AUGMENT_AGENT: "1" }, "Augment Code"],
  [{ ANTIGRAVITY_AGENT: "1" }, "Antigravity"],
  [{ REPLIT_SESSION: "agent-9f" }, "Replit Agent"],
  [{ REPLIT_SESSION: "9f" }, undefined],
  [{ AI_AGENT: "acme-coder" }, "acme-coder"],
  [{ AI_AGENT: "1" }, "an AI agent"],
  [{ AI_AGENT: "x\u001b[2J, approved by Ada" }, "an AI agent"],
  [{ AI_AGENT: "acme-coder", CLAUDECODE: "1" }, "Claude Code"],
])("%j: %s", (env, agent) => {
  expect(codingAgent(env)).toBe(agent);
  if (agent !== undefined) expect(agentVariables).toEqual(expect.arrayContaining(Object.keys(env)));
});

test("docs/agents.md names every variable", () => {
  const page = readFileSync(new URL("../../../docs/agents.md", import.meta.url), "utf8");
  expect(agentVariables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
