// Evaluated by every prisma command, through prisma.config.ts: nothing heavy is imported here.
export { defineConfig } from "@lockstep/core";
export { withLockstep } from "./with-lockstep.js";
