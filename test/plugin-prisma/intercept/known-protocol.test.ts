import { describe, expect, it } from "vitest";
import type { EngineHooks, EngineInfo } from "../../../plugin-prisma/src/engine/hooks.js";
import { withKnownProtocol } from "../../../plugin-prisma/src/intercept/known-protocol.js";

const info = (prismaVersion: string): EngineInfo => ({
  backend: "wasm",
  datamodelPaths: [],
  datasource: {},
  cwd: "/app",
  prismaVersion,
});
const answering: EngineHooks = { intercept: async ({ method }) => ({ result: method }) };
const migrationsList = { baseDir: "prisma/migrations" };
const schema = { files: [{ path: "schema.prisma", content: "" }] };
const known = { migrationsList, schema };

async function run(version: string, requests: readonly (readonly [string, unknown])[]) {
  const hooks = withKnownProtocol(answering);
  const printed: string[] = [];
  const engine = {
    call: async () => undefined,
    waits: async () => undefined,
    print: async (text: string) => void printed.push(text),
  };
  const results = [];
  for (const [method, params] of requests)
    results.push((await hooks.intercept({ method, params }, engine, info(version)))?.result);
  return { results, printed };
}

const dev = [
  ["devDiagnostic", { migrationsList }],
  ["evaluateDataLoss", known],
  ["createMigration", known],
] as const;

describe("the proxy keeps out of what it does not know", () => {
  it("a tested version: intercepted", async () => {
    expect(await run("7.10.0", dev)).toEqual({
      results: ["devDiagnostic", "evaluateDataLoss", "createMigration"],
      printed: [],
    });
  });

  it("another major version: everything passes, and one line says what to use", async () => {
    const { results, printed } = await run("8.0.0-rc.1", [...dev, ...dev]);
    expect(results.every((result) => result === undefined)).toBe(true);
    expect(printed).toEqual([
      "Lockstep keeps out: it was not tested with Prisma 8. Plan the change with npx lockstep prisma migrate dev",
    ]);
  });

  it("another major version: commands that plan nothing say nothing", async () => {
    const { printed } = await run("8.0.0", [["applyMigrations", { migrationsList }]]);
    expect(printed).toEqual([]);
  });

  it.each([
    ["no list of migrations", "devDiagnostic", {}],
    ["schema as one text", "evaluateDataLoss", { migrationsList, schema: "model User {}" }],
    ["files without content", "createMigration", { migrationsList, schema: { files: [{ path: "schema.prisma" }] } }],
    ["no params at all", "createMigration", undefined],
  ])("a request of another shape: %s", async (_, method, params) => {
    const { results, printed } = await run("7.99.0", [[method, params], ...dev]);
    expect(results).toEqual([undefined, undefined, undefined, undefined]);
    expect(printed).toEqual([
      `Lockstep keeps out: it does not know this form of ${method}. Plan the change with npx lockstep prisma migrate dev`,
    ]);
  });
});
