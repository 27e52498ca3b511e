/** Entry of the executable that PRISMA_SCHEMA_ENGINE_BINARY names. */
import { expectBriefRun } from "../brief-process.js";
import { endProcess } from "../end-process.js";
import { ownStdout } from "../own-stdout.js";
import { runEngine } from "./run.js";

expectBriefRun();
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
