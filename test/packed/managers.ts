/** How each package manager installs, and how a command of the project is typed with it. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const { resolve } = createRequire(import.meta.url);
const file = (manifest: string, path: string) => join(dirname(resolve(manifest)), path);
/** The registry of the machine, for those that do not ask npm's configuration. */
const registry = execFileSync("npm", ["config", "get", "registry"], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
}).trim();

export type ManagerId = "npm" | "pnpm" | "pnpm hoisted" | "yarn 1" | "yarn 4";

export interface Manager {
  readonly install: string;
  /** The words before a command of the project, as people type them. */
  readonly typed: string;
  /** The same before a script, and before its arguments. */
  readonly script: readonly [words: string, before: string];
  readonly env: Readonly<Record<string, string>>;
  /** Files that the repository has for it. @param own the registry of the scope @lockstep */
  files(own: string): Readonly<Record<string, string>>;
}

/** Where a shell finds a command that is a file of a package. */
function commandFolder(command: string, program: string): string {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-packed-bin-"));
  writeFileSync(join(folder, command), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(join(folder, command), 0o755);
  return `${folder}${delimiter}${process.env.PATH}`;
}

const scoped = (own: string) => `@lockstep:registry=${own}\n`;
// Nothing that the applications need is built on installation, and engines would be downloaded.
const quiet = { npm_config_ignore_scripts: "true", npm_config_prefer_offline: "true" };

/** Yarn knows packages by their version: those of an earlier run would be taken for ours. */
const yarnFolder = mkdtempSync(join(tmpdir(), "lockstep-packed-yarn-"));

const pnpm = (settings: string): Manager => ({
  install: "pnpm install --reporter=append-only --no-frozen-lockfile",
  typed: "pnpm exec",
  script: ["pnpm run", ""],
  env: {
    ...quiet,
    PATH: commandFolder("pnpm", file("pnpm", "bin/pnpm.cjs")),
    npm_config_registry: registry,
    npm_config_manage_package_manager_versions: "false",
  },
  files: (own) => ({ ".npmrc": `${settings}${scoped(own)}` }),
});

export const managers: Readonly<Record<ManagerId, Manager>> = {
  npm: {
    install: "npm install --no-audit --no-fund --loglevel=error",
    typed: "npx",
    script: ["npm run", "-- "],
    env: quiet,
    files: (own) => ({ ".npmrc": scoped(own) }),
  },
  pnpm: pnpm(""),
  "pnpm hoisted": pnpm("node-linker=hoisted\n"),
  "yarn 1": {
    install: "yarn install --ignore-scripts --non-interactive --silent --prefer-offline",
    typed: "yarn",
    script: ["yarn run", ""],
    env: {
      ...quiet,
      PATH: commandFolder("yarn", file("yarn/package.json", "bin/yarn.js")),
      YARN_REGISTRY: registry,
      YARN_CACHE_FOLDER: yarnFolder,
      npm_config_registry: registry,
    },
    files: (own) => ({ ".npmrc": scoped(own) }),
  },
  "yarn 4": {
    install: "yarn install",
    typed: "yarn",
    script: ["yarn run", ""],
    env: {
      PATH: commandFolder("yarn", file("@yarnpkg/cli-dist/package.json", "bin/yarn.js")),
      YARN_NPM_REGISTRY_SERVER: registry,
      YARN_GLOBAL_FOLDER: yarnFolder,
      YARN_UNSAFE_HTTP_WHITELIST: "*",
      YARN_ENABLE_TELEMETRY: "0",
      YARN_ENABLE_SCRIPTS: "0",
      YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
      YARN_ENABLE_GLOBAL_CACHE: "true",
    },
    files: (own) => ({
      ".yarnrc.yml": `nodeLinker: node-modules\nnpmScopes:\n  lockstep:\n    npmRegistryServer: ${own}\n`,
    }),
  },
};
