import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { environment, type RunResult } from "../support/run.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Whatever lies in a repository, and whatever a command is in the middle of: it ends, says what it left out, and nothing of it stays.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 20, production: 500 });
  addHandle(shop);
  const made = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(made.code, made.output).toBe(0);
  await shop.commit("Add the handle");
});
afterAll(() => shop?.dispose());

/** In each kind of file that anything reads, a line that is about users. */
const lines: Readonly<Record<string, string>> = {
  "src/large.ts": "export const user = { email: 1, name: 2 }\n",
  "src/large.tsx": "export const User = (user) => <a>{user.email}</a>\n",
  "src/large.js": 'exports.user = { email: "a", name: "b" };\n',
  "src/large.mjs": "export const email = 1\n",
  "src/large.prisma": "model User {\n  email String\n}\n",
  "src/large.sql": 'INSERT INTO "User" (email, name) VALUES (1, 2);\n',
  "src/large.yaml": "- email: 1\n  name: 2\n",
  "src/large.json": '{ "email": 1, "name": 2 }\n',
  "src/large.graphql": "type User { email: String name: String }\n",
  "src/large.csv": "email,name\n",
  "src/large.md": "# email name\n",
  "src/large.vue": "<template>{{ user.email }}</template>\n",
  ".env.large": "EMAIL=name\n",
  "prisma/migrations/20991231000000_large/migration.sql": 'INSERT INTO "User" (email, name) VALUES (1, 2);\n',
};

/** 20,000 files, one of 50 MB of each kind, links that lead in circles, and pipes, which nobody ever writes to. */
function makeLarge(root: string): void {
  for (let part = 0; part < 200; part++) {
    const folder = join(root, `src/parts/part${part}`);
    mkdirSync(folder, { recursive: true });
    for (let file = 0; file < 100; file++)
      writeFileSync(
        join(folder, `user-file${file}.ts`),
        `import { prisma } from "../../db.js";\nexport const get${part}x${file} = (id: number) => prisma.user.findMany({ where: { id } });\n`,
      );
  }
  for (const [file, line] of Object.entries(lines)) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    const descriptor = openSync(join(root, file), "w");
    const chunk = line.repeat(Math.ceil(1_000_000 / line.length));
    for (let megabytes = 0; megabytes < 50; megabytes++) writeSync(descriptor, chunk);
    closeSync(descriptor);
  }
  symlinkSync("..", join(root, "src/parts/cycle"));
  symlinkSync("../..", join(root, "src/parts/further-cycle"));
  for (const name of ["pipe.ts", "pipe.sql", "pipe.json"]) execFileSync("mkfifo", [join(root, "src/parts", name)]);
}

function removeLarge(root: string): void {
  rmSync(join(root, "src/parts"), { recursive: true });
  for (const file of Object.keys(lines)) rmSync(join(root, file));
  rmSync(join(root, "prisma/migrations/20991231000000_large"), { recursive: true });
}

/** Commands that read, and whether what they read has files that are too large. */
const reading: readonly (readonly [string, boolean])[] = [
  ["status", false],
  ["doctor", false],
  ["check --all", true],
  ["code", true],
  ["code User.name --all", true],
  ["verify", false],
  ["plan", false],
  ["next --dry-run", false],
  ["report", false],
  ["drift", false],
  ["rehearse --rows 200 --rate 20", false],
  ["code --explain src/large.ts:1", true],
];

test("in a repository of 20,000 files and files of 50 MB every command ends, and says what it has not read", async () => {
  makeLarge(shop.root);
  const seen: [string, boolean][] = [];
  const outputs: string[] = [];
  for (const [command] of reading) {
    const done = await shop.npx("lockstep", command.split(" "));
    expect(done.code, `${command}\n${done.output}`).toBeLessThanOrEqual(3);
    expect(done.output, command).not.toContain("bug of Lockstep");
    seen.push([command, /^Not read: .*large.*\(48 MB\)|^src\/large\.ts has 48 MB/m.test(done.output)]);
    outputs.push(`${command}\n${done.output}`);
  }
  removeLarge(shop.root);
  expect(seen, outputs.join("\n\n")).toEqual(reading);
}, 1_200_000);

