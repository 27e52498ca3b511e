import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { LockstepError } from "../../../../core/src/base/errors.js";
import {
  isTested,
  nodeVersions,
  postgresVersions,
  typescriptVersions,
} from "../../../../core/src/base/supported-versions.js";
import { configSchema } from "../../../../core/src/config/schema.js";
import { resolveSettings, settingDefaults } from "../../../../core/src/config/settings.js";
import type { Plan } from "../../../../core/src/model/index.js";
import { checks } from "../../../../core/src/operate/doctor/checks/index.js";
import { colorsFor } from "../../../../core/src/review/colors.js";
import { doctorText, doctorVerdict, type Examination } from "../../../../core/src/review/doctor.js";
import { prismaVersions } from "../../../../plugin-prisma/src/supported.js";
import { shopModels } from "../../../plugin-prisma/codemods/phases.js";
import { askProject, plainFacts } from "../../../support/ask-check.js";
import { answerTo } from "../../../support/plan-fixture.js";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "lockstep-doctor-"));
  folders.push(made);
  return made;
}
function repository(ignored: string): string {
  const root = folder();
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  writeFileSync(join(root, ".gitignore"), ignored);
  return root;
}
async function planOf(id: string): Promise<Plan> {
  const answer = await answerTo({ id });
  if (answer.kind !== "plan") throw new Error("no plan");
  return answer.plan;
}
/** A package with the models, beside one whose code uses them. */
function besideApp() {
  const root = folder();
  const write = (file: string, text: string) => {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  write("package.json", '{ "workspaces": ["db", "api"] }');
  write("db/package.json", '{ "name": "db" }');
  write("api/package.json", '{ "name": "api", "dependencies": { "db": "*" } }');
  write("api/users.ts", "export const users = (db) => db.user.findMany();");
  return { ...at(join(root, "db")), models: shopModels() };
}

function withTypescript(version: string) {
  const root = folder();
  mkdirSync(join(root, "node_modules/typescript"), { recursive: true });
  writeFileSync(join(root, "node_modules/typescript/package.json"), JSON.stringify({ version }));
  return at(root);
}

const at = (root: string) => ({
  project: { root, migrationsFolder: "prisma/migrations", ormVersion: "7.10.0", developmentUrl: undefined },
});
const ask = (id: string, more: Parameters<typeof askProject>[1] = {}) =>
  askProject(checks.find((check) => check.id === id)!, more);

test.each([
  ["git", "outside of a repository", () => at(folder()), "warning", /not in a git repository/],
  [
    "git",
    "git refuses to read it",
    () => {
      const root = repository("node_modules\n");
      writeFileSync(join(root, ".git/config"), "[core\n");
      return at(root);
    },
    "problem",
    /cannot read the repository: bad config line 1/,
  ],
  ["git", "a repository", () => at(repository("node_modules\n")), "ok", /not ignored/],
  ["git", "plans are ignored", () => at(repository("lockstep/\n")), "problem", /git ignores lockstep\//],
  [
    "git",
    "migrations are ignored",
    () => at(repository("prisma/migrations\n")),
    "problem",
    /ignores prisma\/migrations/,
  ],
  ["code-roots", "no workspace", () => at(folder()), "ok", /Lockstep reads every/],
  ["code-roots", "an app beside uses the models", () => besideApp(), "ok", /uses the models: \.\.\/api/],
  [
    "code-roots",
    "an app beside uses the models, and code.roots does without it",
    () => ({ ...besideApp(), config: { targets: {}, code: { roots: [] } } }),
    "warning",
    /code in \.\.\/api, which uses the models/,
  ],
  ["interrupted-write", "none", () => at(folder()), "ok", /no write/],
  [
    "interrupted-write",
    "a journal is left",
    () => {
      const root = folder();
      mkdirSync(join(root, "lockstep"));
      writeFileSync(join(root, "lockstep/.journal.json"), "[]");
      return at(root);
    },
    "problem",
    /killed while it wrote/,
  ],
  ["targets", "none named", () => ({ config: { targets: {} } }), "warning", /^lockstep.config.ts names no target/],
  [
    "targets",
    "no config",
    () => ({ config: { targets: {} }, configFile: undefined }),
    "warning",
    /^there is no lockstep.config.ts/,
  ],
  ["targets", "URL not set", () => ({}), "warning", /PRODUCTION_DATABASE_URL is not set here/],
  [
    "targets",
    "the development database",
    () => ({
      project: { ...plainFacts.project, developmentUrl: "postgres://me@h:5432/d?schema=a" },
      env: { PRODUCTION_DATABASE_URL: "postgresql://u:secret@h/d" },
    }),
    "warning",
    /is the development database/,
  ],
  ["targets", "URL set", () => ({ env: { PRODUCTION_DATABASE_URL: "postgresql://u:secret@h/d" } }), "ok", /from PROD/],
  ["settings", "switched off", () => ({ env: { LOCKSTEP: "off" } }), "warning", /LOCKSTEP=off/],
  [
    "settings",
    "a file that is not valid",
    () => ({ configError: new LockstepError("LS8002", "lockstep.config.ts is not valid") }),
    "problem",
    /not valid/,
  ],
  [
    "plans",
    "a damaged one",
    () => ({
      planFaults: [
        { file: "lockstep/x/plan.json", error: new LockstepError("LS3007", "lockstep/x/plan.json is damaged") },
      ],
    }),
    "problem",
    /LS3007 lockstep\/x/,
  ],
  ["node", "this one", () => ({}), "ok", /Node\.js/],
  ["typescript", "none", () => at(folder()), "ok", /no TypeScript/],
  ["typescript", "the native compiler", () => withTypescript("7.0.2"), "ok", /TypeScript 7\.0\.2/],
  ["typescript", "one that is not tested", () => withTypescript("7.9.0"), "warning", /7\.9\.0 is not among the tested/],
  ["plan-models", "unreadable models", () => ({ models: undefined }), "problem", /cannot be read/],
] as const)("%s: %s", async (id, _, more, level, words) => {
  const findings = await ask(id, more());
  expect(findings.map((finding) => finding.level)).toContain(level);
  expect(findings.find((finding) => finding.level === level)?.what).toMatch(words);
  expect(JSON.stringify(findings)).not.toContain("secret");
});

test("a plan whose field is gone", async () => {
  const plans = [await planOf("20260101000000_one")];
  expect((await ask("plan-models", { plans }))[0]?.what).toContain("the field User.handle no longer exists");
});

test("every setting of the config has a default or is the user's own, and says where it comes from", () => {
  const { shape } = configSchema;
  const described = new Set(Object.keys(settingDefaults).map((name) => name.split(".")[0]));
  expect(Object.keys(shape).filter((name) => !described.has(name))).toEqual([
    "targets",
    "services",
    "gates",
    "check",
    "typeorm",
    "fills",
  ]);
  expect(Object.keys(settingDefaults).every((name) => (name.split(".")[0] ?? "") in shape)).toBe(true);
  const settings = resolveSettings({ targets: { eu: { urlFrom: "EU" } }, backfill: { pauseMs: 20 } });
  expect(settings).toContainEqual({ name: "backfill.pauseMs", value: "20", origin: "file" });
  expect(settings).toContainEqual({ name: "targets.eu.urlFrom", value: "EU", origin: "file" });
  expect(settings).toContainEqual({ name: "backfill.batchRows", value: "1000", origin: "default" });
});

test.each([
  [nodeVersions, "20.18.3", false],
  [nodeVersions, "20.19.0", true],
  [nodeVersions, "24.1.0", true],
  [postgresVersions, "11.22", false],
  [postgresVersions, "18.4", true],
  [postgresVersions, "19.0", false],
  [typescriptVersions, "4.8.4", false],
  [typescriptVersions, "7.0.2", true],
  [typescriptVersions, "7.1.0-dev.20261021.1", false],
  [prismaVersions, "7.10.1", true],
  [prismaVersions, "6.19.3", true],
  [prismaVersions, "6.18.0", false],
  [prismaVersions, "8.0.0-rc.1", false],
] as const)("%o: %s is tested: %s", (tool, version, expected) => {
  expect(isTested(tool, version)).toBe(expected);
});

const healthy: Examination = {
  answers: [
    { check: "git", title: "", findings: [{ level: "ok", what: "in a git repository" }] },
    { check: "rights", title: "", target: "production", findings: [{ level: "ok", what: "it owns User" }] },
  ],
  targets: [{ name: "production", label: "db:5432/shop" }],
  go: "npx lockstep status",
};
const ill: Examination = {
  ...healthy,
  answers: [
    ...healthy.answers,
    {
      check: "monitoring",
      title: "",
      target: "production",
      findings: [{ level: "warning", what: "sees little", why: "Names only.", next: "GRANT pg_read_all_stats TO app" }],
    },
    {
      check: "row-security",
      title: "",
      target: "production",
      findings: [
        { level: "problem", what: "rows are hidden", why: "They would stay empty.", next: "ALTER ROLE app BYPASSRLS" },
      ],
    },
  ],
};

test("what people read: healthy, ill, unreachable", () => {
  expect(doctorText(healthy, colorsFor(false), false)).toBe(`Project
  ✔ 1 passed

production   db:5432/shop
  ✔ 1 passed

✔ no problems, no warnings, 2 passed
Next   npx lockstep status`);
  expect(doctorText(ill, colorsFor(false), true)).toBe(`Project
  ✔ git           in a git repository

production   db:5432/shop
  ✖ row-security  rows are hidden
                  They would stay empty.
                  → ALTER ROLE app BYPASSRLS
  ! monitoring    sees little
                  Names only.
                  → GRANT pg_read_all_stats TO app
  ✔ rights        it owns User

✖ 1 problem, 1 warning, 2 passed
Next   ALTER ROLE app BYPASSRLS`);
  const unreached = { ...healthy, targets: [{ name: "production", error: "db:5432/shop: refused", next: "start it" }] };
  expect([healthy, ill, unreached].map((found) => doctorVerdict(found).exitCode)).toEqual([0, 1, 3]);
});
