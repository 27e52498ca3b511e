/** Entry of the executable that PRISMA_SCHEMA_ENGINE_BINARY names. */
import { optimiseCompilerLate } from "@lockstep/core/text";
import { endProcess } from "../end-process.js";
import { ownStdout } from "../own-stdout.js";
import { runEngine } from "./run.js";

optimiseCompilerLate();
// The CLI passes the URL as an argument, which every user of the machine can read (`ps`). It has been read by now.
const args = process.argv.slice(2);
process.title = "lockstep-schema-engine";
ownStdout();
process.exitCode = await runEngine({
  args,
  cwd: process.cwd(),
  env: process.env,
  loadHooks: async () => {
    const [{ hooks }, { withKnownProtocol }, { withheldVariable, withholding }] = await Promise.all([
      import("../intercept/hooks.js"),
      import("../intercept/known-protocol.js"),
      import("./withhold.js"),
    ]);
    return withholding(withKnownProtocol(hooks), JSON.parse(process.env[withheldVariable] ?? "[]") as string[]);
  },
});
await endProcess();
