import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { typeormChecks } from "../../plugin-typeorm/src/doctor/index.js";
import { askProject, plainFacts } from "../support/ask-check.js";

const check = (id: string) => typeormChecks.find((candidate) => candidate.id === id)!;

test.each([
  ["1.1.1", "ok", /TypeORM 1\.1\.1/],
  ["0.3.31", "ok", /TypeORM 0\.3\.31/],
  ["0.3.20", "ok", /TypeORM 0\.3\.20/],
  ["0.3.12", "warning", /not among the tested versions/],
  ["1.9.0", "warning", /not among the tested versions/],
] as const)("typeorm-version: %s", async (ormVersion, level, words) => {
  const [finding] = await askProject(check("typeorm-version"), { project: { ...plainFacts.project, ormVersion } });
  expect(finding?.level).toBe(level);
  expect(finding?.what).toMatch(words);
});

const installed = { dependencies: { "@lockstep/typeorm-wrapper": "0.1.0" } };

test.each([
  ["export default withLockstep(new DataSource({}));\n", installed, "ok", /data-source\.ts is wrapped/],
  [
    "export default withLockstep(new DataSource({}));\n",
    { devDependencies: installed.dependencies },
    "problem",
    /is wrapped, and @lockstep\/typeorm-wrapper is not among the dependencies/,
  ],
  ["export default new DataSource({});\n", installed, "warning", /data-source\.ts is not wrapped/],
  [
    "export default new DataSource({});\n",
    { scripts: { typeorm: "NODE_OPTIONS='--import @lockstep/typeorm-wrapper/register' typeorm" } },
    "ok",
    /package\.json loads @lockstep\/typeorm-wrapper\/register/,
  ],
] as const)("wrapper: %j, %j", async (text, manifest, level, words) => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-doctor-"));
  try {
    writeFileSync(join(root, "data-source.ts"), text);
    writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
    const project = { ...plainFacts.project, root, dataSourceFile: "data-source.ts" };
    const [finding] = await askProject(check("wrapper"), { project });
    expect(finding?.level).toBe(level);
    expect(finding?.what).toMatch(words);
    if (level === "warning") expect(finding?.next).toBe("npx lockstep init");
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
