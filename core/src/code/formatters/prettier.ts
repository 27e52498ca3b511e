import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { handledElsewhere } from "../../base/expected-errors.js";
import { isDeclared } from "../../base/files/declared.js";
import { foldersUp } from "../../base/files/folders-up.js";
import { ownProcess } from "../../base/files/own-process.js";
import type { FileText, Formatter, ProjectFormatter } from "./formatter.js";
import type { PrettierAnswer, PrettierOrder } from "./prettier/order.js";
import { folderWith, resolveFrom } from "./project-tools.js";

const settings = [
  ...["", ".json", ".json5", ".yaml", ".yml", ".toml"].map((ending) => `.prettierrc${ending}`),
  ...["js", "cjs", "mjs", "ts", "cts", "mts"].flatMap((ending) => [
    `.prettierrc.${ending}`,
    `prettier.config.${ending}`,
  ]),
];

/** Prettier 2 and 3, with the plugins of the project. */
export default {
  name: "prettier",
  find(root) {
    // A Prettier that only another package depends on is not the project's.
    if (!isDeclared(root, "prettier") && folderWith(root, settings) === undefined) return undefined;
    const ignoreFiles = foldersUp(root)
      .map((folder) => join(folder, ".prettierignore"))
      .filter((file) => existsSync(file));
    return new Prettier(root, resolveFrom(root, "prettier"), ignoreFiles);
  },
} satisfies Formatter;

/** Runs in its own process, because plugins cannot be stopped otherwise. Loads Prettier once. */
class Prettier implements ProjectFormatter {
  readonly key: string;
  #child: { readonly process: ChildProcess; readonly ended: Promise<never> } | undefined;

  constructor(
    readonly root: string,
    readonly module: string,
    readonly ignoreFiles: readonly string[],
  ) {
    this.key = [module, ...ignoreFiles].join("\0");
  }

  warmUp(): void {
    this.#start();
  }

  async format(files: readonly FileText[], signal: AbortSignal): Promise<readonly (string | Error | undefined)[]> {
    if (files.length === 0) return [];
    const child = this.#start();
    const kill = () => child.process.kill("SIGKILL");
    signal.addEventListener("abort", kill, { once: true });
    try {
      const answer = await Promise.race([child.ended, ask(child.process, { ignoreFiles: this.ignoreFiles, files })]);
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.texts.map((text) =>
        text !== null && typeof text === "object" ? new Error(text.error) : (text ?? undefined),
      );
    } finally {
      signal.removeEventListener("abort", kill);
    }
  }

  close(): void {
    this.#child?.process.kill("SIGKILL");
  }

  #start() {
    if (this.#child !== undefined) return this.#child;
    const { file, execArgv } = ownProcess(import.meta.url, "prettier/child");
    // The project's preloads are meant for its own processes.
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = fork(file, [this.module], {
      cwd: this.root,
      env,
      execArgv: [...execArgv],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const ended = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code, by) => reject(new Error(`it ended early (${by ?? `exit code ${code}`})`)));
    });
    // Callers get the error, perhaps later.
    ended.catch(handledElsewhere);
    this.#child = { process: child, ended };
    return this.#child;
  }
}

function ask(child: ChildProcess, order: PrettierOrder): Promise<PrettierAnswer> {
  return new Promise((resolve) => {
    child.once("message", resolve);
    child.send(order, () => undefined);
  });
}
