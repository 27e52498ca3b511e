// Holds what people read to plain English: no sentence over 30 words, no word of the list, over every page and changeset. The pages of
// rules, errors and commands are made from the code, so their texts are held to it, too.
//
// prose.mjs            all pages
// prose.mjs <file> …   these
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TextlintKernel } from "@textlint/kernel";
import markdown from "@textlint/textlint-plugin-markdown";
import wordCount from "textlint-rule-en-max-word-count";
import terminology from "textlint-rule-terminology";
import { terms } from "./prose-terms.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const plain = (module) => module.default ?? module;

const options = {
  ext: ".md",
  plugins: [{ pluginId: "markdown", plugin: plain(markdown) }],
  rules: [
    { ruleId: "sentence", rule: plain(wordCount), options: { max: 30 } },
    { ruleId: "word", rule: plain(terminology), options: { defaultTerms: false, terms } },
  ],
};

function pages() {
  const below = (folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => join(folder, file));
  return [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "site/index.md",
    "core/README.md",
    "core/agent-guide.md",
    ...["plugin-prisma", "plugin-typeorm", "plugin-typeorm/wrapper"].map((folder) => join(folder, "README.md")),
    ...["plugin-dbmate", "prisma-shop", "typeorm-nest"].map((name) => join("examples", name, "README.md")),
    ...below("docs"),
    ...below(".changeset"),
  ].sort();
}

const kernel = new TextlintKernel();
const given = process.argv.slice(2).map((file) => relative(root, resolve(file)));
let found = 0;
for (const file of given.length > 0 ? given : pages()) {
  const path = join(root, file);
  const { messages } = await kernel.lintText(readFileSync(path, "utf8"), {
    ...options,
    filePath: path,
    configBaseDir: dirname(path),
  });
  for (const { line, message } of messages) console.error(`${file}:${line}  ${message.split("\n")[0]}`);
  found += messages.length;
}
if (found > 0) {
  console.error(`\n${found} sentences and words that are not plain English.`);
  process.exitCode = 1;
}