/** Stands for a parser: nothing in the process hears of anything while it is at work. */
const busy = "for (;;);\n";

/** A command in a process group of its own, as a shell starts it. */
function start(args: readonly string[], script = "node_modules/.bin/lockstep") {
  const env = { ...environment(), DATABASE_URL: shop.development, PRODUCTION_DATABASE_URL: shop.production };
  const child = spawn(join(shop.root, script), [...args], {
    cwd: shop.root,
    env: env as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  const heard = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
      for (const hear of heard) hear();
    });
  return {
    pid: child.pid!,
    ended: new Promise<RunResult["code"]>((resolve) =>
      child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143))),
    ),
    says: (words: RegExp) =>
      new Promise<string>((resolve) => {
        const hear = () => words.test(output) && resolve(output);
        heard.add(hear);
        hear();
      }),
  };
}

/** What has come of a process, and is there. */
function descendants(pid: number): number[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const all = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    all.flatMap(([own = 0, above]) => (above === parent ? [own, ...below(own)] : []));
  return below(pid);
}

async function gone(pids: readonly number[]): Promise<void> {
  const isAlive = (pid: number) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 50));
}

const config = () => shop.read("lockstep.config.ts");
let before = "";
afterEach(() => {
  if (before !== "") shop.write("lockstep.config.ts", before);
  before = "";
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s ends every command, even one that cannot hear it",
  async (signal, code) => {
    before = config();
    shop.write("lockstep.config.ts", `${before}\n${busy}`);
    const commands = [
      "status",
      "code",
      "verify",
      "next",
      "report",
      "drift",
      "rehearse",
      "deploy",
      "backfill run",
      "watch",
    ];
    for (const command of commands) {
      const run = start(command.split(" "));
      await run.says(/Still running after \d+ s: /);
      const all = descendants(run.pid);
      process.kill(run.pid, signal);
      expect(await run.ended, command).toBe(code);
      await gone(all);
    }
  },
  300_000,
);

test.each([
  ["SIGINT", "the group, as Ctrl-C does"],
  ["SIGTERM", "Prisma's command alone"],
] as const)(
  "%s to %s ends an intercepted migrate dev with its engine",
  async (signal, _to) => {
    before = config();
    const schema = shop.read("prisma/schema.prisma");
    shop.edit("prisma/schema.prisma", (text) =>
      text.replace(/^( {2}name +String)$/m, "$1\n  /// @lockstep.backfill(lower(email))\n  slug String @unique"),
    );
    expect(shop.read("prisma/schema.prisma")).not.toBe(schema);
    shop.write("lockstep.config.ts", `${before}\n${busy}`);
    try {
      const run = start(["migrate", "dev", "--name", "add_slug"], "node_modules/.bin/prisma");
      await run.says(/Still running after \d+ s: (?:reading|planning) the change/);
      const all = descendants(run.pid);
      expect(all.length).toBeGreaterThan(0);
      process.kill(signal === "SIGINT" ? -run.pid : run.pid, signal);
      await run.ended;
      await gone(all);
    } finally {
      shop.write("prisma/schema.prisma", schema);
    }
  },
  120_000,
);

test("a type check ends with the command that asked for it", async () => {
  const file = "src/users/routes.ts";
  const edited = shop.read(file);
  execFileSync("git", ["checkout", "-q", "HEAD~1", "--", file], { cwd: shop.root });
  expect(shop.read(file)).not.toBe(edited);
  const run = start(["code"]);
  const compiler = () => descendants(run.pid);
  while (compiler().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const all = compiler();
  process.kill(run.pid, "SIGTERM");
  expect(await run.ended).toBe(143);
  await gone(all);
  shop.write(file, edited);
}, 120_000);
