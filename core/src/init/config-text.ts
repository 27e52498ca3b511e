/** What the first configuration says. */
export interface FirstConfig {
  /** `@lockstep/prisma` */
  readonly packageName: string;
  /** Packages beside this one whose code uses the models. */
  readonly roots: readonly string[];
}

/** The ways to write it, the best first: with types, as a module of Node for compilers that do not take it, as plain data. */
export const configFiles = [
  "lockstep.config.ts",
  "lockstep.config.mts",
  "lockstep.config.mjs",
  "lockstep.config.json",
] as const;
export type ConfigFile = (typeof configFiles)[number];

/**
 * `lockstep.config.*` as `lockstep init` writes it.
 *
 * @example configText("lockstep.config.ts", { packageName: "@lockstep/prisma", roots: [] }) // a file that loads, with one target
 */
export function configText(file: ConfigFile, { packageName, roots }: FirstConfig): string {
  if (file.endsWith(".json")) {
    const targets = { production: { urlFrom: "PRODUCTION_DATABASE_URL" } };
    return `${JSON.stringify({ targets, ...(roots.length === 0 ? {} : { code: { roots } }) }, null, 2)}\n`;
  }
  return `import { defineConfig } from "${packageName}";

export default defineConfig({
  // The databases that a change has to reach. This file is in version control, the URLs come from the environment.
  targets: {
    production: { urlFrom: "PRODUCTION_DATABASE_URL" },
  },

${codeText(roots)}
});
`;
}

function codeText(roots: readonly string[]): string {
  if (roots.length === 0)
    return `  // The code that Lockstep reads and edits. Default: every source file of the project.
  // code: { include: ["src/**/*.ts"], exclude: ["src/legacy/**"] },`;
  const line = `    roots: [${roots.map((root) => JSON.stringify(root)).join(", ")}],`;
  const lines = roots.map((root) => `      ${JSON.stringify(root)},`).join("\n");
  return `  // The code that Lockstep reads and edits. Default: every source file of the project.
  code: {
    // Packages beside it whose code uses the models.
${line.length <= 80 ? line : `    roots: [\n${lines}\n    ],`}
  },`;
}
