import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { publishedModules } from "../support/published.js";
import { createRepository, type Repository } from "../support/repository.js";
import { run } from "../support/run.js";

// The script of the GitHub Action, run as a runner runs it, against an API that keeps comments.

const root = fileURLToPath(new URL("../..", import.meta.url));
const migration = "prisma/migrations/20260201000000_index/migration.sql";
const index = `CREATE INDEX "Order_state_idx" ON "Order"("state");\n`;

let server: Server;
let repository: Repository;
let folder: string;
const comments: { id: number; body: string; user: { login: string } }[] = [];
const bot = "github-actions[bot]";
const calls: string[] = [];
let mayComment = true;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = "", url = "" } = request;
    calls.push(`${method} ${url}`);
    if (!mayComment || request.headers.authorization !== "Bearer secret-token") {
      response.writeHead(403).end("{}");
      return;
    }
    const { body = "" } = text === "" ? {} : (JSON.parse(text) as { body?: string });
    if (url === "/graphql") {
      response.writeHead(200).end(JSON.stringify({ data: { viewer: { login: bot } } }));
      return;
    }
    if (method === "POST") comments.push({ id: comments.length + 1, body, user: { login: bot } });
    const changed = comments.find(({ id }) => url.endsWith(`/comments/${id}`));
    if (method === "PATCH" && changed !== undefined) changed.body = body;
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify(method === "GET" ? comments : {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  repository = createRepository();
  repository.commit({
    "package.json": `{ "devDependencies": { "prisma": "7.10.0" } }`,
    "prisma/migrations/migration_lock.toml": `provider = "postgresql"\n`,
    "prisma/migrations/20260101000000_init/migration.sql": `CREATE TABLE "Order" ("id" TEXT, "state" TEXT);\n`,
  });
  repository.git("switch", "--quiet", "-c", "orders");
  folder = mkdtempSync(join(tmpdir(), "lockstep-runner-"));
  writeFileSync(join(folder, "event.json"), JSON.stringify({ pull_request: { number: 7 } }));
});
afterAll(() => {
  server.close();
  repository.dispose();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  mayComment = true;
  calls.length = 0;
  for (const file of ["output", "summary"]) writeFileSync(join(folder, file), "");
});

async function action(more: Readonly<Record<string, string>> = {}) {
  const { port } = server.address() as AddressInfo;
  return run(process.execPath, [join(root, "scripts/action.mjs")], {
    cwd: repository.folder,
    env: {
      CI: "true",
      LOCKSTEP_COMMAND: JSON.stringify([
        process.execPath,
        join(publishedModules(), "@lockstep/prisma/bin/lockstep.js"),
      ]),
      LOCKSTEP_ORM: "prisma",
      LOCKSTEP_BASE: "main",
      LOCKSTEP_COMMENT: "true",
      GITHUB_TOKEN: "secret-token",
      GITHUB_REPOSITORY: "acme/shop",
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      GITHUB_EVENT_PATH: join(folder, "event.json"),
      GITHUB_OUTPUT: join(folder, "output"),
      GITHUB_STEP_SUMMARY: join(folder, "summary"),
      ...more,
    },
  });
}

test("no findings: no comment, and the step is green", async () => {
  const { code, stdout } = await action();
  expect(code, stdout).toBe(0);
  expect(comments).toEqual([]);
});

test("an error: annotations, an output, a summary and one comment", async () => {
  repository.commit({ [migration]: index });
  const { code, stdout, stderr } = await action();
  expect(stderr).toBe("");
  expect(code).toBe(1);
  expect(stdout).toContain(`::error file=${migration},line=1,endLine=1,col=1`);
  expect(readFileSync(join(folder, "output"), "utf8")).toBe("errors=1\n");
  expect(readFileSync(join(folder, "summary"), "utf8")).toContain("**add-index**, line 1");
  expect(comments.map(({ body }) => body.split("\n")[1])).toEqual([
    "**Lockstep**: 1 error in 1 file, 1 migration checked.",
  ]);
});

test("the same comment is changed, not followed by another", async () => {
  await action();
  repository.commit({ [migration]: index.replace("INDEX", "INDEX CONCURRENTLY") });
  const { code } = await action();
  expect(code).toBe(0);
  expect(comments).toHaveLength(1);
  expect(comments[0]?.body).toContain("no findings");
  expect(calls.filter((call) => call.startsWith("PATCH"))).toEqual([
    "PATCH /repos/acme/shop/issues/comments/1",
    "PATCH /repos/acme/shop/issues/comments/1",
  ]);
});

test("a comment of somebody else that begins as ours stays theirs, and ours is written", async () => {
  comments.splice(0, 1, { id: 1, body: "<!-- lockstep check --> nothing to see", user: { login: "mallory" } });
  await withHostileFolder(async () => {
    await action();
    expect(comments.map(({ user }) => user.login)).toEqual(["mallory", bot]);
    expect(comments[0]?.body).toBe("<!-- lockstep check --> nothing to see");
    await action();
    expect(comments).toHaveLength(2);
  });
});

