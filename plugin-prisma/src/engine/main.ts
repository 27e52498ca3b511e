/** Entry of the executable that PRISMA_SCHEMA_ENGINE_BINARY names. */
import { optimiseCompilerLate } from "@lockstep/core/text";
import { endProcess } from "../end-process.js";
import { hooks } from "../intercept/hooks.js";
import { withKnownProtocol } from "../intercept/known-protocol.js";
import { ownStdout } from "../own-stdout.js";
import { droppedVariables } from "./find-native.js";
import { runEngine } from "./run.js";
import { withheldVariable, withholding } from "./withhold.js";

optimiseCompilerLate();
Object.assign(process.env, JSON.parse(process.env[droppedVariables] ?? "{}"));
delete process.env[droppedVariables];
// The CLI passes the URL as an argument, which every user of the machine can read (`ps`). It has been read by now.
const args = process.argv.slice(2);
process.title = "lockstep-schema-engine";
ownStdout();
process.exitCode = await runEngine({
  args,
  cwd: process.cwd(),
  env: process.env,
  loadHooks: async () =>
    withholding(withKnownProtocol(hooks), JSON.parse(process.env[withheldVariable] ?? "[]") as string[]),
});
await endProcess();
