/** `lockstep check` over a long history, as a whole process, beside Squawk over the same files. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, milliseconds } from "./figures.js";
import { installPublished } from "./published.js";
import type { BenchReport } from "./report.js";

export interface CheckOptions {
  /** Migrations of the long history. */
  readonly files: number;
  readonly runs: number;
}

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const oneFileMs = 250;
const peakMb = 300;
/** Tells how much memory a process had at its most. */
const peak = `process.on("exit", () => require("node:fs").writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS)));`;

/** Runs both in turn, `runs` times after a warm-up. */
export function benchCheck({ files, runs }: CheckOptions, progress: (text: string) => void): BenchReport {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-"));
  try {
    const tools = join(folder, "tools");
    mkdirSync(tools);
    symlinkSync(modules, join(tools, "node_modules"));
    installPublished(tools);
    const bin = join(tools, "node_modules/@lockstep/prisma/bin/lockstep.js");
    const [long, one] = [join(folder, "long"), join(folder, "one")];
    const paths = writeHistory(long, files);
    writeHistory(one, 1);
    for (const root of [long, one])
      for (const args of [
        ["init", "-q"],
        ["add", "-A"],
      ])
        execFileSync("git", args, { cwd: root });
    writeFileSync(join(folder, "peak.cjs"), peak);
    const times: Record<"lockstep" | "squawk" | "one", number[]> = { lockstep: [], squawk: [], one: [] };
    let most = 0;
    for (let run = -1; run < runs; run++) {
      progress(run < 0 ? "warming up" : `run ${run + 1} of ${runs}`);
      const own = timed(process.execPath, ["--require", join(folder, "peak.cjs"), bin, "check", "--all"], long, folder);
      const theirs = timed(squawk(), paths, long, folder);
      const single = timed(process.execPath, [bin, "check", "--all"], one, folder);
      if (run < 0) continue;
      times.lockstep.push(own);
      times.squawk.push(theirs);
      times.one.push(single);
      most = Math.max(most, Number(readFileSync(join(folder, "peak"), "utf8")) / 1024);
    }
    const [ours, theirs, single] = [median(times.lockstep), median(times.squawk), median(times.one)];
    return {
      name: "check",
      title: `lockstep check --all over ${files} migrations, and squawk over the same files, ${runs} runs`,
      table: [
        ["", "median", "most"],
        [`lockstep check, ${files} files`, milliseconds(ours), milliseconds(Math.max(...times.lockstep))],
        [`squawk, ${files} files`, milliseconds(theirs), milliseconds(Math.max(...times.squawk))],
        ["lockstep check, one file", milliseconds(single), milliseconds(Math.max(...times.one))],
      ],
      notes: [`Peak memory of lockstep check: ${Math.round(most)} MB.`],
      bounds: [
        {
          promise: "lockstep check of a long history: faster than squawk on the same files",
          measured: `${(ours / theirs).toFixed(2)} of its time`,
          isMet: ours < theirs,
        },
        {
          promise: `lockstep check of one file: under ${oneFileMs} ms`,
          measured: milliseconds(single),
          isMet: single < oneFileMs,
        },
        { promise: `lockstep check: under ${peakMb} MB`, measured: `${Math.round(most)} MB`, isMet: most < peakMb },
      ],
      measurements: { times, peakMb: most },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function timed(command: string, args: readonly string[], cwd: string, folder: string): number {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const begin = performance.now();
  const { status, error } = spawnSync(command, args, {
    cwd,
    env: { ...env, NO_COLOR: "1", BENCH_PEAK: join(folder, "peak") },
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1024 * 1024 * 1024,
  });
  const ms = performance.now() - begin;
  // 1: something was found.
  if (error !== undefined || (status !== 0 && status !== 1))
    throw error ?? new Error(`${command} ended with ${status}`);
  return ms;
}

/** Its binary, without the script of Node that starts it. */
function squawk(): string {
  const require = createRequire(import.meta.url);
  const own = createRequire(require.resolve("squawk-cli/package.json"));
  const name = `@squawk-cli/${process.platform}-${process.arch}`;
  return join(dirname(own.resolve(`${name}/package.json`)), "bin", "squawk");
}

/** As Prisma writes them: tables first, then what teams do to them, two or three statements a migration. */
function writeHistory(root: string, files: number): string[] {
  const folder = join(root, "prisma/migrations");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, "package.json"), `{ "devDependencies": { "prisma": "^7.10.0" } }`);
  writeFileSync(join(folder, "migration_lock.toml"), `provider = "postgresql"\n`);
  const tables = Math.ceil(files / 8);
  return Array.from({ length: files }, (_, at) => {
    const name = `${20200101000000 + at}_change_${at}`;
    mkdirSync(join(folder, name));
    const path = join(folder, name, "migration.sql");
    writeFileSync(path, at < tables ? createTable(at) : change(at, tables));
    return path;
  });
}

function createTable(at: number): string {
  return `-- CreateTable
CREATE TABLE "Table${at}" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "state" VARCHAR(20),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Table${at}_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Table${at}_name_key" ON "Table${at}"("name");
`;
}

function change(at: number, tables: number): string {
  const table = `"Table${(at * 31) % tables}"`;
  const other = `"Table${(at * 17) % tables}"`;
  const own = table.slice(1, -1);
  const changes = [
    `-- AlterTable\nALTER TABLE ${table} ADD COLUMN     "c${at}" TEXT,\nADD COLUMN     "d${at}" INTEGER NOT NULL DEFAULT 0;\n`,
    `-- AlterTable\nALTER TABLE ${table} ADD COLUMN     "e${at}" INTEGER;\n\n-- CreateIndex\nCREATE INDEX "${own}_e${at}_idx" ON ${table}("e${at}");\n`,
    `-- AlterTable\nALTER TABLE ${table} ADD COLUMN     "f${at}" INTEGER;\n\n-- AddForeignKey\nALTER TABLE ${table} ADD CONSTRAINT "${own}_f${at}_fkey" FOREIGN KEY ("f${at}") REFERENCES ${other}("id") ON DELETE SET NULL ON UPDATE CASCADE;\n`,
    `-- AlterTable\nALTER TABLE ${table} ALTER COLUMN "state" SET DATA TYPE VARCHAR(${20 + at});\n\n-- AlterTable\nALTER TABLE ${other} ADD COLUMN     "g${at}" BOOLEAN NOT NULL DEFAULT false;\n`,
    `-- AlterEnum\nCREATE TYPE "Kind${at}" AS ENUM ('A', 'B');\n\n-- AlterTable\nALTER TABLE ${table} ADD COLUMN     "kind${at}" "Kind${at}" NOT NULL DEFAULT 'A';\n`,
  ];
  return changes[at % changes.length] ?? "";
}
