import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { parseAnnotations } from "../../core/src/config/annotations.js";
import { configSchema } from "../../core/src/config/schema.js";
import { checkRules } from "../../core/src/lint/rules/index.js";
import { waiversIn } from "../../core/src/lint/waivers.js";
import { datamodelOf } from "../matrix/dmmf.js";
import { typedCommands } from "../support/typed-commands.js";
import { compile, configIn, wholeFile } from "./compiled-samples.js";
import { pages, root, samples, samplesIn } from "./samples.js";

// Samples that stand by themselves are not typed in a project as those of `follow` are: each is held to what reads it.

test("every sample is in a language that is held to something", () => {
  const held = ["ts", "js", "json", "yaml", "prisma", "sql"];
  // Typed or printed, or a difference that the scenarios have.
  const shown = ["", "console", "diff"];
  expect(samples.filter(({ language }) => ![...held, ...shown].includes(language))).toEqual([]);
});

test("commands on every page exist, with their options", () => {
  const all = pages.flatMap((page) =>
    typedCommands(readFileSync(root + page, "utf8")).map(({ text, wrong }) => ({ page, text, wrong })),
  );
  expect(all.length).toBeGreaterThan(200);
  expect(all.filter(({ wrong }) => wrong !== undefined)).toEqual([]);
});

test("TypeScript compiles", () => {
  expect(compile(samplesIn("ts", "js").map(([place, text]) => [place, wholeFile(text)]))).toEqual([]);
});

const configs = samplesIn("ts").filter(([, text]) => text.includes("export default defineConfig("));
test.each(configs)("%s is a configuration", (_, text) => {
  expect(configSchema.safeParse(configIn(text)).error).toBeUndefined();
});

test.each(samplesIn("json"))("%s is JSON", (_, text) => {
  for (const line of text.trim().split("\n")) expect(JSON.parse(line)).toBeTypeOf("object");
});

test.each(samplesIn("yaml"))("%s is YAML", (_, text) => {
  const document = parseDocument(text);
  expect([...document.errors, ...document.warnings]).toEqual([]);
  expect(document.toJS()).toBeTypeOf("object");
});

test.each(samplesIn("prisma"))("%s is a schema, and its annotations are read", async (_, text) => {
  const model = text.includes("model ") ? text : `model Sample {\n  id Int @id\n${text}\n}`;
  const { models } = await datamodelOf(`datasource db {\n  provider = "postgresql"\n}\n${model}`);
  const written = models.flatMap(({ fields }) => fields).map(({ documentation = "" }) => documentation);
  const read = written.flatMap((each) => Object.keys(parseAnnotations(each, { file: "schema.prisma", line: 1 })));
  expect(read).not.toEqual([]);
});

const ids = new Set(checkRules.map(({ id }) => id));
test.each(samplesIn("sql").filter(([, text]) => text.includes("lockstep-ignore")))(
  "%s is read as waivers",
  (_, text) => {
    const waivers = waiversIn(text, "migration.sql");
    expect(waivers).toHaveLength(text.split("lockstep-ignore").length - 1);
    for (const { rules, reason, at } of waivers) {
      expect([reason, at?.of]).not.toContain("");
      expect(rules.filter((id) => !ids.has(id))).toEqual([]);
    }
  },
);
