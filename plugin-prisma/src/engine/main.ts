/** Entry of the executable that PRISMA_SCHEMA_ENGINE_BINARY names. */
import { runEngine } from "./run.js";

process.exitCode = await runEngine({
  args: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  loadHooks: async () => (await import("../intercept/hooks.js")).hooks,
});
await flush(process.stdout);
await flush(process.stderr);
// Whatever is still open (a socket that does not close, stdin) must not keep the process.
process.exit();

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write("", () => resolve());
  });
}
