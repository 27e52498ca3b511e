/** What Lockstep adds where the schema is large: 20 required columns over 10 tables, 300 models. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "../support/postgres.js";
import { run } from "../support/run.js";
import { createShop, type ShopProject } from "../support/shop-project.js";
import { type CpuTime, cpuClock } from "./cpu-clock.js";
import { difference, median, milliseconds, whole } from "./figures.js";
import type { BenchReport } from "./report.js";

const engine = fileURLToPath(new URL("../../plugin-prisma/bin/schema-engine.js", import.meta.url));
const plainConfig = "plain.config.ts";
const limitMs = 1500;
const limitMb = 300;
const columns = 20;
const tables = 10;

interface Timing extends CpuTime {
  readonly wallMs: number;
}

export interface LargeSchemaOptions {
  readonly models: number;
  readonly runs: number;
}

/** Runs with Lockstep and without in turn, after a warm-up. Without: the same columns, optional from the start. */
export async function benchLargeSchema(
  { models, runs }: LargeSchemaOptions,
  progress: (text: string) => void,
): Promise<BenchReport> {
  const server = await start();
  process.env.LOCKSTEP_TEST_PG = server.url();
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-"));
  const shop = await createShop();
  try {
    progress(`making ${models} tables`);
    await prepare(shop, models);
    const clock = cpuClock(folder);
    const timings: Record<"on" | "off", Timing[]> = { on: [], off: [] };
    for (let round = 0; round <= runs; round++) {
      progress(round === 0 ? "warming up" : `run ${round} of ${runs}`);
      // Who comes second finds warm caches.
      for (const way of round % 2 === 0 ? (["off", "on"] as const) : (["on", "off"] as const)) {
        await git(shop, "checkout", "--quiet", "--force", "main");
        await git(shop, "clean", "--quiet", "-fd");
        shop.edit("prisma/schema.prisma", (schema) => changed(schema, way));
        const env = { ...clock.env, ...(way === "on" ? {} : { LOCKSTEP: "off", PRISMA_SCHEMA_ENGINE_BINARY: engine }) };
        const args = [
          "migrate",
          "dev",
          "--name",
          "x",
          "--create-only",
          ...(way === "on" ? [] : ["--config", plainConfig]),
        ];
        const begin = performance.now();
        const { code, output } = await shop.prisma(args, env);
        const wallMs = performance.now() - begin;
        const says = way === "on" ? /Written for expand/ : /Prisma Migrate created/;
        if (code !== 0 || !says.test(output)) throw new Error(`Lockstep ${way}:\n${output}`);
        if (round > 0) timings[way].push({ wallMs, ...clock.take() });
        else clock.take();
      }
    }
    return report(timings, models, runs);
  } finally {
    await shop.dispose();
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  }
}

/** The shop's own models, and as many tables of ten columns as are asked for; code that writes the ten that change. */
export async function prepare(shop: ShopProject, models: number): Promise<void> {
  const plain = shop.read("prisma.config.ts");
  shop.edit(
    "prisma/schema.prisma",
    (schema) => `${schema}\n${Array.from({ length: models }, (_, n) => model(n)).join("\n")}`,
  );
  for (let n = 0; n < tables; n++) shop.write(`src/writes-${n}.ts`, writes(n));
  const steps = [
    await shop.lockstep(["init", "--yes", "--no-install"]),
    await shop.prisma(["migrate", "dev", "--name", "many", "--create-only"]),
    await shop.prisma(["migrate", "deploy"]),
  ];
  const failed = steps.find((step) => step.code !== 0);
  if (failed !== undefined) throw new Error(failed.output);
  shop.write(plainConfig, plain);
  await shop.commit("Many models");
}

function model(n: number): string {
  const fields = Array.from({ length: 8 }, (_, field) => `  field${field} ${field % 2 === 0 ? "String" : "Int?"}`);
  return `model Item${n} {\n  id Int @id @default(autoincrement())\n  title String\n${fields.join("\n")}\n  @@map("items_${n}")\n}\n`;
}

function writes(n: number): string {
  const data = ["title", "field0", "field2", "field4", "field6"].map((name) => `${name}: title`).join(", ");
  return `import { prisma } from "./db.js";\n\nexport const add${n} = (title: string) => prisma.item${n}.create({ data: { ${data} } });\n`;
}

/** Two fields in each of ten models: required with a fill, or optional, which needs no plan. */
export function changed(schema: string, way: "on" | "off"): string {
  let text = schema;
  for (let n = 0; n < tables; n++) {
    const fields = Array.from({ length: columns / tables }, (_, field) =>
      way === "on" ? `  /// @lockstep.backfill(lower(title))\n  extra${field} String` : `  extra${field} String?`,
    );
    const line = `\n  @@map("items_${n}")\n`;
    text = text.replace(line, `\n${fields.join("\n")}${line}`);
  }
  return text;
}

async function git(shop: ShopProject, ...args: string[]): Promise<void> {
  const { code, output } = await run("git", args, { cwd: shop.root });
  if (code !== 0) throw new Error(output);
}

function report({ on, off }: Record<"on" | "off", Timing[]>, models: number, runs: number): BenchReport {
  const of = (timings: readonly Timing[], what: keyof Timing) => median(timings.map((timing) => timing[what]));
  const added = (what: keyof Timing) => of(on, what) - of(off, what);
  const most = Math.max(...on.map((timing) => timing.engineMb));
  const row = (name: string, timings: readonly Timing[]) => [
    name,
    milliseconds(Math.min(...timings.map((timing) => timing.wallMs))),
    milliseconds(of(timings, "wallMs")),
    milliseconds(Math.max(...timings.map((timing) => timing.wallMs))),
    milliseconds(of(timings, "engineCpuMs")),
    `${whole(of(timings, "engineMb"))} MB`,
  ];
  return {
    name: "large-schema",
    title: `prisma migrate dev --create-only, ${columns} columns over ${tables} tables in a schema of ${models} models, ${runs} runs`,
    table: [
      ["", "least", "median", "most", "work of the engine", "its memory"],
      row("without Lockstep", off),
      row("with Lockstep", on),
      [
        "  Lockstep adds",
        "",
        difference(added("wallMs")),
        "",
        difference(added("engineCpuMs")),
        `+${whole(added("engineMb"))} MB`,
      ],
    ],
    notes: [
      "Beside the engine: with Lockstep minus without, difference of the medians.",
      "Memory: the most that the process of engine and Lockstep had at once. Without Lockstep it is the engine's alone.",
    ],
    bounds: [
      {
        promise: `Plan and write ${columns} columns over ${tables} tables beside ${models} models: under ${whole(limitMs)} ms beside the engine`,
        measured: `${milliseconds(added("wallMs"))} (${milliseconds(added("engineCpuMs"))} of work)`,
        isMet: added("wallMs") < limitMs,
      },
      {
        promise: `The same: under ${limitMb} MB`,
        measured: `${whole(most)} MB`,
        isMet: most < limitMb,
      },
    ],
    measurements: { on, off },
  };
}
