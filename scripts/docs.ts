// Writes the pages of docs/ that are made from the code: one per error code and per rule, and their lists.
// `--check` writes nothing and fails when a page is stale.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { metrics } from "../core/src/backfill/metrics.js";
import { flagOf, type RunOption } from "../core/src/backfill/run-option.js";
import { signals } from "../core/src/backfill/signals/index.js";
import { errorTable } from "../core/src/base/errors.js";
import {
  mariadbVersions,
  mysqlVersions,
  nodeVersions,
  postgresVersions,
  typescriptVersions,
} from "../core/src/base/supported-versions.js";
import { codeDocument, codeDocumentId } from "../core/src/cli/code-document.js";
import { commandGroups, inOrder } from "../core/src/cli/command-groups.js";
import { commands } from "../core/src/cli/commands/index.js";
import { gates } from "../core/src/gates/index.js";
import { waiverText } from "../core/src/lint/waivers.js";
import { type DialectId, type NewerForm, newerForm, newerFormsOf, versionText } from "../core/src/model/index.js";
import { eventFields } from "../core/src/review/backfill-event.js";
import { advices } from "../core/src/rules/advice.js";
import { plannedRules, reportedRules, rules } from "../core/src/rules/index.js";
import { isPlanned, isReported, type Rule } from "../core/src/rules/rule.js";
import { prismaPlugin } from "../plugin-prisma/src/plugin.js";
import { prisma8Notes, prismaMysqlNotes, prismaNotes, prismaVersions } from "../plugin-prisma/src/supported.js";
import { typeormPlugin } from "../plugin-typeorm/src/plugin.js";
import { typeormNotes, typeormVersions } from "../plugin-typeorm/src/supported.js";

/** The parts of a page that people write, each between two comments. */
const madeParts = /(<!-- Made from the code: npm run docs -->\n)[\s\S]*?(<!-- end -->)/g;

