// What `lockstep.config.ts` of a project imports.
export { defineConfig } from "@lockstep/core/config";
