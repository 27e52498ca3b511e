import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { attempt, isUnreadable } from "../../../core/src/base/expected-errors.js";
import { findNative } from "../../../plugin-prisma/src/engine/find-native.js";
import { engineDist, engineExecutable } from "./prisma-project.js";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lockstep-native-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(path: string, content: string, mode = 0o644): string {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

/** An engine that writes in a hand of its own, asks back, and says on stderr how it ended. */
const engine = `#!/usr/bin/env node
import { createInterface } from "node:readline";
const send = (line) => process.stdout.write(line + "\\n");
process.on("SIGTERM", () => { process.stderr.write("got SIGTERM\\n"); process.exit(0); });
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, result } = JSON.parse(line);
  if (method === "odd") send('{ "result" :{"n":1.0,"text":"\\\\u00e9 \\u2028"},  "jsonrpc":"2.0","id":' + id + ',"more":[]}');
  if (method === "fail") send('{"jsonrpc":"2.0","error":{"code":4466,"message":"m", "data":{"is_panic":true}},"id":' + id + '}');
  if (method === "ask") send('{"jsonrpc":"2.0","id":0,"method":"print","params":{"content":"for ' + id + '"}}');
  if (id === 0 && result) send('{"jsonrpc":"2.0","result":"shown","id":7}');
  if (method === "env") send(JSON.stringify({ jsonrpc: "2.0", result: process.env["a.b"] ?? "", id }));
  if (method === "hang") process.stderr.write("hanging\\n");
}).on("close", () => { process.stderr.write("got end\\n"); process.exit(0); });
`;

function start(
  executable = engineExecutable,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const native = write("engine.mjs", engine, 0o755);
  const child = spawn(executable, ["--datasource", "{}", ...args], {
    cwd: dir,
    env: { ...process.env, LOCKSTEP: "on", LOCKSTEP_NATIVE_SCHEMA_ENGINE: native, ...env },
  });
  const seen = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (seen.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (seen.stderr += text));
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  const output = (length: number) =>
    expect.poll(() => seen.stdout.split("\n").length - 1, { timeout: 20_000, interval: 20 }).toBe(length);
  return { child, seen, exited, output };
}

describe("the line proxy", () => {
  test("passes answers, errors and the engine's own requests byte for byte", async () => {
    const { child, seen, exited, output } = start();
    child.stdin.write('{"id":1,"method":"odd"}\n{"id":2, "method":"fail"}\n{"id":7,"method":"ask"}\n');
    await output(3);
    child.stdin.write('{"id":0,"jsonrpc":"2.0","result":{}}\n');
    await output(4);
    child.stdin.end();
    expect(await exited).toBe(0);
    expect(seen.stdout.split("\n")).toEqual([
      '{ "result" :{"n":1.0,"text":"\\u00e9 \u2028"},  "jsonrpc":"2.0","id":1,"more":[]}',
      '{"jsonrpc":"2.0","error":{"code":4466,"message":"m", "data":{"is_panic":true}},"id":2}',
      '{"jsonrpc":"2.0","id":0,"method":"print","params":{"content":"for 7"}}',
      '{"jsonrpc":"2.0","result":"shown","id":7}',
      "",
    ]);
    expect(seen.stderr).toBe("got end\n");
  });

  test("is all that there is for a database that Lockstep does not support", async () => {
    const script = `#!/usr/bin/env node
import { runEngine } from "${engineDist}run.js";
const loadHooks = () => { throw new Error("must not be intercepted") };
process.exitCode = await runEngine({ args: process.argv.slice(2), cwd: process.cwd(), env: process.env, loadHooks });
process.exit();
`;
    const schema = write("schema.prisma", 'datasource db {\n  provider = "sqlite"\n}\n');
    const { child, seen, exited, output } = start(write("run.mjs", script, 0o755), ["--datamodels", schema]);
    child.stdin.write('{"id":2, "method":"fail"}\n');
    await output(1);
    child.stdin.end();
    expect([await exited, seen.stderr]).toEqual([0, "got end\n"]);
  });

  test("hands a signal on, and ends with its engine", async () => {
    const { child, seen, exited } = start();
    child.stdin.write('{"id":1,"method":"hang"}\n');
    await expect.poll(() => seen.stderr, { timeout: 20_000, interval: 20 }).toBe("hanging\n");
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
    expect(seen.stderr).toBe("hanging\ngot SIGTERM\n");
    expect(seen.stdout).toContain("The native schema engine ended with exit code 0.");
  });
});

test("a variable whose name the shell drops reaches the native engine", async () => {
  const { child, seen, exited, output } = start(engineExecutable, [], {
    "a.b": "lost",
    LOCKSTEP_DROPPED_VARIABLES: '{"a.b":"kept"}',
  });
  child.stdin.write('{"id":1,"method":"env"}\n');
  await output(1);
  child.stdin.end();
  await exited;
  expect(JSON.parse(seen.stdout).result).toBe("kept");
});

test("ends with a CLI that was killed while the native engine works", async () => {
  const native = write("engine.mjs", engine, 0o755);
  const cli = write(
    "cli.mjs",
    `import { spawn } from "node:child_process";
const child = spawn(${JSON.stringify(engineExecutable)}, ["--datasource", "{}"], { stdio: ["pipe", "ignore", "pipe"] });
child.stdin.write('{"id":1,"method":"hang"}\\n');
child.stderr.on("data", () => process.stdout.write(child.pid + "\\n"));
`,
  );
  const parent = spawn(process.execPath, [cli], { env: { ...process.env, LOCKSTEP_NATIVE_SCHEMA_ENGINE: native } });
  const pid = await new Promise<number>((resolve) => parent.stdout.once("data", (text) => resolve(Number(text))));
  const children = () => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
  const all = [pid, ...children()];
  expect(all).toHaveLength(2);
  parent.kill("SIGKILL");
  onTestFinished(() => {
    for (const each of alive()) process.kill(each, "SIGKILL");
  });
  const alive = () => all.filter((each) => existsSync(`/proc/${each}`) && !isDead(each));
  await expect.poll(alive, { timeout: 20_000, interval: 100 }).toEqual([]);
});

/** A process that has exited, even if its parent has not collected it. */
const isDead = (pid: number) =>
  /^State:\s+Z/m.test(attempt(() => readFileSync(`/proc/${pid}/status`, "utf8"), isUnreadable) ?? "State: Z");

describe("the executable", () => {
  const datasource = JSON.stringify({ url: "postgresql://a:\"b' $c@h/d\n" });
  const command = ["--datasource", datasource, "cli", "can-connect-to-database"];

  /** @returns the exit code (7: the native engine's, 9: Node's) and what the native engine was given */
  function run(args: readonly string[], found: string | undefined) {
    const given = join(dir, "given");
    const native = write(
      "native engine",
      `#!/bin/sh\nprintf '%s\\0' "$LOCKSTEP" "$LOCKSTEP_NATIVE_SCHEMA_ENGINE" "$@" > '${given}'\nexit 7\n`,
      0o755,
    );
    write("bin/node", "#!/bin/sh\nexit 9\n", 0o755);
    const { status } = spawnSync(engineExecutable, args, {
      env: {
        PATH: `${join(dir, "bin")}:${process.env.PATH}`,
        LOCKSTEP_NATIVE_SCHEMA_ENGINE: native,
        ...(found === undefined ? {} : { LOCKSTEP_FOUND_ENGINE: found === "native" ? native : found }),
      },
    });
    return [status, attempt(() => readFileSync(given, "utf8").split("\0").slice(0, -1), isUnreadable)];
  }

  test.each([command, ["--version"], ["cli", "drop-database", "--datasource", "{}"]])(
    "%j goes to the native engine, without a start of Node",
    (...args) => {
      expect(run(args, "native")).toEqual([7, ["off", "", ...args]]);
    },
  );

  test.each([
    ["the requests of a command", ["--datamodels", "/a b/schema.prisma", "--datasource", datasource], "native"],
    ["no native engine", command, ""],
    ["a native engine that is gone", command, "/nowhere/schema-engine"],
    ["a config of another version", command, undefined],
    ["another Lockstep", command, engineExecutable],
  ])("%s: Node", (_, args, found) => {
    expect(run(args, found)).toEqual([9, undefined]);
  });
});

describe("findNative", () => {
  const working = "#!/bin/sh\nexit 0\n";
  const prismaPackages = () => {
    write("node_modules/prisma/package.json", '{ "name": "prisma", "version": "7.10.0" }');
    write("node_modules/@prisma/engines/package.json", '{ "name": "@prisma/engines", "version": "7.10.0" }');
  };

  test("nothing installed", () => {
    prismaPackages();
    expect(findNative(dir, {})).toBeUndefined();
  });

  test("the engine that Prisma downloaded; of several, the one that starts", () => {
    prismaPackages();
    const folder = "node_modules/@prisma/engines";
    const one = write(`${folder}/schema-engine-debian-openssl-3.0.x`, working, 0o755);
    write(`${folder}/schema-engine-debian-openssl-3.0.x.sha256`, "", 0o755);
    expect(findNative(dir, {})).toBe(one);
    write(`${folder}/schema-engine-darwin`, "#!/bin/sh\nexit 1\n", 0o755);
    expect(findNative(dir, {})).toBe(one);
  });

  test("the one that was chosen before Lockstep came, unless it is this proxy or does not exist", () => {
    const chosen = write("mine", working, 0o755);
    expect(findNative(dir, { LOCKSTEP_NATIVE_SCHEMA_ENGINE: "mine" })).toBe(chosen);
    const proxy = fileURLToPath(new URL("../../../plugin-prisma/bin/schema-engine.js", import.meta.url));
    expect(findNative(dir, { LOCKSTEP_NATIVE_SCHEMA_ENGINE: proxy })).toBeUndefined();
    expect(findNative(dir, { LOCKSTEP_NATIVE_SCHEMA_ENGINE: "missing" })).toBeUndefined();
  });
});
