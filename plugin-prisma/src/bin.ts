import { main } from "@lockstep/core/cli";
import { expectBriefRun } from "./brief-process.js";
import { endProcess } from "./end-process.js";
import { ownStdout } from "./own-stdout.js";
import { prismaPlugin } from "./plugin.js";
import { version } from "./version.js";

expectBriefRun();
ownStdout();
process.exitCode = await main({ plugins: [prismaPlugin], version, argv: process.argv.slice(2) });
await endProcess();
