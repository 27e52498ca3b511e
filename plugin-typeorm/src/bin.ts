import { runProcess } from "@lockstep/core/cli";
import { typeormPlugin } from "./plugin.js";
import { version } from "./version.js";

await runProcess({ plugin: typeormPlugin, version, others: ["@lockstep/prisma"], from: import.meta.url });
