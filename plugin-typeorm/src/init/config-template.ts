/** `lockstep.config.ts` as `lockstep init` writes it. */
export function configTemplate(): string {
  return `import { defineConfig } from "@lockstep/typeorm";

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
