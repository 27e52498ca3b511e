/** How each package manager installs, and how a command of the project is typed with it. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const { resolve } = createRequire(import.meta.url);
const file = (manifest: string, path: string) => join(dirname(resolve(manifest)), path);
/** The registry of the machine, for those that do not ask npm's configuration. */
const registry = execFileSync("npm", ["config", "get", "registry"], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
}).trim();

export type ManagerId = "npm" | "pnpm" | "pnpm hoisted" | "yarn 1" | "yarn 4";

export interface Manager {
  /** Node and the manager's own file, or npm by its name: what is started. */
  readonly command: readonly string[];
  readonly install: readonly string[];
  /** The words before a command of the project, as people type them. */
  readonly typed: string;
  /** The same, as arguments of `command`; undefined: `npx`. */
  readonly exec: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Files that the repository has for it. */
  readonly files: Readonly<Record<string, string>>;
}

const pnpm = (files: Record<string, string>): Manager => ({
  command: [process.execPath, file("pnpm", "bin/pnpm.cjs")],
  install: ["install", "--ignore-scripts", "--reporter=append-only", "--no-frozen-lockfile"],
  typed: "pnpm exec",
  exec: ["exec"],
  env: { npm_config_registry: registry, npm_config_manage_package_manager_versions: "false" },
  files,
});

export const managers: Readonly<Record<ManagerId, Manager>> = {
  npm: {
    command: ["npm"],
    install: ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    typed: "npx",
    exec: undefined,
    env: {},
    files: {},
  },
  pnpm: pnpm({}),
  "pnpm hoisted": pnpm({ ".npmrc": "node-linker=hoisted\n" }),
  "yarn 1": {
    command: [process.execPath, file("yarn/package.json", "bin/yarn.js")],
    install: ["install", "--ignore-scripts", "--non-interactive", "--silent", "--registry", registry],
    typed: "yarn",
    exec: ["--silent", "run"],
    env: { YARN_REGISTRY: registry, npm_config_registry: registry },
    files: {},
  },
  "yarn 4": {
    command: [process.execPath, file("@yarnpkg/cli-dist/package.json", "bin/yarn.js")],
    install: ["install", "--mode=skip-build"],
    typed: "yarn",
    exec: ["run"],
    env: {
      YARN_NPM_REGISTRY_SERVER: registry,
      YARN_UNSAFE_HTTP_WHITELIST: "*",
      YARN_ENABLE_TELEMETRY: "0",
      YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
      YARN_ENABLE_GLOBAL_CACHE: "true",
    },
    files: { ".yarnrc.yml": "nodeLinker: node-modules\n" },
  },
};
