import { expect, test } from "vitest";
import explain from "../../../core/src/cli/commands/explain.js";
import { gates } from "../../../core/src/gates/index.js";
import { personIo } from "../../support/person-io.js";
import { typedCommands } from "../../support/typed-commands.js";

const explained = async (topic: string) => {
  const { io } = personIo(undefined, { env: {}, cwd: "." });
  const workspace = () => Promise.reject(new Error("no project is needed"));
  return explain.run({ name: "explain", arguments: [topic], options: {}, io, plugins: [], cwd: ".", workspace });
};

test.each(Object.keys(gates))("%s: its condition, and whether and how it is confirmed", async (id) => {
  const { about, isConfirmed } = gates[id]!;
  const { text, json } = await explained(id);
  expect(text.replaceAll("\n", " ")).toContain(`It opens when ${about.opens}.`);
  const commands = typedCommands(text);
  expect(commands.filter(({ wrong }) => wrong !== undefined)).toEqual([]);
  expect(commands.some((command) => command.text.includes(`--confirm ${id}`))).toBe(isConfirmed);
  expect(json.confirm !== undefined).toBe(isConfirmed);
});

test("what is none", async () => {
  await expect(explained("writers")).rejects.toMatchObject({
    code: "LS8008",
    message: 'There is no error code, rule or gate "writers".',
  });
});

test("a rule: paragraphs as wide as the terminal, links as commands, and code in one piece", async () => {
  const { text } = await explained("add-index");
  const [page = ""] = text.split("\nRewritten in phases:");
  expect(page.split("\n").filter((line) => line.length > 100)).toEqual([]);
  expect(text).toContain("see\n`npx lockstep explain needs-values`.\n");
  expect(text).toContain("`// lockstep-ignore add-index: <reason>`");
  expect(text).not.toContain("](");
});