test("a folder's name is no workflow command, no heading and no link", async () => {
  await withHostileFolder(async () => {
    const { code, stdout, stderr } = await action();
    expect(code, stderr).toBe(1);
    expect(commandsObeyed(stdout).filter((line) => !/^::error file=/.test(line))).toEqual([]);
    const summary = readFileSync(join(folder, "summary"), "utf8");
    for (const text of [summary, comments.at(-1)?.body ?? ""]) {
      expect(text).toContain("add-mask");
      expect(text.split("\n").filter((line) => /^(#|::)/.test(line))).toEqual([expect.stringMatching(/^### `prisma/)]);
    }
  });
});

test("an error names such a folder, too, and the runner obeys nothing of it", async () => {
  const { code, stdout } = await action({ LOCKSTEP_BASE: "x\n::add-mask::a\n##[add-mask]b" });
  expect(code).toBe(2);
  expect(stdout).toContain("add-mask");
  expect(commandsObeyed(stdout)).toEqual([]);
});

/** Lines that GitHub's runner would run: `::` at the beginning or `##[` anywhere, but between `stop-commands` and its token. */
function commandsObeyed(stdout: string): readonly string[] {
  const obeyed: string[] = [];
  let token: string | undefined;
  for (const line of stdout.split(/\r\n|[\r\n]/)) {
    if (token !== undefined) {
      if (line.trim() === `::${token}::`) token = undefined;
    } else if (line.startsWith("::stop-commands::")) token = line.slice("::stop-commands::".length);
    else if (/^\s*::/.test(line) || line.includes("##[")) obeyed.push(line);
  }
  expect(token).toBeUndefined();
  return obeyed;
}

async function withHostileFolder(test: () => Promise<void>): Promise<void> {
  const name = "20260301000000_x\n::add-mask::secret\n##[add-mask]more\n# [a](https:evil)\n";
  const file = `prisma/migrations/${name}/migration.sql`;
  repository.commit({ [file]: `CREATE INDEX "Order_id_idx" ON "Order"("id");\n` });
  try {
    await test();
  } finally {
    repository.commit({ [file]: undefined });
  }
}

test("a token that may not comment does not fail the step", async () => {
  mayComment = false;
  const { code, stdout } = await action();
  expect(stdout).toContain("::notice::The pull request got no comment: POST");
  expect(code).toBe(0);
});

test("what cannot be checked fails, with its error", async () => {
  const { code, stdout } = await action({ LOCKSTEP_BASE: "nowhere" });
  expect(stdout).toContain("LS8014");
  expect(code).toBe(2);
});

test("the check gets neither the token nor the files of the runner, and starts outside of the checkout", async () => {
  const seen = join(folder, "seen.json");
  const names = ["GITHUB_TOKEN", "GITHUB_ENV", "GITHUB_OUTPUT", "ACTIONS_RUNTIME_TOKEN", "GITHUB_REPOSITORY"];
  const program = join(folder, "program.mjs");
  writeFileSync(
    program,
    `import { writeFileSync } from "node:fs";
const env = ${JSON.stringify(names)}.filter((name) => name in process.env);
writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ env, cwd: process.cwd(), args: process.argv.slice(2, 5) }));
process.exit(2);
`,
  );
  await action({
    GITHUB_ENV: join(folder, "env"),
    ACTIONS_RUNTIME_TOKEN: "secret",
    LOCKSTEP_COMMAND: JSON.stringify([process.execPath, program]),
  });
  const { env, cwd, args } = JSON.parse(readFileSync(seen, "utf8")) as Record<string, unknown>;
  expect(env).toEqual(["GITHUB_REPOSITORY"]);
  expect(cwd).not.toContain(repository.folder);
  expect(args).toEqual(["--cwd", realpathSync(repository.folder), "check"]);
});

test("the configuration of the branch does not run", async () => {
  const ran = join(folder, "ran");
  const text = `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(ran)}, "");\nexport default {};\n`;
  repository.commit({ "lockstep.config.mjs": text, "prisma.config.mjs": text });
  const { code } = await action();
  repository.commit({ "lockstep.config.mjs": undefined, "prisma.config.mjs": undefined });
  expect(code).toBe(0);
  expect(existsSync(ran)).toBe(false);
});

test("an ORM that is none", async () => {
  const { code, stdout } = await action({ LOCKSTEP_ORM: "drizzle" });
  expect(stdout).toContain(`::error::orm has to be prisma or typeorm, not "drizzle"`);
  expect(code).toBe(2);
});

test("action.yml names the script and its inputs", () => {
  const yml = readFileSync(join(root, "action.yml"), "utf8");
  const script = readFileSync(join(root, "scripts/action.mjs"), "utf8");
  expect(yml).toContain("scripts/action.mjs");
  const given = [...yml.matchAll(/^ {8}(LOCKSTEP_\w+):/gm)].map(([, name]) => name);
  expect(given.filter((name) => !script.includes(`env.${name}`))).toEqual([]);
});