const tableOf = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
  [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** What a terminal says, as Markdown: `<file>` is no element there, and would be gone. */
const prose = (text: string) => text.replace(/`[^`]*`|<(?=[a-z/])/gi, (part) => (part === "<" ? "\\<" : part));

/** The steps of a `Next` in one paragraph: `npx lockstep status   # lists the plans` becomes "`npx lockstep status` (lists the plans)". */
const stepsProse = (next: string) =>
  prose(
    next
      .split("\n")
      .map((step) =>
        step.replace(
          /^((?:npx|git) .*?)(?: {3}# (.*))?$/,
          (_, command, why) => `\`${command}\`${why ? ` (${why})` : ""}`,
        ),
      )
      .join(" "),
  );

function newerRows(): string[] {
  const all = newerFormsOf("postgresql").map((form) => newerForm(form, "postgresql"));
  const majors = [...new Set(all.map(({ since = 0 }) => since))].sort((one, other) => one - other);
  const labelsOf = (major: number) => all.filter(({ since }) => since === major).map(({ label }) => label);
  const sinceOf = (form: NewerForm, system: DialectId) => {
    const { since, isIgnored } = newerForm(form, system);
    if (since === undefined) return "–";
    return since === 0 ? "all" : `${versionText(since, system)}${isIgnored ? ", ignored before" : ""}`;
  };
  return [
    tableOf(
      ["since PostgreSQL", "what"],
      majors.map((major) => [String(major), labelsOf(major).join(", ")]),
    ),
    '"All" means MySQL 8.0.12 and later, or MariaDB 10.2 and later. "–" means no version up to MySQL 9.7 or MariaDB 13.1.',
    tableOf(
      ["what", "since MySQL", "since MariaDB"],
      newerFormsOf("mysql").map((form) => [
        newerForm(form, "mysql").label,
        sinceOf(form, "mysql"),
        sinceOf(form, "mariadb"),
      ]),
    ),
  ];
}

function gateRows(): string {
  const order = ["switch, contract", "switch", "contract"];
  const place = (before: string) => (order.includes(before) ? order.indexOf(before) : order.length);
  const rows = Object.entries(gates)
    .toSorted(([, one], [, other]) => place(one.about.before) - place(other.about.before))
    .map(([id, { about, isConfirmed }]) => [
      `\`${id}\`${isConfirmed ? " *" : ""}`,
      about.before,
      `${about.opens}${about.page === undefined ? "" : `. See ${about.page}`}`,
    ]);
  return tableOf(["gate", "before", "open when"], rows);
}

function metricRows(): string {
  const rows = Object.values(metrics).map(({ name, type, unit, description, attributes }) => [
    `\`${name}\``,
    type,
    `\`${unit}\``,
    description,
    attributes.map((each) => `\`${each}\``).join(", "),
  ]);
  return tableOf(["metric", "", "unit", "meaning", "attributes"], rows);
}

function eventRows(): string {
  const rows = Object.entries(eventFields).map(([kind, { when, fields }]) => [
    `\`${kind}\``,
    when,
    fields.map((name) => `\`${name}\``).join(", "),
  ]);
  return tableOf(["`event`", "when", "fields"], rows);
}

function signalRows(): string {
  const rows = signals.map(({ id, summary, options }) => {
    const flags = Object.entries<RunOption<unknown>>(options).map(
      ([name, { value, initial }]) => `\`${flagOf(name)} ${value}\`${initial === undefined ? "" : `: ${initial}`}`,
    );
    return `| \`${id}\` | ${summary} | ${flags.join("<br>")} |`;
  });
  return ["| signal | condition | options and defaults |", "| --- | --- | --- |", ...rows].join("\n");
}

const docs = fileURLToPath(new URL("../docs", import.meta.url));
const generated = "<!-- Made from the code by `npm run docs`: edit the code instead. -->";

/** What a page says of a rule after why it is one. */
function rulePage(rule: Rule): string[] {
  const { severity, mysql, instead } = rule;
  const { unsafe = [], rewritten = [], safe } = rule.examples;
  const sql = (title: string, all: readonly string[], level = "##") =>
    all.length === 0 ? [] : [`${level} ${title}\n\n\`\`\`sql\n${all.join("\n")}\n\`\`\``];
  return [
    ...(instead === undefined ? [] : [instead]),
    ...(severity === undefined ? [] : [`Severity in \`lockstep check\`: ${severity}.`]),
    ...sql(isReported(rule) ? "Reported, and rewritten in phases" : "Rewritten in phases", rewritten),
    ...sql("Reported", unsafe),
    ...sql(isReported(rule) ? "Not reported" : "Passes unchanged", safe),
    ...(mysql === undefined ? [] : [`## On MySQL and MariaDB\n\n${mysql.background}`]),
    ...sql("Reported", mysql?.unsafe ?? [], "###"),
    ...sql("Not reported", mysql?.safe ?? [], "###"),
    ...(isReported(rule) ? [`## Waivers\n\n${waiverText(rule.id)}. See [check](../check.md#waivers).`] : []),
    ...(isPlanned(rule) ? [skip] : []),
  ];
}

const skip =
  "## Skip one change\n\nWrite `@lockstep.skip(<reason>)` in a comment above the field; Lockstep shows the reason with the migration. `LOCKSTEP=off` disables\nLockstep for one command.";

const commandsIntroduction = `Every command accepts these options:

- \`--json\` prints one JSON document on stdout.
- \`--ci\` never prompts.
- \`--cwd <folder>\` sets the project folder.

Results go to stdout, progress and prompts to stderr. With pnpm, yarn or bun, and before anything is installed, see
[how to run it](install.md).

| exit code | meaning |
| --- | --- |
| 0 | success, or nothing to do |
| 1 | the check failed or the gate is closed |
| 2 | wrong usage or configuration |
| 3 | problem with the database or the environment |
| 4 | a bug in Lockstep |
| 5 | \`watch\` found an anomaly |
| 130 | cancelled |

Only one command at a time writes the files of a project. Another one waits for a few seconds, then fails with
[LS4007](errors/LS4007.md). Commands that only read, and \`--dry-run\`, never wait. If a command is killed while it writes, run it again, or run
\`npx lockstep repair\`: it completes the interrupted write and does nothing else.`;

/** Where a command is on the page, or the first one of its group. */
const commandAnchor = (name: string) =>
  (commands.find((command) => command.name === name || command.name.startsWith(`${name} `))?.name ?? name).replaceAll(
    " ",
    "-",
  );

const exits: Readonly<Record<number, string>> = {
  1: "1: negative result",
  2: "2: usage or configuration",
  3: "3: database or environment",
  130: "130: cancelled",
};

function pages(): Map<string, string> {
  const result = new Map<string, string>();
  const add = (file: string, ...parts: readonly string[]) =>
    result.set(file, `${[generated, ...parts].join("\n\n")}\n`);
  const codes = Object.entries(errorTable);
  for (const [code, { title, why, next, exit }] of codes)
    add(
      `errors/${code}.md`,
      `# ${code}: ${prose(title)}`,
      `**Why it matters.** ${prose(why)}`,
      `**What to do.** ${stepsProse(next)}`,
      `Exit code ${exits[exit]}. The message names the location. In the terminal: \`npx lockstep explain ${code}\`.`,
    );
  add(
    "errors/README.md",
    "# Error codes",
    "A code is never used again for something else.",
    codes.map(([code, { title }]) => `- [${code}](${code}.md) ${prose(title)}`).join("\n"),
  );
  for (const rule of rules)
    add(
      `rules/${rule.id}.md`,
      `# ${rule.id}`,
      `${rule.summary}.`,
      rule.background,
      ...(rule.id === "newer-than-server" ? newerRows() : []),
      ...rulePage(rule),
    );
  const listed = (all: readonly { readonly id: string; readonly summary: string }[]) =>
    all.map(({ id, summary }) => `- [${id}](${id}.md) ${summary}`).join("\n");
  add(
    "rules/README.md",
    "# Rules",
    "## Rewritten in phases",
    "`prisma migrate dev`, `typeorm migration:generate` and `npx lockstep rewrite` rewrite these.",
    listed(plannedRules),
    "## Reported by `lockstep check`",
    listed(reportedRules),
  );
  const onAll = advices.filter(({ isOf }) => isOf("mysql"));
  add(
    "advice.md",
    "# Advice",
    "`npx lockstep check --advice` reports choices that are legal but often regretted, one line each, after the findings. It checks only what the\nmigrations add, and never changes the exit code. To enable it for every run, set `advice: true` under `check` in `lockstep.config.ts`.",
    tableOf(
      ["id", "a migration adds", "instead", "with Prisma"],
      advices.map(({ id, summary, instead }) => [`\`${id}\``, summary, instead, prismaPlugin.words.advice?.[id] ?? ""]),
    ),
    `MySQL and MariaDB get ${onAll.map(({ id }) => `\`${id}\``).join(", ")}. The others are for PostgreSQL.`,
    "The README of a plan contains the advice for its new columns.",
    '## Skip one\n\nAdd a comment before the statement or the column: `-- lockstep-ignore varchar-limit: the standard has 34 characters`. For a whole project,\nset `rules: { "varchar-limit": "off" }` under `check` in the [configuration](check.md#configuration). Advice cannot become an error or a warning.',
  );
  const tools = [
    prismaVersions,
    typeormVersions,
    postgresVersions,
    mariadbVersions,
    mysqlVersions,
    nodeVersions,
    typescriptVersions,
  ];
  add(
    "supported-versions.md",
    "# Supported versions",
    "This table lists the versions that the tests run with. Ranges are tested at both ends. `npx lockstep doctor` compares a project and its targets with it.",
    `| tool | tested | notes |\n| --- | --- | --- |\n${tools.map(({ tool, tested, note }) => `| ${tool} | ${tested} | ${note} |`).join("\n")}`,
    "The tests run only on Linux. macOS should work but is not tested. On Windows, use WSL. Without WSL, use `npx lockstep prisma migrate dev`\n([where the config cannot be wrapped](deploying.md#where-the-config-cannot-be-wrapped)); the demo does not run there.",
    "## Prisma 6.19",
    prismaNotes.map((note) => `- ${note}`).join("\n"),
    "## Prisma 8",
    prisma8Notes.map((note) => `- ${note}`).join("\n"),
    "## Prisma with MySQL and MariaDB",
    prismaMysqlNotes.map((note) => `- ${note}`).join("\n"),
    "## TypeORM",
    typeormNotes.map((note) => `- ${note}`).join("\n"),
  );
  add(
    "commands.md",
    "# Commands",
    commandsIntroduction,
    tableOf(
      ["", "commands"],
      Object.entries(commandGroups).map(([group, names]) => [
        group,
        names.map((name) => `[${name}](#${commandAnchor(name)})`).join(", "),
      ]),
    ),
    ...inOrder(commands).map((command) => {
      const usage = ["npx lockstep", command.name, ...(command.arguments ?? []).map((argument) => argument.name)].join(
        " ",
      );
      const rows = [
        ...(command.arguments ?? []).map((argument) => `| \`${argument.name}\` | ${prose(argument.description)} |`),
        ...(command.options ?? []).map((option) => `| \`${option.flags}\` | ${prose(option.description)} |`),
      ];
      const table = rows.length === 0 ? [] : [`| | |\n| --- | --- |\n${rows.join("\n")}`];
      // The one command that is typed before anything is installed.
      const typed = command.name === "init" ? "npx @lockstep/prisma init`, `npx @lockstep/typeorm init" : usage;
      return [`## ${command.name}`, `\`${typed}\` — ${command.summary}`, ...table].join("\n\n");
    }),
    ...[prismaPlugin, typeormPlugin]
      .flatMap(({ commands = [] }) => commands)
      .map(({ name, usage, summary }) => [`## ${name}`, `\`npx lockstep ${usage}\` — ${summary}`].join("\n\n")),
  );
  const backfill = readFileSync(join(docs, "reference-backfill.md"), "utf8");
  const parts = [signalRows(), eventRows(), metricRows()];
  result.set(
    "reference-backfill.md",
    backfill.replace(madeParts, (_, from, to) => `${from}\n${parts.shift()}\n\n${to}`),
  );
  const glossary = readFileSync(join(docs, "glossary.md"), "utf8");
  result.set(
    "glossary.md",
    glossary.replace(madeParts, (_, from, to) => `${from}\n${gateRows()}\n\n${to}`),
  );
  result.set("../core/schemas/code-1.json", `${JSON.stringify(codeSchema(), null, 2)}\n`);
  return result;
}

/** What editors and agents read: keys of later releases are no errors. */
function codeSchema() {
  const { $schema, ...schema } = z.toJSONSchema(codeDocument, {
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
    },
  });
  return { $schema, $id: codeDocumentId, title: "What `lockstep code --json` prints, version 1", ...schema };
}

const isCheck = process.argv.includes("--check");
const stale: string[] = [];
const wanted = pages();
for (const [file, text] of wanted) {
  const path = join(docs, file);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  stale.push(file);
  if (isCheck) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
for (const folder of ["errors", "rules"]) {
  if (!existsSync(join(docs, folder))) continue;
  for (const name of readdirSync(join(docs, folder)))
    if (!wanted.has(`${folder}/${name}`)) {
      stale.push(`${folder}/${name} (nothing makes it)`);
      if (!isCheck) rmSync(join(docs, folder, name));
    }
}
if (stale.length > 0) console.error(`${isCheck ? "Stale, run npm run docs" : "Written"}: ${stale.join(", ")}`);
process.exitCode = isCheck && stale.length > 0 ? 1 : 0;
