// npm run new:rule <id>: a rule, its test, and its place in the list.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const id = process.argv[2] ?? "";
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(id)) {
  console.error("Usage: npm run new:rule <id>   with an id such as add-column-not-null");
  process.exit(2);
}
const rule = `${root}core/src/rules/${id}.ts`;
const spec = `${root}test/core/rules/${id}.test.ts`;
for (const file of [rule, spec])
  if (existsSync(file)) {
    console.error(`${file.slice(root.length)} is there already`);
    process.exit(2);
  }
writeFileSync(
  rule,
  `import { defineRule } from "./rule.js";

/** The hazard, in one sentence. */
export default defineRule({
  id: "${id}",
  severity: "error",
  summary: "What is unsafe, in one line",
  on: ["addColumn"],
  claims: ({ kind }) => kind === "rewrites",
  safer: () => ({ words: "the safe way, in one line" }),

  // A plan takes it apart. Without these three members, and \`instead\`, \`check\` reports the hazard, and no plan is made of it.
  consequence: ({ table }, { concerns }) =>
    concerns.length === 0 ? undefined : \`what the statement does to "\${table.name}", in one sentence.\`,
  columns: ({ table, column }) => [{ table, column: column.name }],
  rewrite: (_operation, _columns) => ({}),

  examples: { rewritten: [], safe: [] },
  background: "Why the statement is unsafe, and where that is known from.",
  instead: "What a plan does.",
});
`,
);
writeFileSync(
  spec,
  `import rule from "../../../core/src/rules/${id}.js";
import { ruleTester } from "../../support/rule-tester.js";

ruleTester(rule, { safe: [], unsafe: [] });
`,
);
execFileSync(process.execPath, [`${root}scripts/lists.mjs`], { stdio: "inherit" });
console.log(`Made core/src/rules/${id}.ts and test/core/rules/${id}.test.ts. Next: write both, then npm run docs`);
