import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Job } from "kubernetes-models/batch/v1/Job";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { environment } from "../support/run.js";
import { createTenantShop, type TenantShop, tenants } from "../support/tenant-shop.js";

// The Job of examples/kubernetes, without a cluster: its manifest against the schema of Kubernetes, its command as the kubelet runs it.

const file = fileURLToPath(new URL("../../examples/kubernetes/backfill-job.yaml", import.meta.url));
const manifest = parse(readFileSync(file, "utf8"));
const { spec } = manifest;
const [container] = spec.template.spec.containers;
const pods = [...Array(spec.completions).keys()];
let shop: TenantShop;

beforeAll(async () => {
  shop = await createTenantShop();
  for (const tenant of tenants) await shop.deployTo(tenant);
  // So that there is time to kill it.
  shop.edit("lockstep.config.ts", (text) =>
    text.replace("targets:", "backfill: { batchRows: 20, pauseMs: 100 },\n  targets:"),
  );
}, 180_000);
afterAll(() => shop?.dispose());

interface Pod {
  readonly process: ChildProcess;
  /** Its first batch is about to begin. */
  readonly started: Promise<unknown>;
  readonly ended: Promise<readonly [code: number | null, signal: string | null]>;
  log: string;
}

function startPod(index: number): Pod {
  const given: Record<string, string> = { JOB_COMPLETION_INDEX: String(index) };
  for (const { name } of container.env) given[name] = shop.production;
  const words: string[] = [...container.command, ...container.args].map((word: string) =>
    word.replaceAll(/\$\((\w+)\)/g, (as, name: string) => given[name] ?? as),
  );
  const child = spawn(words[0]!, words.slice(1), {
    cwd: shop.root,
    env: { ...environment(), ...given } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close") as unknown as Pod["ended"];
  const pod: Pod = {
    process: child,
    ended,
    log: "",
    started: new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => {
          pod.log += chunk;
          if (pod.log.includes("backfill: started")) resolve();
        });
      void ended.then(() => resolve());
    }),
  };
  return pod;
}

test("Kubernetes' own schema takes the manifest", () => {
  expect(() => new Job(manifest).validate()).not.toThrow();
  expect(() => new Job({ ...manifest, spec: { ...spec, completions: "three" } }).validate()).toThrow();
});

test("there is a part for each pod, and what Kubernetes asks of such Jobs is kept", () => {
  expect(container.args.at(-1)).toBe(`$(JOB_COMPLETION_INDEX)/${spec.completions}`);
  expect(spec.parallelism).toBeLessThanOrEqual(spec.completions);
  // The API server refuses podFailurePolicy with any other, and FailIndex without backoffLimitPerIndex; the schema knows neither.
  expect(spec.template.spec.restartPolicy).toBe("Never");
  expect(spec.completionMode).toBe("Indexed");
  expect(spec.backoffLimitPerIndex).toBeGreaterThan(0);
  for (const { onExitCodes } of spec.podFailurePolicy.rules)
    if (onExitCodes !== undefined) expect(onExitCodes.containerName).toBe(container.name);
});

test("pods that are killed or told to end are started again: every tenant is filled", async () => {
  const first = pods.map(startPod);
  const [whole, killed, told] = first as [Pod, Pod, Pod];
  await Promise.all([killed.started, told.started]);
  killed.process.kill("SIGKILL");
  told.process.kill("SIGTERM");
  expect(await killed.ended, killed.log).toEqual([null, "SIGKILL"]);
  const [code] = await told.ended;
  expect(told.log).toContain("LS5002");
  expect(code, told.log).not.toBe(0);
  // The exit code for which the Job gives up on a part.
  expect(code).not.toBe(2);
  expect(await shop.filled()).not.toEqual(shop.rows());
  const again = [whole, startPod(1), startPod(2)];
  for (const pod of again) expect(await pod.ended, pod.log).toEqual([0, null]);
  expect(await shop.filled()).toEqual(shop.rows());
}, 120_000);

test("usage that is wrong ends with the exit code for which the Job tries no more", async () => {
  const pod = startPod(spec.completions);
  const { onExitCodes } = spec.podFailurePolicy.rules.find((rule: { action: string }) => rule.action === "FailIndex");
  expect(onExitCodes.values).toEqual([(await pod.ended)[0]]);
});
