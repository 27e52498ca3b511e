/** What Lockstep adds to the stock `prisma migrate dev`: for changes that pass, and for one that gets a plan. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { start } from "../support/postgres.js";
import { run } from "../support/run.js";
import { addField, addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";
import { onTerminal } from "../support/terminal.js";
import { type CpuClock, type CpuTime, cpuClock } from "./cpu-clock.js";
import { difference, median, milliseconds } from "./figures.js";
import { installPublished } from "./published.js";
import { type ReadyEngine, readyEngine } from "./ready-engine.js";
import type { BenchReport } from "./report.js";

const engine = "node_modules/@lockstep/prisma/bin/schema-engine.js";
const configFiles = { on: "with.config.ts", off: "without.config.ts" };
const schemaFile = "prisma/schema.prisma";

/** A change, made with Lockstep and without. */
interface Pair {
  readonly name: string;
  /** The branch: without any plan, or with one whose expand phase is applied. */
  readonly branch: "main" | "planned";
  /** The schema with the change. */
  change(schema: string): string;
  /** Without Lockstep, where that is another. Default: the same. */
  changeWithout?(schema: string): string;
  /** What the CLI says with Lockstep, so that the bench measures what it claims to. */
  readonly says: RegExp;
  readonly limitMs: number;
  /** Prisma's native engine is not installed, and the one of Lockstep's package is used in both ways. Default: false */
  readonly isOverWasm?: boolean;
  /** The CLI prompts for the name, and a person types it for so long. The time does not count. Default: the name is given. */
  readonly typingMs?: number;
}

const created = /Prisma Migrate created/;
// Of new columns of tables that were there a line is told, which is measured by itself.
const newTable = (schema: string) => `${schema}\nmodel Remark {\n  id Int @id\n  text String?\n}\n`;
const onUser = (fields: readonly string[]) => (schema: string) => addField(schema, "User", fields);
const pairs: readonly Pair[] = [
  {
    name: "a change that passes",
    branch: "main",
    change: newTable,
    says: created,
    limitMs: 100,
  },
  {
    name: "a change that passes, where Prisma's native engine is not installed",
    branch: "main",
    change: newTable,
    says: created,
    limitMs: 60,
    isOverWasm: true,
  },
  {
    name: "a change that passes, beside an open plan",
    branch: "planned",
    change: newTable,
    says: created,
    limitMs: 150,
  },
  {
    name: "a change that passes and adds a column, with the line on its code",
    branch: "main",
    change: onUser(["nickname String?"]),
    says: /Lockstep: .*User\.nickname/,
    // The line comes below all that the CLI says, and is given two seconds.
    limitMs: 2150,
  },
  {
    name: "a change with a plan",
    branch: "main",
    change: onUser(["/// @lockstep.backfill(lower(email))", "handle String @unique"]),
    // A column and an index of which the engine warns nobody: it has as much to do, and the CLI asks nothing.
    changeWithout: onUser(["handle String?", "@@index([handle])"]),
    says: /Written for expand/,
    // The compiler starts, and reads its own declarations and the generated client.
    limitMs: 1800,
  },
  {
    name: "a change with a plan, whose name is typed for 3 s",
    branch: "main",
    change: onUser(["/// @lockstep.backfill(lower(email))", "handle String @unique"]),
    changeWithout: onUser(["handle String?", "@@index([handle])"]),
    says: /Written for expand/,
    limitMs: 600,
    typingMs: 3000,
  },
];

/** One run of the CLI: from start to end as a user sees it, and the work of its Node processes. */
interface Timing extends CpuTime {
  readonly wallMs: number;
}

interface Timings {
  readonly on: Timing[];
  readonly off: Timing[];
}

/** Runs everything in turn, `runs` times after a warm-up: whatever else the machine does hits all of them. */
export async function benchMigrateDev(runs: number, progress: (text: string) => void): Promise<BenchReport> {
  const server = await startInMemory();
  process.env.LOCKSTEP_TEST_PG = server.url();
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-"));
  const shop = await createShop();
  let native: ReadyEngine | undefined;
  try {
    await prepare(shop);
    const clock = cpuClock(folder);
    native = await readyEngine(folder, join(shop.root, engine));
    const setting = { shop, clock, native };
    const timings = pairs.map((): Timings => ({ on: [], off: [] }));
    for (let round = 0; round <= runs; round++) {
      progress(round === 0 ? "warming up" : `run ${round} of ${runs}`);
      for (const [index, pair] of pairs.entries()) {
        // Who comes second finds warm caches.
        for (const way of round % 2 === 0 ? (["off", "on"] as const) : (["on", "off"] as const)) {
          const timing = await timed(setting, pair, way);
          if (round > 0) timings[index]?.[way].push(timing);
        }
      }
    }
    return report(timings, runs);
  } finally {
    await native?.close();
    await shop.dispose();
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  }
}

interface Setting {
  readonly shop: ShopProject;
  readonly clock: CpuClock;
  readonly native: ReadyEngine;
}

