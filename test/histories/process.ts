// Runs `lockstep` commands one after the other, as its parent sends them. argv: the module with the plugin.
import type { OrmPlugin } from "@lockstep/core";
import { main } from "@lockstep/core/cli";
import type { CommandCall } from "../support/lockstep-commands.js";
import type { RunResult } from "../support/run.js";

/** A command as `LockstepCommands` has it, in a folder. */
export interface ProcessCall extends CommandCall {
  readonly cwd: string;
}

const own = { ...process.env };
const { plugin } = (await import(process.argv[2] ?? "")) as { readonly plugin: OrmPlugin };

process.on("message", async ({ argv, env, cwd }: ProcessCall) => {
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
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries({ ...own, ...env })) if (value !== undefined) process.env[name] = value;
  process.chdir(cwd);
  const code = await main({ plugins: [plugin], version: "0.1.0", argv }).catch((error: Error) => {
    text.output += `\n${error.stack}`;
    return 4;
  });
  for (const [index, name] of streams.entries()) process[name].write = real[index]!;
  process.send?.({ code, ...text, waits: [] } satisfies RunResult);
});
process.on("disconnect", () => process.exit());
