import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { startKillProxy } from "../support/kill-proxy.js";
import type { RunResult } from "../support/run.js";
import { until } from "../support/sessions.js";
import type { OrmApp, Snapshot } from "./orm-app.js";

/** A command, run with the URL of the database that it changes. */
export type Run = (url: string) => Promise<RunResult>;

export interface Killable {
  readonly run: Run;
  /** Where kills meet it. */
  readonly at: "changes of files" | "messages to the server";
  /** How many. The window in which files stand half written, from the journal to its removal, gets most of them. */
  readonly count: number;
  /** The database that it changes, and what that then has; a copy of it is made for every run. */
  readonly database?: { readonly template: string; state(url: string): Promise<unknown> };
}

/** How many kills a command meets, in place of what its suite says; `LOCKSTEP_KILLS=1000`: one at every change or message. */
const { LOCKSTEP_KILLS: told } = process.env;

/**
 * Kills a command (SIGKILL, with all that it started), types it again, and compares: files, folders and database are as a run
 * without a kill leaves them, and nothing else is left. Every second time the run that finishes it is killed as well.
 *
 * @returns how many times it was killed
 */
export async function surviveKills(app: OrmApp, { run, at: kind, count, database }: Killable): Promise<number> {
  const before = app.snapshot();
  const known = folders(app.root);
  const state = async (url: string) => ({
    files: sameNames(app.snapshot()),
    folders: folders(app.root).map(withoutTime),
    database: database && withoutTime(JSON.stringify(await database.state(url), undefined, 1)),
  });
  const start = async () => {
    app.restore(before);
    restoreFolders(app.root, known);
    return database === undefined ? app.development : app.database(database.template);
  };
  const killed = kind === "changes of files" ? killedAtChange : killedAtMessage;

  const first = await start();
  const { result, log } = await killed(app, 0, run, first);
  expect(result.code, result.output).toBe(0);
  const expected = await state(first);
  await start();
  expect(expected, result.output).not.toEqual(await state(database?.template ?? app.development));
  // Once the journal has gone, all has been done that was typed.
  const end = log.findIndex((line) => /^(?:rm|unlink) lockstep\/\.journal\.json$/.test(line)) + 1 || log.length;
  const points = chosen(log, end, Number(told ?? count));
  let kills = 0;
  for (const [index, at] of points.entries()) {
    const url = await start();
    const { result: tried, log: came } = await killed(app, at, run, url);
    const { code: ended, output: told } = tried;
    // How often it asks the server differs by a question or two from run to run.
    if (kind === "messages to the server" && came.length < at) {
      expect(await state(url), told).toEqual(expected);
      continue;
    }
    kills += 1;
    const where = `killed at ${at} of ${log.length} ${kind}: ${log[at - 1]}`;
    expect(ended, `${where}: ${told}`).not.toBe(0);
    const half = Object.keys(sameNames(app.snapshot())).join("\n");
    // In the middle of what is left to do.
    if (index % 2 === 1 && at <= end && kind === "changes of files")
      await killed(app, 2 + Math.floor((end - at) / 2), run, url);
    const { code, output } = at <= end ? await run(url) : await app.lockstep("init", "--yes", "--no-install");
    expect(await state(url), `${where}, with\n${half}\nthen ${code}: ${output}`).toEqual(expected);
    expect(code, `${where}: ${output}`).toBe(0);
  }
  await start();
  return kills;
}

/** Kills a command between two file changes, while its journal exists. */
export async function leaveHalfWritten(app: OrmApp, run: Run): Promise<void> {
  const { result, log } = await killedAtChange(app, 0, run, app.development);
  expect(result.code, result.output).toBe(0);
  await app.discard();
  const journal = log.findLastIndex((line) => line.includes("/.journal.json") && !/^(?:rm|unlink) /.test(line)) + 1;
  const end = log.findIndex((line) => /^(?:rm|unlink) lockstep\/\.journal\.json$/.test(line)) + 1;
  await killedAtChange(app, Math.ceil((journal + end) / 2), run, app.development);
  expect(Object.keys(app.snapshot())).toContain("lockstep/.journal.json");
}

interface Killed {
  readonly result: RunResult;
  /** What it did until then, one a line. */
  readonly log: readonly string[];
}

/** Kills a command right before its change number `at`, or in the middle of it. 0: it comes to its end. */
async function killedAtChange(app: OrmApp, at: number, run: Run, url: string): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-killed-"));
  app.killing = { LOCKSTEP_KILL_ROOT: app.root, LOCKSTEP_KILL_FOLDER: folder, LOCKSTEP_KILL_AT: String(at) };
  try {
    const result = await run(url);
    return { result, log: readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n") };
  } finally {
    app.killing = undefined;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kills a command at its message number `at` to the server, before it arrives or when it has. */
async function killedAtMessage(app: OrmApp, at: number, run: Run, url: string): Promise<Killed> {
  const proxy = await startKillProxy(url, at, () => {
    try {
      if (app.killable !== undefined) process.kill(-app.killable, "SIGKILL");
    } catch {
      // It has ended by the message before.
    }
  });
  app.killing = {};
  try {
    const result = await run(proxy.url);
    return { result, log: proxy.messages };
  } finally {
    app.killing = undefined;
    await proxy.stop();
    await until("the server has noticed", async () => {
      return (await app.system.sessions(url)) === 1;
    });
  }
}

/** Which changes a kill meets, by their numbers: first, last, and as many as there are of the window, evenly. */
function chosen(log: readonly string[], end: number, count: number): number[] {
  const all = log.map((_, index) => index + 1);
  if (all.length <= count) return all;
  const begin =
    Math.max(
      log.findIndex((line) => line.includes("/.journal.json")),
      0,
    ) + 1;
  const inside = all.slice(begin - 1, end);
  const outside = [...all.slice(0, begin - 1), ...all.slice(end)];
  const few = Math.min(outside.length, Math.round(count / 4));
  return [...evenly(inside, count - few), ...evenly(outside, few)].sort((a, b) => a - b);
}

function evenly(from: readonly number[], count: number): number[] {
  if (from.length <= count) return [...from];
  const step = (from.length - 1) / Math.max(count - 1, 1);
  return Array.from({ length: count }, (_, index) => from[Math.round(index * step)] ?? 0);
}

const notOurs = /^(?:node_modules|\.git|src\/generated)(?:\/|$)/;

function folders(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((folder) => !notOurs.test(folder))
    .sort();
}

function restoreFolders(root: string, known: readonly string[]): void {
  for (const folder of folders(root).reverse()) if (!known.includes(folder)) rmdirSync(join(root, folder));
  for (const folder of known) mkdirSync(join(root, folder), { recursive: true });
}

/** Names begin with the time at which they were chosen, and what is hashed has names in it. */
function sameNames(files: Snapshot): Snapshot {
  return Object.fromEntries(
    Object.entries(files).map(([file, text]) => [
      withoutTime(file),
      withoutTime(text.replace(/\b[0-9a-f]{64}\b|\b[0-9a-f]{7}\b/g, "<hash>")),
    ]),
  );
}

function withoutTime(text: string): string {
  return text.replace(/\b20\d{12}(?=_)|(?<!\d)\d{13}(?!\d)/g, "<time>");
}
