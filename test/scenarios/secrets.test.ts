import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publishedModules } from "../support/published.js";
import { run } from "../support/run.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// A URL with a typo in the environment of every command: no part of its password is shown, written or recorded.

const parts = ["Qsecr3t", "Zpassw0rd"];
const urls = [
  "postgresql:/app:Qsecr3tZpassw0rd@127.0.0.1/shop",
  "postgresql:app:Qsecr3tZpassw0rd@127.0.0.1/shop",
  "postgresql:///app:Qsecr3tZpassw0rd@127.0.0.1/shop",
  "app:Qsecr3tZpassw0rd@127.0.0.1/shop",
  "postgresql://app:Qsecr3t/Zpassw0rd@127.0.0.1/shop",
  "postgresql://app:12/Qsecr3tZpassw0rd@127.0.0.1/shop",
  "postgresql://app:a@Qsecr3t?Zpassw0rd@127.0.0.1/shop",
  "postgresql://app:Qsecr3t#Zpassw0rd@127.0.0.1/shop",
  '"postgresql://app:Qsecr3tZpassw0rd@127.0.0.1/shop"',
  "postgres://\napp:Qsecr3tZpassw0rd@127.0.0.1/shop",
  "postgresql://app:Qsecr3t%Zpassw0rd@127.0.0.1/shop",
  "host=127.0.0.1 user=app password=Qsecr3tZpassw0rd dbname=shop",
];

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 5 });
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  if (dev.code !== 0) throw new Error(dev.output);
  await shop.commit("Add handle");
});
afterAll(() => shop?.dispose());

const commands = [
  ["status"],
  ["status", "--json"],
  ["doctor", "--json"],
  ["next"],
  ["next", "--json"],
  ["deploy"],
  ["deploy", "--json"],
  ["backfill", "run"],
  ["repair", "--yes"],
  ["abandon", "--dry-run"],
  ["status", "--target", "development"],
];

test.each(urls)("%j: every command says that it cannot be read, and nothing of it", async (url) => {
  const outputs: string[] = [];
  for (const command of commands) {
    const { code, output } = await shop.lockstep(command, { PRODUCTION_DATABASE_URL: url, DATABASE_URL: url });
    expect(output, command.join(" ")).not.toContain("bug of Lockstep");
    outputs.push(output);
    if (command[0] !== "abandon") expect(code, `${command.join(" ")}: ${output}`).toBeGreaterThan(0);
  }
  for (const secret of parts) expect(outputs.join("\n")).not.toContain(secret);
});

test("the ORM's own CLI, run by Lockstep or in front of its engine: nothing that Lockstep says has it", async () => {
  for (const url of urls.slice(0, 8)) {
    const { output } = await run(bin("lockstep"), ["prisma", "migrate", "dev", "--name", "x"], {
      cwd: shop.root,
      env: { DATABASE_URL: url },
    });
    for (const secret of parts) expect(output, url).not.toContain(secret);
  }
});

test("nothing of it is in a file or in the ledger", async () => {
  const files = readdirSync(shop.root, { recursive: true, encoding: "utf8" }).filter(
    (file) => !/^(?:node_modules|\.git|src\/generated)\b/.test(file),
  );
  for (const file of files) {
    let text = "";
    try {
      text = readFileSync(join(shop.root, file), "utf8");
    } catch {
      continue;
    }
    for (const secret of parts) expect(text, file).not.toContain(secret);
  }
  const client = new pg.Client({ connectionString: shop.production });
  await client.connect();
  const { rows } = await client.query<{ found: boolean }>(
    "SELECT query_to_xml('SELECT 1 WHERE to_regnamespace(''lockstep'') IS NOT NULL', true, true, '')::text ~ '1' AS found",
  );
  if (rows[0]?.found === true) {
    const ledger = await client.query<{ all: string }>(`SELECT schema_to_xml('lockstep', true, true, '')::text AS all`);
    for (const secret of parts) expect(ledger.rows[0]?.all).not.toContain(secret);
  }
  await client.end();
});

const bin = (name: string) => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));

test("the engine's arguments, which every user of the machine can read, have no URL", async () => {
  const url = new URL(shop.development);
  url.password = "Qsecr3tZpassw0rd";
  const engine = join(publishedModules(), "@lockstep/prisma/bin/schema-engine.js");
  const args = [
    engine,
    "--datamodels",
    join(shop.root, "prisma/schema.prisma"),
    "--datasource",
    JSON.stringify({ url }),
  ];
  const child = spawn(process.execPath, args, { cwd: shop.root, stdio: ["pipe", "pipe", "inherit"] });
  try {
    const answered = new Promise((resolve) => child.stdout.once("data", resolve));
    child.stdin.write(`${JSON.stringify({ id: 1, jsonrpc: "2.0", method: "no such method", params: {} })}\n`);
    await answered;
    const { stdout } = await run("ps", ["-o", "args=", "-p", String(child.pid)], { cwd: shop.root });
    expect(stdout).toContain("lockstep-schema-engine");
    for (const secret of parts) expect(stdout).not.toContain(secret);
  } finally {
    child.kill("SIGKILL");
  }
});
