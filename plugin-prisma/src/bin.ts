import { runProcess } from "@lockstep/core/cli";
import { expectBriefRun } from "@lockstep/core/text";
import { prismaPlugin } from "./plugin.js";
import { version } from "./version.js";

expectBriefRun();
await runProcess({ plugin: prismaPlugin, version, others: ["@lockstep/typeorm"], from: import.meta.url });
