// Runs `lockstep` commands one after the other, as its parent sends them.
import { Console } from "node:console";
import type { OrmPlugin } from "@lockstep/core";
import { main } from "@lockstep/core/cli";
import { prismaPlugin } from "../../plugin-prisma/dist/plugin.js";
import { version } from "../../plugin-prisma/dist/version.js";
import { typeormPlugin } from "../../plugin-typeorm/dist/plugin.js";
import type { CommandCall } from "./lockstep-commands.js";
import type { RunResult } from "./run.js";

const own = { ...process.env };
const [, , module] = process.argv;
const plugins: readonly OrmPlugin[] =
  module === undefined ? [prismaPlugin, typeormPlugin] : Object.values<OrmPlugin>(await import(module));
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
  process.send?.({ code, ...text } satisfies RunResult);
});
