/** Entry of the executable that PRISMA_SCHEMA_ENGINE_BINARY names. */
import { setFlagsFromString } from "node:v8";
import { endProcess } from "../end-process.js";
import { ownStdout } from "../own-stdout.js";
import { runEngine } from "./run.js";

// V8 of Node 20 optimises WASM functions as soon as they are called a few times. In a process that lives for a second that costs
// more than it brings: 40 % of the engine's processor time (measured). Functions that really run hot are still optimised.
if (Number(process.versions.node.split(".")[0]) < 22) setFlagsFromString("--wasm-tiering-budget=20000000");

ownStdout();
process.exitCode = await runEngine({
  args: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  loadHooks: async () => {
    const [{ hooks }, { withKnownProtocol }] = await Promise.all([
      import("../intercept/hooks.js"),
      import("../intercept/known-protocol.js"),
    ]);
    return withKnownProtocol(hooks);
  },
});
await endProcess();
