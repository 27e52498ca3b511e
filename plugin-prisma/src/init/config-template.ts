/**
 * `lockstep.config.ts` as `lockstep init` writes it.
 *
 * @example configTemplate() // a file that loads, with one target
 */
export function configTemplate(): string {
  return `import { defineConfig } from "@lockstep/prisma";

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
