import { runProcess } from "@lockstep/core/cli";
import { expectBriefRun } from "@lockstep/core/text";
import { dbmatePlugin } from "./plugin.js";
import { version } from "./version.js";

expectBriefRun();
await runProcess({ plugin: dbmatePlugin, version, others: [], from: import.meta.url });
