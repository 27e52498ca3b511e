import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import LongFirst from "./support/long-first.js";

/** Tests that keep nothing outside of their file: those of one worker share the modules they load, the compiler among them. */
const shared = ["core", "plugin-prisma", "plugin-typeorm", "catalogue"].map((folder) => `${folder}/**/*.test.ts`);

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    // Tests of the projects that the gallery is about.
    exclude: ["scenarios/code/*/input/**"],
    globalSetup: ["./support/global-setup.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two cores: the third worker works while another waits for locks, time or the database server.
    maxWorkers: 3,
    fileParallelism: true,
    sequence: { sequencer: LongFirst },
    projects: [
      { extends: true, test: { name: "shared", include: shared, isolate: false } },
      {
        extends: true,
        test: { name: "own", include: ["**/*.test.ts"], exclude: ["scenarios/code/*/input/**", ...shared] },
      },
    ],
  },
});
