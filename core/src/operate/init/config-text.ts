/** The possible forms, best first: with types, as a Node module if the compiler rejects the first, as plain data. */
export const configFiles = [
  "lockstep.config.ts",
  "lockstep.config.mts",
  "lockstep.config.mjs",
  "lockstep.config.json",
] as const;
export type ConfigFile = (typeof configFiles)[number];

/**
 * The `lockstep.config.*` that `lockstep init` writes.
 *
 * @example configText("lockstep.config.ts", "@lockstep/prisma") // a file that loads, with one target
 */
export function configText(file: ConfigFile, packageName: string): string {
  if (file.endsWith(".json")) {
    const targets = { production: { urlFrom: "PRODUCTION_DATABASE_URL" } };
    return `${JSON.stringify({ targets }, null, 2)}\n`;
  }
  return `import { defineConfig } from "${packageName}";

export default defineConfig({
  // The databases that a change has to reach. This file is in version control, the URLs come from the environment.
  targets: {
    production: { urlFrom: "PRODUCTION_DATABASE_URL" },
  },

  // The code that Lockstep reads and edits. Default: every source file of the project.
  // code: { include: ["src/**/*.ts"], exclude: ["src/legacy/**"] },
});
`;
}
