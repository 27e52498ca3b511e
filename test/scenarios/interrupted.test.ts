import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../support/run.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Processes killed with SIGKILL between two of their writes: the next command finishes the write.

const bin = (name: string) => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));
let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 5 });
});
afterAll(() => shop?.dispose());

const journal = () => existsSync(join(shop.root, "lockstep/.journal.json"));
/** Every file that git does not ignore, by its text. */
async function contents(): Promise<Record<string, string>> {
  const { stdout } = await git("ls-files", "-co", "--exclude-standard");
  const files = stdout.split("\n").filter((file) => file !== "" && existsSync(join(shop.root, file)));
  return Object.fromEntries(files.map((file) => [file, shop.read(file)]));
}
const git = (...args: string[]) => run("git", args, { cwd: shop.root });

/** Starts a command and kills it, with all that it started, once its journal is there and `looks` more looks were taken. */
async function killWhileWriting(command: string, args: readonly string[], looks: number): Promise<"killed" | "ended"> {
  const env = {
    ...process.env,
    DATABASE_URL: shop.development,
    PRODUCTION_DATABASE_URL: shop.production,
    NO_COLOR: "1",
  };
  const child = spawn(bin(command), [...args], { cwd: shop.root, env, stdio: "ignore", detached: true });
  const ended = new Promise<"ended">((resolve) => child.once("close", () => resolve("ended")));
  const seen = (async () => {
    while (!journal()) await new Promise((resolve) => setTimeout(resolve, 1));
    for (let look = 0; look < looks; look++) await new Promise((resolve) => setImmediate(resolve));
    return "killed" as const;
  })();
  const outcome = await Promise.race([ended, seen]);
  if (outcome === "killed" && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  await ended;
  return outcome;
}

test("prisma migrate dev, killed while expand is written: the next one finishes it and applies it", async () => {
  addHandle(shop);
  expect(await killWhileWriting("prisma", ["migrate", "dev", "--name", "add_handle"], 3)).toBe("killed");
  expect(journal()).toBe(true);
  const again = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(again.code, again.output).toBe(0);
  expect(again.output).toContain("finished a write that was interrupted");
  expect(journal()).toBe(false);
  expect(readdirSync(join(shop.root, "lockstep"))).toHaveLength(1);
  expect(readdirSync(join(shop.root, "prisma/migrations")).filter((name) => name.includes("add_handle"))).toHaveLength(
    3,
  );
  const sync = await shop.prisma(["migrate", "dev", "--name", "again"]);
  expect(sync.output).toContain("Already in sync");
  await shop.commit("Add handle: expand");
});

test("lockstep next, killed at many points: the same files as without", async () => {
  await shop.deploy(shop.production);
  for (const step of [await shop.lockstep(["backfill", "run"]), await shop.lockstep(["next"])])
    expect(step.code, step.output).toBe(0);
  const expected = (await git("diff")).stdout;
  expect(expected).toContain("plan.json");
  let killed = 0;
  for (const looks of [0, 4, 10]) {
    await git("checkout", "--", ".");
    if ((await killWhileWriting("lockstep", ["next"], looks)) === "killed") killed += 1;
    const half = await contents();
    for (const reading of [["status"], ["plan"], ["doctor"], ["next", "--dry-run"], ["repair", "--dry-run"]]) {
      const { code, output } = await shop.lockstep(reading);
      // A machine that is busy may see the write too late: then it has ended.
      if (reading[0] === "next" && journal()) expect(output, String(code)).toContain("LS3012");
      if (journal()) expect(output, reading.join(" ")).toContain("lockstep repair");
    }
    expect(await contents(), "commands that read have written").toEqual(half);
    expect((await shop.lockstep(["repair"])).code).toBe(0);
    expect((await git("diff")).stdout).toBe(expected);
    expect(journal()).toBe(false);
  }
  expect(killed).toBeGreaterThan(0);
});

test("a file that somebody changed after the kill is never overwritten", async () => {
  await git("checkout", "--", ".");
  let outcome = "ended";
  for (let attempt = 0; attempt < 10 && (outcome === "ended" || !journal()); attempt++) {
    await git("checkout", "--", ".");
    outcome = await killWhileWriting("lockstep", ["next"], 0);
  }
  expect(journal()).toBe(true);
  shop.edit("src/db.ts", (text) => `// mine\n${text}`);
  for (const command of ["repair", "next"]) {
    const { code, output } = await shop.lockstep([command]);
    expect(code).toBe(1);
    expect(output).toContain("LS3009");
    expect(output).toContain("src/db.ts");
  }
  expect(shop.read("src/db.ts")).toMatch(/^\/\/ mine\n/);
});
