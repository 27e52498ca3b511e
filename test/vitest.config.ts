import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    include: ["**/*.test.ts"],
    globalSetup: ["./support/global-setup.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two cores, one database server: more workers only make each other slow.
    maxWorkers: 2,
    fileParallelism: true,
  },
});
