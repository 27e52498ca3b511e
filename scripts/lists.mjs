// Writes the generated lists: one entry a file of a folder, so that adding a rule, gate or command is adding a file.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const camel = (id) => id.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

const pathOf = (line) => line.split('"')[1].replace(/\.js$/, "");

/** In the order of their paths, as the linter wants them. */
const imports = (ids, type) =>
  [type, ...ids.map((id) => `import ${camel(id)} from "./${id}.js";`)]
    .sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))
    .join("\n");

const checks = (ids, from, what) =>
  `import type { Check } from "${from}";
${ids.map((id) => `import ${camel(id)} from "./${id}.js";`).join("\n")}

/** ${what}, in the order of their names. This file is generated: npm run lists. */
export const checks: readonly Check[] = [
${ids.map((id) => `  ${camel(id)},`).join("\n")}
];
`;

const lists = [
  {
    folder: "core/src/rules",
    not: [
      "index",
      "rule",
      "steps",
      "advice",
      "awaited-values",
      "claims",
      "existing-rows",
      "in-phases",
      "judge",
      "not-valid",
      "notice",
      "renamed-columns",
      "replaced-unique",
      "stays-until-contract",
    ],
    write: (ids) =>
      `${imports(ids, `import { isPlanned, isReported, type PlannedRule, type ReportedRule, type Rule } from "./rule.js";`)}

/** Every rule, in the order of their names. This file is generated: npm run lists. */
export const rules: readonly Rule[] = [
${ids.map((id) => `  ${camel(id)},`).join("\n")}
] as readonly unknown[] as readonly Rule[];

/** Those that \`check\` reports. */
export const reportedRules: readonly ReportedRule[] = rules.filter(isReported);

/** Those that plans rewrite. */
export const plannedRules: readonly PlannedRule[] = rules.filter(isPlanned);
`,
  },
  {
    folder: "core/src/review/check/formats",
    not: ["index"],
    write: (ids) =>
      `${imports(ids, `import type { Format } from "../format.js";`)}

/** Every format of check, in the order of their names. This file is generated: npm run lists. */
export const formats: readonly Format[] = [${ids.map(camel).join(", ")}];
`,
  },
  {
    folder: "core/src/gates",
    not: [
      "index",
      "gate",
      "ask-gates",
      "confirmed",
      "merge-answers",
      "rows-by-old-builds",
      "rows-in-doubt",
      "service-states",
      "service-words",
      "updated-since",
    ],
    write: (ids) =>
      `${imports(ids, `import type { Gate } from "./gate.js";`)}

/** All gates by their id. This file is generated: npm run lists. */
export const gates: Readonly<Record<string, Gate>> = {
${ids.map((id) => `  "${id}": ${camel(id)},`).join("\n")}
};
`,
  },
  {
    folder: "core/src/backfill/signals",
    not: ["index", "signal"],
    write: (ids) =>
      `${imports(ids, `import type { Signal } from "./signal.js";`)}

/** All signals that slow down a backfill, sorted by name. This file is generated: npm run lists. */
export const signals: readonly Signal[] = [
${ids.map((id) => `  ${camel(id)},`).join("\n")}
] as readonly unknown[] as readonly Signal[];
`,
  },
  {
    folder: "core/src/operate/watch/probes",
    not: ["index", "probe"],
    write: (ids) =>
      `${imports(ids, `import type { Probe } from "./probe.js";`)}

/** All probes of watch, sorted by name. This file is generated: npm run lists. */
export const probes: readonly Probe[] = [
${ids.map((id) => `  ${camel(id)},`).join("\n")}
];
`,
  },
  {
    folder: "core/src/code/formatters",
    not: ["index", "formatter", "formatting", "project-tools", "line-changes", "touched-lines", "long-lines"],
    write: (ids) =>
      `${imports(ids, `import type { Formatter } from "./formatter.js";`)}

/** Every formatter, in the order of their names. This file is generated: npm run lists. */
export const formatters: readonly Formatter[] = [${ids.map(camel).join(", ")}];
`,
  },
  {
    folder: "core/src/operate/doctor/checks",
    not: ["index"],
    write: (ids) => checks(ids, "../../../dialect/check.js", "Every check of the core"),
  },
  {
    folder: "core/src/postgresql/checks",
    not: ["index"],
    write: (ids) => checks(ids, "../../dialect/check.js", "Checks of a PostgreSQL target"),
  },
  {
    folder: "core/src/mysql/checks",
    not: ["index"],
    write: (ids) => checks(ids, "../../dialect/check.js", "Checks of a MySQL or MariaDB target"),
  },
  {
    folder: "test/database/backfill/faults",
    not: ["index", "fault", "sessions"],
    write: (ids) =>
      `${imports(ids, `import type { Fault } from "./fault.js";`)}

/** Every fault, in the order of their names. This file is generated: npm run lists. */
export const faults: readonly Fault[] = [
${ids.map((id) => `  ${camel(id)},`).join("\n")}
];
`,
  },
  {
    folder: "plugin-prisma/src/doctor",
    not: ["index"],
    write: (ids) =>
      `import type { Check } from "@lockstep/core/doctor";
${ids.map((id) => `import ${camel(id)} from "./${id}.js";`).join("\n")}

/** Prisma's own checks, in the order of their names. This file is generated: npm run lists. */
export const prismaChecks: readonly Check[] = [${ids.map(camel).join(", ")}];
`,
  },
  {
    folder: "plugin-typeorm/src/doctor",
    not: ["index"],
    write: (ids) =>
      `import type { Check } from "@lockstep/core/doctor";
${ids.map((id) => `import ${camel(id)} from "./${id}.js";`).join("\n")}

/** TypeORM's own checks, in the order of their names. This file is generated: npm run lists. */
export const typeormChecks: readonly Check[] = [${ids.map(camel).join(", ")}];
`,
  },
  {
    folder: "core/src/cli/commands",
    not: ["index"],
    write: (ids) =>
      `import type { CliCommand } from "../command.js";
${ids.map((id) => `import ${camel(id)} from "./${id}.js";`).join("\n")}

/** Every command, in the order of their names. This file is generated: npm run lists. */
export const commands: readonly CliCommand[] = [
${ids.map((id) => `  ${camel(id)},`).join("\n")}
];
`,
  },
];

const check = process.argv.includes("--check");
let stale = 0;
for (const { folder, not, write } of lists) {
  const ids = readdirSync(`${root}${folder}`)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3))
    .filter((id) => !not.includes(id))
    .sort();
  const file = `${root}${folder}/index.ts`;
  const text = write(ids);
  let before = "";
  try {
    before = readFileSync(file, "utf8");
  } catch {}
  if (before === text) continue;
  if (check) {
    console.error(`${folder}/index.ts is stale: npm run lists`);
    stale = 1;
  } else writeFileSync(file, text);
}
process.exitCode = stale;