/** On a disk, creating the shadow database takes 0.3 to 0.8 s. That varies too much, and hides what Lockstep does meanwhile. */
async function startInMemory(): ReturnType<typeof start> {
  const { TMPDIR } = process.env;
  if (existsSync("/dev/shm")) process.env.TMPDIR = "/dev/shm";
  try {
    return await start();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}

/** Two branches with a database each. */
async function prepare(shop: ShopProject): Promise<void> {
  const without = shop.read("prisma.config.ts");
  await setUp(shop, { development: 20, production: 20 });
  installPublished(shop.root);
  shop.write(configFiles.off, without);
  shop.write(configFiles.on, shop.read("prisma.config.ts"));
  await shop.commit("Configs with Lockstep and without");
  // As whoever changes a model has it: the code is read with the client's types.
  const generated = await shop.prisma(["generate"], { DATABASE_URL: shop.development });
  if (generated.code !== 0) throw new Error(generated.output);
  await git(shop, "checkout", "--quiet", "-b", "planned");
  addHandle(shop);
  const planned = await shop.prisma(["migrate", "dev", "--name", "add_handle"], { DATABASE_URL: shop.production });
  if (planned.code !== 0) throw new Error(planned.output);
  await shop.commit("Plan a column");
}

async function timed({ shop, clock, native }: Setting, pair: Pair, way: keyof Timings): Promise<Timing> {
  const isOn = way === "on";
  await git(shop, "checkout", "--quiet", "--force", pair.branch);
  await git(shop, "clean", "--quiet", "-fd");
  shop.edit(schemaFile, isOn ? pair.change : (pair.changeWithout ?? pair.change));
  const url = pair.branch === "main" ? shop.development : shop.production;
  // What creates the migration is the same in both ways, so that it does not count.
  const engineFile = pair.isOverWasm ? (isOn ? undefined : join(shop.root, engine)) : native.executable;
  if (!pair.isOverWasm)
    await native.prepare(["--datamodels", join(shop.root, schemaFile), "--datasource", JSON.stringify({ url })]);
  const env = {
    ...clock.env,
    DATABASE_URL: url,
    ...(isOn ? {} : { LOCKSTEP: "off" }),
    ...(engineFile === undefined ? {} : { PRISMA_SCHEMA_ENGINE_BINARY: engineFile }),
  };
  const args = ["migrate", "dev", "--create-only", "--config", configFiles[way]];
  const { typingMs = 0 } = pair;
  const typed = async () => {
    await wait(typingMs);
    return "x\r";
  };
  const begin = performance.now();
  const { code, output } =
    typingMs === 0
      ? await shop.prisma([...args, "--name", "x"], env)
      : await onTerminal(shop.root, args, [[/Enter a name/, typed]], env, "prisma");
  const wallMs = performance.now() - begin - typingMs;
  const says = isOn ? pair.says : created;
  if (code !== 0 || !says.test(output)) throw new Error(`${pair.name}, Lockstep ${way}:\n${output}`);
  return { wallMs, ...clock.take() };
}

async function git(shop: ShopProject, ...args: string[]): Promise<void> {
  const { code, output } = await run("git", args, { cwd: shop.root });
  if (code !== 0) throw new Error(output);
}

function report(timings: readonly Timings[], runs: number): BenchReport {
  const measured = pairs.flatMap((pair, index) => {
    const own = timings[index];
    return own === undefined ? [] : [{ pair, timings: own, added: (of: keyof Timing) => added(own, of) }];
  });
  return {
    name: "migrate-dev",
    title: `prisma migrate dev --create-only on the example shop, ${runs} runs of each`,
    table: [
      ["", "least", "median", "most", "work", "in the engine"],
      ...measured.flatMap(({ pair, timings: { on, off }, added: more }) => [
        row(`${pair.name}, without Lockstep`, off),
        row(`${pair.name}, with Lockstep`, on),
        [
          "  Lockstep adds",
          "",
          difference(more("wallMs")),
          "",
          difference(more("cpuMs")),
          difference(more("engineCpuMs")),
        ],
      ]),
    ],
    notes: [
      "Lockstep adds: difference of the medians, with its config and every further question to the engine.",
      "The native engine is one that answers at once, and the database is in memory: what Lockstep starts counts in full.",
      "Work: processor time of the Node processes, which other programs on the machine change less.",
    ],
    bounds: measured.map(({ pair, added: more }) => ({
      promise: `What Lockstep adds to migrate dev for ${pair.name}: under ${pair.limitMs} ms`,
      measured: `${milliseconds(more("wallMs"))} (${milliseconds(more("cpuMs"))} of work)`,
      isMet: more("wallMs") < pair.limitMs,
    })),
    measurements: measured.map(({ pair, timings: own }) => ({ change: pair.name, ...own })),
  };
}

function added({ on, off }: Timings, of: keyof Timing): number {
  return median(on.map((timing) => timing[of])) - median(off.map((timing) => timing[of]));
}

function row(name: string, timings: readonly Timing[]): string[] {
  const wall = timings.map((timing) => timing.wallMs);
  return [
    name,
    milliseconds(Math.min(...wall)),
    milliseconds(median(wall)),
    milliseconds(Math.max(...wall)),
    milliseconds(median(timings.map((timing) => timing.cpuMs))),
    milliseconds(median(timings.map((timing) => timing.engineCpuMs))),
  ];
}
