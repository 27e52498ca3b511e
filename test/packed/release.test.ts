import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../support/run.js";

// What `npm run release -- --dry-run` shows of a repository where a changeset is waiting.

const repository = fileURLToPath(new URL("../..", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "lockstep-release-"));
const git = (...args: readonly string[]) =>
  run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: root });

beforeAll(async () => {
  const { stdout } = await run("git", ["ls-files", "-co", "--exclude-standard"], { cwd: repository });
  const top = new Set(
    stdout
      .trim()
      .split("\n")
      .map((file) => file.split("/")[0] ?? ""),
  );
  for (const name of top)
    cpSync(join(repository, name), join(root, name), {
      recursive: true,
      filter: (path) => !/[\\/]node_modules$/.test(path),
    });
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  await git("init", "--quiet", "-b", "main");
  appendFileSync(join(root, ".git/info/exclude"), "node_modules\n");
  writeFileSync(
    join(root, ".changeset/views.md"),
    '---\n"@lockstep/prisma": minor\n---\n\nViews are followed.\n\nOpen plans: `next` names the views.\n',
  );
  await git("add", "-A");
  await git("commit", "--quiet", "-m", "The repository");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const release = (...args: readonly string[]) => run(process.execPath, ["scripts/release.mjs", ...args], { cwd: root });
const releaseWith = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  run(process.execPath, ["scripts/release.mjs", ...args], { cwd: root, env });

test("versions, changelog, sizes and what npm would publish; nothing changes", async () => {
  const [major, minor] = (JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version as string).split(".");
  const next = `${major}.${Number(minor) + 1}.0`;
  const { code, output } = await release("--dry-run");
  expect(code, output).toBe(0);
  for (const name of ["core", "prisma", "typeorm", "typeorm-wrapper"]) {
    expect(output).toContain(`\n@lockstep/${name}@${next}\n`);
    expect(output).toMatch(new RegExp(`\n@lockstep/${name}  \\d+ files, \\d+ kB, unpacked \\d+ kB\n`));
    expect(output).toContain(`+ @lockstep/${name}@${next}\n`);
  }
  // The repository's own changesets are released beside the one above, in an order of their own.
  const [, openPlans = ""] = output.split(`## ${next}\n\n### What changes for open plans?\n\n`);
  expect(openPlans.split("\n### ")[0]).toContain("- `next` names the views.\n");
  expect(output).toContain("Nothing was changed or published.");
  expect((await git("status", "--porcelain")).stdout).toBe("");
});

test("it is refused while a changeset waits, or is silent about open plans", async () => {
  const waiting = await release();
  expect(waiting).toMatchObject({ code: 1, output: expect.stringContaining("npm run release:version") });
  writeFileSync(join(root, ".changeset/silent.md"), '---\n"@lockstep/core": patch\n---\n\nA fix.\n');
  const silent = await release("--dry-run");
  expect(silent).toMatchObject({ code: 1, output: expect.stringContaining(".changeset/silent.md does not say") });
});

test("a tag that is not the version's is refused", async () => {
  const { code, output } = await releaseWith({ GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v9.9.9" });
  expect(code, output).toBe(1);
  expect(output).toContain("The tag is v9.9.9, and package.json says");
});

test("github makes the release with its entry of the changelog, and moves the tag of the Action", async () => {
  const outside = mkdtempSync(join(tmpdir(), "lockstep-announce-"));
  try {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string };
    // `gh`, as far as this asks it: what it was given is written down.
    writeFileSync(join(outside, "gh"), `#!/bin/sh\nprintf '%s\\n' "$@" >> "${outside}/given"\n[ "$2" != view ]\n`, {
      mode: 0o755,
    });
    await run("git", ["init", "--quiet", "--bare", join(outside, "origin")], { cwd: outside });
    await git("remote", "add", "origin", join(outside, "origin"));
    const { code, output } = await releaseWith({ PATH: `${outside}:${process.env.PATH}` }, "github");
    expect(code, output).toBe(0);
    const given = readFileSync(join(outside, "given"), "utf8");
    expect(given).toContain(`release\ncreate\nv${version}\n--verify-tag\n`);
    expect(given).toMatch(/## \d+\.\d+\.\d+\n[\s\S]*### What changes for open plans\?/);
    const [head, moved] = await Promise.all([
      git("rev-parse", "HEAD"),
      git("ls-remote", "origin", `refs/tags/v${version.split(".")[0]}`),
    ]);
    expect(moved.stdout.split("\t")[0]).toBe(head.stdout.trim());
    // A job that is run again.
    writeFileSync(join(outside, "gh"), `#!/bin/sh\n[ "$2" = view ] && echo "v${version}"\n`);
    const again = await releaseWith({ PATH: `${outside}:${process.env.PATH}` }, "github");
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining(`v${version} is released already`) });
  } finally {
    rmSync(outside, { recursive: true, force: true });
  }
});
