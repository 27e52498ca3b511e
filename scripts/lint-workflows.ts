/**
 * `npm run lint:workflows`: what GitHub's own language service says of the workflows, and what this project asks besides: a step runs
 * one npm script that exists, and an action is pinned by its commit, with its version as a comment. A tag can be moved by whoever owns
 * the action.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { validate } from "@actions/languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = ".github/workflows/";
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { scripts: Record<string, string> };

/** The text behind a key of a step, and where it stands. */
interface Step {
  readonly key: "run" | "uses";
  readonly value: string;
  readonly line: number;
}

const problems: string[] = [];
const files = readdirSync(root + folder).filter((file) => /\.ya?ml$/.test(file));
for (const file of files) {
  const text = readFileSync(root + folder + file, "utf8");
  const document = TextDocument.create(`file:///${folder}${file}`, "yaml", 1, text);
  for (const { message, range } of await validate(document))
    problems.push(`${folder}${file}:${range.start.line + 1}:${range.start.character + 1} ${message}`);
  for (const step of stepsOf(text)) {
    const problem = problemOf(step);
    if (problem !== undefined) problems.push(`${folder}${file}:${step.line} ${problem}`);
  }
}
// The Action runs in workflows of others. Its own steps are no npm scripts.
for (const step of stepsOf(readFileSync(`${root}action.yml`, "utf8"))) {
  const problem = step.key === "uses" ? problemOf(step) : undefined;
  if (problem !== undefined) problems.push(`action.yml:${step.line} ${problem}`);
}
if (files.length === 0) problems.push(`${folder} has no workflow`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

function stepsOf(text: string): readonly Step[] {
  return text.split("\n").flatMap((line, index) => {
    const [, key, value = ""] = /^ *(?:- )?(run|uses): *(.*)$/.exec(line) ?? [];
    if (key === "run") return [{ key, value: value.replace(/ #.*$/, ""), line: index + 1 }];
    return key === "uses" ? [{ key, value, line: index + 1 }] : [];
  });
}

/** What is wrong with a step; undefined: nothing. */
function problemOf({ key, value }: Step): string | undefined {
  if (key === "uses") {
    return /^(?:\.\/\S*|[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+)*)$/.test(value)
      ? undefined
      : `${value} is not pinned: owner/name@<commit of 40 digits> # v1.2.3`;
  }
  // The only thing that no script may do for a contributor: it takes root.
  if (value === "sudo apt-get update") return undefined;
  const [, script] = /^npm (?:run )?([\w:]+)(?: -- [^&|;<>`]+)?$/.exec(value) ?? [];
  if (script === undefined) return `a step runs one npm script and nothing else, not "${value}"`;
  return script in scripts ? undefined : `package.json has no script "${script}"`;
}
