// Runs `lockstep` commands of the published packages one after the other, as its parent sends them.
import { Console } from "node:console";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { OrmPlugin } from "@lockstep/core";
import type { CommandCall } from "./lockstep-commands.js";
import type { RunResult } from "./run.js";

const own = { ...process.env };
const [, , modules = "", module] = process.argv;
const published = createRequire(join(modules, "app.js"));
const load = <T>(name: string): Promise<T> => import(pathToFileURL(published.resolve(name)).href);
const { main } = await load<typeof import("@lockstep/core/cli")>("@lockstep/core/cli");
const { version } = published("@lockstep/prisma/package.json") as { readonly version: string };
const plugins = await readPlugins();
// As the executable does: what functions of lockstep.config.ts print goes to stderr.
globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });

process.on("message", async ({ argv, env }: CommandCall) => {
  const text = { stdout: "", stderr: "", output: "" };
  const streams = ["stdout", "stderr"] as const;
  const real = streams.map((name) => process[name].write);
  for (const name of streams)
    process[name].write = (chunk: Uint8Array | string) => {
      const said = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      text[name] += said;
      text.output += said;
      return true;
    };
  // Nothing of the command before: what it set, it set for itself.
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries({ ...own, ...env })) if (value !== undefined) process.env[name] = value;
  const code = await main({ plugins, version, argv });
  for (const [index, name] of streams.entries()) process[name].write = real[index]!;
  process.send?.({ code, ...text, waits: [] } satisfies RunResult);
});

async function readPlugins(): Promise<readonly OrmPlugin[]> {
  if (module !== undefined) return Object.values<OrmPlugin>(await import(module));
  const both = ["prisma", "typeorm"].map((orm) => load<Record<string, OrmPlugin>>(`@lockstep/${orm}/plugin`));
  return (await Promise.all(both)).flatMap((each) => Object.values(each));
}
