import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkPlans } from "../../core/src/cli/check-plans.js";
import { plansIn } from "../../core/src/lint/own-units.js";
import { planText, readPlan } from "../../core/src/plan/plan-file.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { typeormPlugin } from "../../plugin-typeorm/src/plugin.js";
import { filesIn, type KeptProject, keptProjects, keptReleases, readKept } from "./kept.js";
import { putFiles } from "./project-files.js";

// `check` compares plans with the models by the files alone: nothing is installed, and nothing of the repository runs.

const root = mkdtempSync(join(tmpdir(), "lockstep-check-plans-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const plugins = [prismaPlugin, typeormPlugin];

/** What `check` says of a repository of these files; the configurations would end the process. */
async function check(files: Readonly<Record<string, string>>) {
  const hostile = Object.keys(files).filter((file) => /config\.ts$|data-source\.ts$/.test(file));
  const all = { ...files, ...Object.fromEntries(hostile.map((file) => [file, `process.exit(7);\n${files[file]}`])) };
  putFiles(root, all);
  const repository = { paths: Object.keys(all).sort(), read: (path: string) => all[path as keyof typeof all] };
  const sets = (await Promise.all(plugins.map((plugin) => plugin.findMigrations(repository)))).flat();
  const [plans] = plansIn(root, repository, sets);
  const { findings, notLookedAt } = await checkPlans(root, plans!, { plugins, io: { env: {} }, version: "0.1.0" });
  return { notLookedAt, said: findings.map((finding) => JSON.stringify(finding)) };
}

const newest = keptReleases().at(-1)!;

describe.each(keptProjects(newest))("%s", (name) => {
  const project = readKept<KeptProject>(newest, name);

  test.each(["expand", "switch", "contract", "undone"] as const)("nothing stands against %s", async (phase) => {
    expect(await check(filesIn(project, phase))).toEqual({ notLookedAt: [], said: [] });
  });

  test("a field that is required too early, and one that is gone", async () => {
    const files = filesIn(project, "expand");
    const schema = Object.keys(files).find((file) => /schema\.prisma$|\/user\.ts$/i.test(file))!;
    const text = files[schema]!;
    const required = text
      .replace(/(handle\s+String)\?/, "$1")
      .replace(/nullable: true,? ?/, "")
      .replace(/(handle)\?:/, "$1!:");
    expect(required).not.toBe(text);
    expect((await check({ ...files, [schema]: required })).said.join()).toContain("handle is required, although");
    const without = text.replaceAll(/\bhandle\b/g, "other");
    expect((await check({ ...files, [schema]: without })).said.join()).toContain(
      "the field User.handle no longer exists",
    );
  });
});

test("a schema that Prisma refuses", async () => {
  const files = filesIn(readKept<KeptProject>(newest, "prisma-postgresql"), "expand");
  const schema = Object.keys(files).find((file) => file.endsWith("schema.prisma"))!;
  const { said, notLookedAt } = await check({ ...files, [schema]: `${files[schema]}\nmodel User {` });
  expect(said.join()).toContain("the models cannot be read");
  expect(notLookedAt).toEqual([]);
});

test("a plan that another version of Lockstep made is told of", async () => {
  const files = filesIn(readKept<KeptProject>(newest, "prisma-postgresql"), "expand");
  const file = Object.keys(files).find((each) => each.endsWith("/plan.json"))!;
  const plan = readPlan(files[file]!, file);
  const other = planText({ ...plan, versions: { ...plan.versions, lockstep: "0.0.9" } });
  const { notLookedAt } = await check({ ...files, [file]: other });
  expect(notLookedAt).toEqual([{ kind: "files", folder: posix.dirname(file), version: "0.0.9" }]);
});
