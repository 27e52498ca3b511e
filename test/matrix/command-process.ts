// Runs `lockstep` commands one after the other, as its parent sends them.
import { main } from "@lockstep/core/cli";
import { prismaPlugin } from "../../plugin-prisma/dist/plugin.js";
import { version } from "../../plugin-prisma/dist/version.js";
import { typeormPlugin } from "../../plugin-typeorm/dist/plugin.js";
import type { RunResult } from "../support/run.js";
import type { CommandCall } from "./commands.js";

process.on("message", async ({ argv, env }: CommandCall) => {
  const text = { stdout: "", stderr: "", output: "" };
  const streams = ["stdout", "stderr"] as const;
  const real = streams.map((name) => process[name].write);
  for (const name of streams)
    process[name].write = (chunk: Uint8Array | string) => {
      text[name] += chunk;
      text.output += chunk;
      return true;
    };
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  const code = await main({ plugins: [prismaPlugin, typeormPlugin], version, argv });
  for (const [index, name] of streams.entries()) process[name].write = real[index]!;
  process.send?.({ code, ...text } satisfies RunResult);
});
