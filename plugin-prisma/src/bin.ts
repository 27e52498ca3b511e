import { runProcess } from "@lockstep/core/cli";
import { prismaPlugin } from "./plugin.js";
import { version } from "./version.js";

await runProcess({ plugin: prismaPlugin, version, others: ["@lockstep/typeorm"], from: import.meta.url });
