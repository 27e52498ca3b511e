import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pc from "picocolors";
import { userEnvironment } from "./environment.js";
import type { Build } from "./instance.js";
import type { Orm, OrmCommand } from "./orms/orm.js";
import type { CommandRun, Shell } from "./shell.js";
import { changedLines } from "./what-is-shown.js";

const clone = fileURLToPath(new URL("../..", import.meta.url));
const execute = promisify(execFile);

/** On a terminal it is the name of git; the commands of the demo have none. */
const byDana = ["--by", "dana@example.com"];

/** What one command of the project may be given. */
interface Extras {
  readonly env?: Readonly<Record<string, string>>;
  readonly where?: string;
  readonly show?: (line: string) => string | undefined;
  readonly holdsLocks?: boolean;
  /** Default: the project. */
  readonly cwd?: string;
}

/** A user's repository: the example shop in a temporary folder, with Lockstep installed from its packages. */
export class Shop {
  readonly folder: string;
  readonly #builds: string;
  readonly #packages: string;

  constructor(
    temporary: string,
    private readonly shell: Shell,
    private readonly developmentUrl: string,
    private readonly orm: Orm,
  ) {
    this.folder = join(temporary, "shop");
    this.#builds = join(temporary, "builds");
    this.#packages = join(temporary, "packages");
    for (const folder of [this.#builds, this.#packages]) mkdirSync(folder);
  }

  /** The files of the app and the first commit. Nothing is written into the clone. */
  async create(): Promise<void> {
    const source = join(clone, "examples", this.orm.example);
    await cp(source, this.folder, {
      recursive: true,
      filter: (path) => !["node_modules", ...this.orm.derived].includes(basename(path)),
    });
    for (const { file, change } of this.orm.edits) this.edit(file, change);
    await this.#git("init", "--quiet", "--initial-branch=main");
    // For the commits, and for the record of who confirmed a gate.
    await this.#git("config", "user.name", "Dana");
    await this.#git("config", "user.email", "dana@example.com");
    await this.commit("The shop");
  }

  /** Lockstep as a user gets it: from packed packages, the other dependencies from the registry or npm's cache. */
  async install(): Promise<void> {
    await execute(process.execPath, [join(clone, "scripts/pack.mjs"), this.#packages], { cwd: clone });
    const made = readdirSync(this.#packages);
    for (const { workspaces, name, save } of this.orm.packages) {
      const packages = workspaces.map((workspace) => {
        const { name: own } = JSON.parse(readFileSync(join(clone, workspace, "package.json"), "utf8")) as {
          name: string;
        };
        const tarball = new RegExp(`^${own.replace("@", "").replace("/", "-")}-\\d.*\\.tgz$`);
        return join("../packages", made.find((file) => tarball.test(file)) ?? "");
      });
      // No install scripts: they would download Prisma's native engine, for which Lockstep has a stand-in.
      const quietly = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
      await this.shell.run({
        shown: `npm install ${save} ${name}`,
        where: "from its tarball",
        file: "npm",
        args: ["install", save, ...quietly, ...packages],
        cwd: this.folder,
        env: userEnvironment(),
      });
    }
  }

  /** `npx <name> <args>` in the project. */
  npx(
    { name, args }: OrmCommand,
    { env = {}, where, show, holdsLocks = false, cwd }: Extras = {},
  ): Promise<CommandRun> {
    return this.shell.run({
      shown: `npx ${[name, ...args].join(" ")}`,
      // The file that npx would find, without the half second that npx takes to find it.
      file: process.execPath,
      args: [join(this.folder, "node_modules/.bin", name), ...args, ...(args.includes("--confirm") ? byDana : [])],
      cwd: cwd ?? this.folder,
      env: userEnvironment({ DATABASE_URL: this.developmentUrl, ...env }),
      holdsLocks,
      ...(where === undefined ? {} : { where }),
      ...(show === undefined ? {} : { show }),
    });
  }

  edit(file: string, change: (text: string) => string): void {
    const path = join(this.folder, file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  }

  /** What Lockstep has changed in some files, the changed lines alone. */
  async diff(...files: readonly string[]): Promise<void> {
    await this.shell.run({
      shown: `git diff ${files.join(" ")}`,
      file: "git",
      args: ["diff", "--unified=0", `--color=${pc.isColorSupported ? "always" : "never"}`, "--", ...files],
      cwd: this.folder,
      env: userEnvironment(),
      show: changedLines,
    });
  }

  async commit(message: string): Promise<void> {
    await this.#git("add", "--all");
    await this.#git("commit", "--quiet", "-m", message);
  }

  /** What a build server makes of the last commit, ready to start. */
  async build(name: string): Promise<Build> {
    const build = await this.checkout(name);
    for (const command of this.orm.build.commands) await this.#quietly(command, build.folder);
    return build;
  }

  /** The last commit in a folder of its own. */
  async checkout(name: string): Promise<Build> {
    const folder = join(this.#builds, name);
    await this.#git("worktree", "add", "--quiet", "--detach", folder);
    symlinkSync(join(this.folder, "node_modules"), join(folder, "node_modules"));
    for (const copied of this.orm.build.copied)
      await cp(join(this.folder, copied), join(folder, copied), { recursive: true });
    return { name, folder, start: this.orm.start };
  }

  /** Makes a release of one's own: a commit with other edits. */
  async naiveRelease(name: string): Promise<Build> {
    const build = await this.checkout(name);
    const { edits, commands } = this.orm.naive;
    for (const { file, change } of edits) {
      const path = join(build.folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, change(existsSync(path) ? readFileSync(path, "utf8") : ""));
    }
    for (const command of commands) await this.#quietly(command, build.folder);
    return build;
  }

  /** Lines of the committed code that contain a word. */
  async mentions(word: string, paths: readonly string[]): Promise<string[]> {
    const found = await this.#git("grep", "--ignore-case", "--line-number", word, "--", ...paths).catch(() => "");
    return found.split("\n").filter((line) => line !== "");
  }

  /** Where nobody is watching; users come first. */
  async #quietly({ name, args }: OrmCommand, folder: string): Promise<void> {
    await execute("nice", ["-n", "10", process.execPath, join(this.folder, "node_modules/.bin", name), ...args], {
      cwd: folder,
      env: userEnvironment({ DATABASE_URL: this.developmentUrl }),
    });
  }

  async #git(...args: string[]): Promise<string> {
    return (await execute("git", args, { cwd: this.folder, env: userEnvironment() })).stdout;
  }
}
