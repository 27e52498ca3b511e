import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    include: ["**/*.test.ts"],
    // Tests of the projects that the gallery is about.
    exclude: ["scenarios/code/*/input/**"],
    globalSetup: ["./support/global-setup.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two cores: the third worker works while another waits for locks, time or the database server.
    maxWorkers: 3,
    fileParallelism: true,
  },
});
