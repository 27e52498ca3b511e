import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { metrics, trace } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { metrics as all } from "../../../core/src/backfill/metrics.js";
import { defineSignal, type Signal } from "../../../core/src/backfill/signals/signal.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { createDatabase } from "../../support/database.js";
import { errorOf, fillTable, makeTable, numbered, open, plan } from "./fixture.js";

const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const spans = new InMemorySpanExporter();
let database: Awaited<ReturnType<typeof createDatabase>>;
let db: Connection;
beforeAll(async () => {
  // Never by time: only what the run has it send.
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
  database = await createDatabase("telemetry");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(async () => {
  await db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`);
  spans.reset();
  exported.reset();
});

/** What was sent for one target: by metric and its own attributes; of a histogram how many were recorded. */
function sent(target: string): Record<string, number> {
  const points = exported
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics)
    .flatMap(({ descriptor, dataPoints }) => dataPoints.map((point) => ({ descriptor, ...point })));
  return Object.fromEntries(
    points
      .filter(({ attributes }) => attributes["lockstep.backfill.target"] === target)
      .map(({ descriptor, attributes, value }) => {
        const {
          "lockstep.backfill.plan": _,
          "lockstep.backfill.target": __,
          "db.collection.name": table,
          ...own
        } = attributes;
        expect(table).toBe("User");
        const name = [descriptor.name, ...Object.values(own)].join(" ");
        return [name, typeof value === "number" ? value : (value as { count: number }).count];
      }),
  );
}

const rows = Array.from({ length: 40 }, (_, at) => [String(at), at === 20 ? "secret" : String(at)] as [string, string]);

it("a run that meets a refused row: spans and metrics, without the value", async () => {
  const spec = await makeTable(db, { rows, type: "integer", fill: "email::integer" });
  // Holds the run twice, and reads the metrics meanwhile. No other signal runs: one that detects pressure would replace it in the gauge.
  let looks = 0;
  let between: Record<string, number> = {};
  const once = defineSignal({
    id: "flag-file",
    summary: "",
    rank: 1,
    options: {},
    everyMs: 0,
    isPressure: false,
    start: () => async () => {
      looks++;
      if (looks === 5) {
        await (metrics.getMeterProvider() as MeterProvider).forceFlush();
        between = sent("refused");
      }
      return looks === 4 || looks === 5 ? { kind: "hold", reason: "a file", pauseMs: 20 } : undefined;
    },
  });
  const error = await errorOf(
    fillTable(database.url, spec, { target: "refused", signals: [once] as unknown as Signal[] }),
  );
  expect(error.code).toBe("LS5006");
  const found = sent("refused");
  expect(found).toMatchObject({
    "lockstep.backfill.rows.passed": 40,
    "lockstep.backfill.rows.filled": 39,
    "lockstep.backfill.rows.refused": 1,
    "lockstep.backfill.rows.done": 40,
    "lockstep.backfill.rows.total": expect.any(Number),
    "lockstep.backfill.workers": 0,
    "lockstep.backfill.waiting.duration flag-file": 0,
    "lockstep.backfill.runs failed LS5006": 1,
    "lockstep.backfill.retries data": expect.any(Number),
    "lockstep.backfill.waiting.time flag-file": expect.any(Number),
    "lockstep.backfill.rate": expect.any(Number),
  });
  expect(between["lockstep.backfill.workers"]).toBe(1);
  expect(between["lockstep.backfill.rate"]).toBeGreaterThan(0);
  expect(between["lockstep.backfill.waiting.duration flag-file"]).toBeGreaterThan(0);
  const batches = found["lockstep.backfill.batches"];
  expect(batches).toBeGreaterThan(4);
  expect(found["lockstep.backfill.batch.duration"]).toBe(batches);
  expect(found["lockstep.backfill.commit.duration"]).toBe(batches);

  const ended = spans.getFinishedSpans();
  const [run] = ended.filter(({ name }) => name === "lockstep.backfill.run");
  expect(run).toMatchObject({
    status: { code: 2, message: "LS5006" },
    attributes: { "lockstep.backfill.plan": plan, "lockstep.backfill.target": "refused", "error.type": "LS5006" },
  });
  const below = ended.filter(({ parentSpanContext }) => parentSpanContext?.spanId === run!.spanContext().spanId);
  expect(below).toHaveLength(ended.length - 1);
  expect(new Set(below.map(({ name }) => name))).toEqual(
    new Set(["batch", "trial", "look_back"].map((name) => `lockstep.backfill.${name}`)),
  );
  const ofBatches = below.filter(({ name }) => name === "lockstep.backfill.batch");
  const isFailed = ({ status }: (typeof below)[number]) => status.code === 2;
  expect(ofBatches.filter((span) => !isFailed(span))).toHaveLength(batches!);
  expect(ofBatches.find(isFailed)!.attributes).toMatchObject({ "error.type": "22P02", "db.system.name": "postgresql" });
  expect(ofBatches.find((span) => !isFailed(span))!.attributes).toMatchObject({
    "lockstep.backfill.rows": 7,
    "lockstep.backfill.rows.filled": 7,
    "lockstep.backfill.worker": expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  const told = ended.map(({ name, attributes, status, events }) => ({ name, attributes, status, events }));
  expect(JSON.stringify([told, exported.getMetrics().map(({ scopeMetrics }) => scopeMetrics)])).not.toContain("secret");
});

it("the second run of a process, and the names that are documented", async () => {
  const spec = await makeTable(db, { rows: numbered(30) });
  expect(await fillTable(database.url, spec, { target: "fine" })).toMatchObject({ status: "done" });
  expect(sent("fine")).toMatchObject({ "lockstep.backfill.runs done": 1, "lockstep.backfill.rows.filled": 30 });
  const documented = new Map<string, { readonly unit: string }>(Object.values(all).map((each) => [each.name, each]));
  for (const { descriptor } of exported
    .getMetrics()
    .flatMap((each) => each.scopeMetrics)
    .flatMap((each) => each.metrics))
    expect(documented.get(descriptor.name)).toMatchObject({
      unit: descriptor.unit,
      description: descriptor.description,
    });
});

it("the otel.mjs of the docs, in a process of its own", async () => {
  const spec = await makeTable(db, { rows: numbered(60) });
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const [, text] = /```js\n(\/\/ otel\.mjs\n[\s\S]*?)```/.exec(
    readFileSync(join(root, "docs/reference-backfill.md"), "utf8"),
  )!;
  // Where its packages are found.
  const folder = mkdtempSync(join(root, "node_modules/.otel-"));
  writeFileSync(join(folder, "otel.mjs"), text!);
  const received: Record<string, string> = {};
  const collector = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      received[request.url!] = (received[request.url!] ?? "") + Buffer.concat(parts).toString("utf8");
      response.setHeader("Content-Type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  try {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "child.ts", JSON.stringify({ plan, seed: 1, url: database.url, spec, target: "production" })],
      {
        cwd: fileURLToPath(new URL(".", import.meta.url)),
        stdio: ["ignore", "ignore", "inherit"],
        env: {
          ...process.env,
          NODE_OPTIONS: `--import ${join(folder, "otel.mjs")}`,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
        },
      },
    );
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
  } finally {
    collector.close();
    rmSync(folder, { recursive: true });
  }
  expect(received["/v1/metrics"]).toContain('"name":"lockstep.backfill.rows.filled"');
  expect(received["/v1/metrics"]).toContain('"stringValue":"production"');
  expect(received["/v1/traces"]).toContain('"name":"lockstep.backfill.batch"');
  expect(received["/v1/traces"]).toContain('"name":"lockstep.backfill.run"');
});
