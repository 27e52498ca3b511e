// What people read before they use, report or contribute: held to what there is.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { commands } from "../../core/src/cli/commands/index.js";
import { gates } from "../../core/src/gates/index.js";
import { gateText } from "../../core/src/review/gate-words.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { typeormPlugin } from "../../plugin-typeorm/src/plugin.js";
import { figureOf } from "../bench/chart.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = (file: string) => readFileSync(join(root, file), "utf8");

test("SECURITY.md says of every command what it changes and needs, and of no other", () => {
  const [, table = ""] = /^\| command \|.*\n\|[ -|]+\n((?:\|.*\n)+)/m.exec(text("SECURITY.md")) ?? [];
  const told = table.split("\n").flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)]);
  const own = [prismaPlugin, typeormPlugin].flatMap((plugin) => plugin.commands ?? []);
  const names = [...new Set([...commands, ...own].map(({ name }) => name))];
  expect(told.map(([, name]) => name).sort()).toEqual(names.sort());
});

const forms = readdirSync(join(root, ".github/ISSUE_TEMPLATE")).filter((file) => file !== "config.yml");

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: { readonly label?: string; readonly value?: string; readonly options?: readonly unknown[] };
  }[];
}

test.each(forms)("the issue form %s is one that GitHub shows", (file) => {
  const { name, description, body } = parse(text(`.github/ISSUE_TEMPLATE/${file}`)) as Form;
  expect(name && description).toBeTruthy();
  const asked = body.filter(({ type }) => type !== "markdown");
  const ids = asked.map(({ id }) => id ?? "");
  expect(ids.every((id) => /^[\w-]+$/.test(id)) && new Set(ids).size === ids.length, ids.join()).toBe(true);
  for (const { type, attributes } of body) {
    expect(["markdown", "input", "textarea", "dropdown", "checkboxes"]).toContain(type);
    expect(type === "markdown" ? attributes.value : attributes.label).toBeTruthy();
    if (type === "dropdown" || type === "checkboxes") expect(attributes.options?.length).toBeGreaterThan(0);
  }
});

test.each(["bug.yml", "wrong-verdict.yml"])("%s asks for what doctor says, and warns of secrets", (file) => {
  const form = text(`.github/ISSUE_TEMPLATE/${file}`);
  expect(form).toContain("npx --no lockstep doctor");
  expect(form).toMatch(/passwords?/);
});

const parts = ["Context", "Decision", "Evidence", "Rejected", "Consequences"];
const decisions = readdirSync(join(root, "docs/decisions")).filter((file) => file !== "README.md");

test("the decisions are numbered, have the same parts, and stand in the index", () => {
  const index = text("docs/decisions/README.md");
  expect(decisions.map((file) => Number(file.slice(0, 4)))).toEqual(decisions.map((_, at) => at + 1));
  for (const file of decisions) {
    const page = text(`docs/decisions/${file}`);
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, part]) => part)).toEqual(parts);
    const [, title = ""] = /^# \d+\. (.*)$/m.exec(page) ?? [];
    expect(index).toContain(`| [${file.slice(0, 4)}](${file}) | ${title} |`);
  }
});

test("files that the decisions and the first contribution name are there", () => {
  // What the walk-through makes is not.
  const made = /add-column-in-frame|indexes-valid|switch-cases/;
  const pages = [...decisions.map((file) => `docs/decisions/${file}`), "docs/contributing/README.md"];
  const named = pages.flatMap((page) =>
    [...text(page).matchAll(/`((?:core|plugin-\w+|test|scripts|docs)\/[^`\s]+)`/g)].map(([, file = ""]) => file),
  );
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((file) => !made.test(file) && !existsSync(join(root, file)))).toEqual([]);
});

test.each(Object.keys(gates))("the gate %s has its sentence", (gate) => {
  expect(gateText({ gate, table: { name: "User" }, column: "handle" })).not.toMatch(/^the gate /);
});

test.each([
  ["1 204 ms (980 ms of work)", 1204, "ms"],
  ["0.97 (90 000 rows a second)", 0.97, "ratio"],
  ["58 times, no failures", 58, "times"],
  [".62", 0.62, "ratio"],
  ["62 %", 62, "%"],
  ["-3.1 ms", -3.1, "ms"],
])("the chart of the benches reads %s", (measured, value, unit) => {
  const machine = { node: "20.19.0", platform: "linux x64", cores: 2, processor: "some", memoryGb: 8 };
  expect(figureOf({ promise: "quick", measured, isMet: true }, machine)).toMatchObject({ name: "quick", value, unit });
});
