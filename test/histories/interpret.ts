/** Does the steps of a history with the real commands, and looks at everything after each. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunResult } from "../support/run.js";
import { columnsOf, Knowledge, snapshotOf } from "./database-state.js";
import { type Branch, branches, type History, planName, planned, type Step } from "./history.js";
import { type Allowance, brokenIn, lookAtProduction, uncoded } from "./oracle.js";
import { query, seededRows, type World } from "./world.js";

/** What went wrong, and at which step. */
export interface Failure {
  readonly at: number;
  readonly problems: readonly string[];
}

/** Whether `check` reports a fault of a plan. What it finds in migrations by hand is another matter. */
export function isNamed({ code, output }: RunResult): boolean {
  return code !== 0 && /\bLS\d{4}\b/.test(output);
}

export class Interpreter {
  readonly world: World;
  readonly knowledge = new Knowledge();
  /** Everything that was run, for whoever reads a failure. */
  readonly log: string[] = [];
  /** The people's own migrations contradict each other: no history of Lockstep's. */
  isVoid = false;
  #problems: string[] = [];
  #written = 0;
  #looked = new Map<Branch, string>();

  constructor(world: World) {
    this.world = world;
    for (let n = 1; n <= seededRows; n++)
      this.knowledge.rows.set(n, {
        email: `User.${n}@X.io`,
        name: `Name ${n}`,
        note: `Note ${n}`,
        team: `Team ${n % 3}`,
      });
  }

  /** @returns the first failure */
  async run({ steps }: Pick<History, "steps">): Promise<Failure | undefined> {
    for (const [at, step] of steps.entries()) {
      this.log.push(`\n# ${JSON.stringify(step)}`);
      const allowance = "on" in step && { branch: step.on, isConfirmed: step.do === "deploy" && step.isConfirmed };
      await this.watched(allowance || undefined, () => this.#do(step));
      if (this.#problems.length > 0) return { at, problems: this.#problems };
      if (this.isVoid) return undefined;
    }
    return undefined;
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  problem(what: string): void {
    this.#problems.push(what);
  }

  /** Does something, and compares production and the branch with what is known. */
  async watched(allowance: Allowance | undefined, work: () => Promise<void>): Promise<void> {
    const { world, knowledge } = this;
    const before = { snapshot: await snapshotOf(world.production), applied: await world.applied() };
    await work();
    this.#problems.push(...(await lookAtProduction(world, knowledge, before, allowance)));
    if (allowance !== undefined) await this.look(allowance.branch);
  }

  /** A command of Lockstep, which must not fail without a code. */
  async lockstep(branch: Branch, ...argv: readonly string[]): Promise<RunResult> {
    const result = await this.world.lockstep(branch, ...argv);
    this.note(`lockstep ${argv.join(" ")}`, result);
    return result;
  }

  note(command: string, result: RunResult): void {
    this.log.push(`$ ${command}   # ${result.code}\n${result.output.trimEnd()}`);
    for (const what of uncoded(result)) this.problem(`${command}: ${what}`);
  }

  /** Commits what a command has written; one that was refused has written nothing. */
  settle(branch: Branch, message: string, { code, output }: RunResult): void {
    const { world } = this;
    if (code !== 0 && world.git(branch, "status", "--porcelain") !== "" && !/LS4001/.test(output)) {
      this.problem(
        `${message} was refused, and left changed files: ${world.git(branch, "status", "--porcelain")}\n${output}`,
      );
      world.discard(branch);
    }
    world.commit(branch, message);
    this.see(branch);
  }

  see(branch: Branch): void {
    const { world } = this;
    const folder = join(world.tree(branch), world.project.migrationsFolder);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      /\.(?:sql|ts)$/.test(file),
    );
    this.knowledge.see(
      world,
      world.plans(branch),
      Object.fromEntries(
        files.map((file) => [join(world.project.migrationsFolder, file), readFileSync(join(folder, file), "utf8")]),
      ),
    );
  }

  /** The branch, where it has changed: what is broken in it is reported by one of the commands that people look at. */
  async look(branch: Branch): Promise<void> {
    const { world } = this;
    const tree = world.git(branch, "rev-parse", "HEAD^{tree}");
    if (this.#looked.get(branch) === tree) return;
    this.#looked.set(branch, tree);
    const broken = await brokenIn(world, this.knowledge, branch);
    if (broken === "own") {
      this.isVoid = true;
      return;
    }
    const check = await this.lockstep(branch, "check", "--all");
    const status = await this.lockstep(branch, "status");
    if (broken.length > 0 && !isNamed(check) && status.code === 0)
      this.problem(`check and status report no problem on ${branch}: ${broken.join("; ")}`);
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case "add":
        return this.#develop(
          step.on,
          planName(step),
          (model) => this.world.project.addField(model, step.column, planned[step.column]![step.form]!),
          step,
        );
      case "plain":
        return this.#develop(
          step.on,
          `${step.column}_plain_${step.on}`,
          (model) => this.world.project.addField(model, step.column, undefined),
          step,
        );
      case "drop":
        return this.#develop(
          step.on,
          planName(step),
          (model) => this.world.project.removeField(model, step.column),
          undefined,
        );
      case "own-drop":
        return this.#ownDrop(step);
      case "next":
      case "undo":
      case "abandon":
      case "backfill":
        return this.#advance(step);
      case "deploy":
        return this.#deploy(step);
      case "deploy-by-orm":
        return this.#deployByOrm(step);
      case "merge":
        return this.merge(step.on, step.from, step.keep);
      case "write":
        return this.#write();
      default:
        return step satisfies never;
    }
  }

  async #develop(
    on: Branch,
    name: string,
    change: (model: string) => string,
    added: { readonly column: string } | undefined,
  ): Promise<void> {
    const { world } = this;
    const { modelFile } = world.project;
    // A field of this name is there.
    if (added !== undefined && world.fields(on).some((field) => field.name === added.column)) return;
    const model = world.read(on, modelFile);
    world.write(on, modelFile, change(model));
    if (world.read(on, modelFile) === model) return;
    const result = await this.develop(on, name);
    if (result.code !== 0) return world.discard(on);
    this.settle(on, name, result);
  }

  /** The ORM's command, on a database that has the migrations of the branch alone. */
  async develop(on: Branch, name: string): Promise<RunResult> {
    const { world } = this;
    const run = async (isNew: boolean) => world.project.develop(world.tree(on), name, await world.env(on, isNew));
    const result = await run(true);
    this.note(`develop ${name}`, result);
    return result;
  }

  async #ownDrop({ on, column }: Extract<Step, { do: "own-drop" }>): Promise<void> {
    const { world } = this;
    const { modelFile } = world.project;
    const model = world.read(on, modelFile);
    const changed = world.project.removeField(model, column);
    if (changed === model) return;
    world.write(on, modelFile, changed);
    world.write(on, ...world.project.ownDrop(column, `own_${column}_${on}`, new Date()));
    world.commit(on, `Drop ${column} by hand`);
    this.see(on);
  }

  async #advance({ on, do: command, plan }: Extract<Step, { plan: string }>): Promise<void> {
    const id = this.world
      .plans(on)
      .filter((each) => each.id.replace(/^\d+[_-]/, "") === plan)
      .at(-1)?.id;
    if (id === undefined) return;
    if (command === "backfill") {
      await this.lockstep(on, "backfill", "run", id);
      return;
    }
    const result =
      command === "next" ? await this.confirming(on, ["next", id]) : await this.lockstep(on, command, id, "--yes");
    this.restore(on, result);
    this.settle(on, `${command} ${id}`, result);
  }

  /** What only a person can put back into the model. */
  restore(on: Branch, { output }: RunResult): void {
    const { world } = this;
    const { modelFile } = world.project;
    for (const [, column = ""] of output.matchAll(/Restore .*?"?(\w+)"? in the model and the code/g)) {
      if (world.fields(on).some(({ name }) => name === column)) continue;
      world.write(on, modelFile, world.project.restoreField(world.read(on, modelFile), column));
    }
  }

  /** A command with what it asks a person to confirm. */
  async confirming(on: Branch, argv: readonly string[]): Promise<RunResult> {
    let result = await this.lockstep(on, ...argv);
    const confirmed = new Set<string>();
    for (let tries = 0; tries < 4 && result.code !== 0; tries++) {
      const asked = [...result.output.matchAll(/--confirm ([a-z-]+)/g)]
        .map((match) => match[1]!)
        .filter((name) => !confirmed.has(name));
      if (asked.length === 0) break;
      for (const name of asked) confirmed.add(name);
      result = await this.lockstep(on, ...argv, ...[...confirmed].flatMap((name) => ["--confirm", name]));
    }
    return result;
  }

  async #deploy({ on, isConfirmed }: Extract<Step, { do: "deploy" }>): Promise<void> {
    const result = isConfirmed ? await this.confirming(on, ["deploy"]) : await this.lockstep(on, "deploy");
    if (result.code === 0) await this.#compare(on);
  }

  async #deployByOrm({ on }: Extract<Step, { do: "deploy-by-orm" }>): Promise<void> {
    const { project, production } = this.world;
    const ended = await project.apply(this.world.tree(on), production).catch((error: Error) => error.message);
    this.log.push(`$ the ORM's own deployment\n${ended ?? ""}`);
  }

  /** A deployment that ended well: production serves the code of this commit. */
  async #compare(on: Branch): Promise<void> {
    const { world } = this;
    const columns = await columnsOf(world.production);
    const planned = new Set(world.plans(on).flatMap((plan) => plan.columns.map(({ name }) => name)));
    for (const { name } of world.fields(on))
      if (!columns.has(name) && planned.has(name))
        this.problem(`deploy ended with 0, and production lacks ${name}, which the model of ${on} declares`);
  }

  /** Merges, and settles what git could not decide, as `keep` says. */
  async merge(on: Branch, from: Branch, keep: "ours" | "theirs" | "both"): Promise<void> {
    const { world } = this;
    const { modelFile } = world.project;
    const side = keep === "theirs" ? "theirs" : "ours";
    world.write("main", ".git/info/attributes", keep === "both" ? `${modelFile} merge=union\n` : "");
    try {
      world.git(on, "merge", "--quiet", "--no-commit", "--no-ff", `-X${side}`, from);
    } catch {
      // Conflicts that the strategy does not decide: settled below.
    }
    for (const file of world.git(on, "diff", "--name-only", "--diff-filter=U").split("\n").filter(Boolean)) {
      try {
        world.git(on, "checkout", `--${side}`, "--", file);
      } catch {
        world.git(on, "rm", "--quiet", "-f", "--", file);
      }
    }
    world.write(on, modelFile, world.project.tidied(world.read(on, modelFile)));
    world.git(on, "add", "--all");
    const status = await this.lockstep(on, "status");
    // Both sides moved one plan: the answer has a command for each side.
    const restoring = status.output.match(/git restore .*/g) ?? [];
    const chosen = restoring[side === "theirs" && restoring.length > 1 ? 1 : 0];
    if (chosen !== undefined) this.shell(on, chosen.replace(/\s+#.*/, ""));
    world.git(on, "add", "--all");
    world.git(on, "commit", "--quiet", "--allow-empty", "-m", `Merge ${from}`);
    this.see(on);
  }

  /** Replaces a plan and its migrations by those of the branch that has its contract. */
  takeContract(on: Branch, plan: string): void {
    const { world, knowledge } = this;
    const { migrationOf, migrationsFolder } = world.project;
    const isContract = (name: string) =>
      knowledge.migration(name).plan === plan && knowledge.migration(name).phase === "contract";
    const filesOn = (branch: Branch) =>
      world
        .git(branch, "ls-files", `lockstep/${plan}`, migrationsFolder)
        .split("\n")
        .filter((file) => file.startsWith("lockstep/") || knowledge.migration(migrationOf(file)).plan === plan);
    const from = branches.find((each) => filesOn(each).some((file) => isContract(migrationOf(file))));
    if (from === undefined) {
      this.problem(`no branch has the contract of ${plan}`);
      return;
    }
    world.git(on, "rm", "--quiet", "-rf", "--ignore-unmatch", "--", ...filesOn(on));
    world.git(on, "checkout", "--quiet", from, "--", ...filesOn(from));
  }

  shell(on: Branch, command: string): void {
    this.log.push(`$ ${command}`);
    const [, ...args] = command.trim().split(/\s+/);
    try {
      this.log.push(this.world.git(on, ...args.map((arg) => arg.replace(/^['"]|['"]$/g, ""))));
    } catch (error) {
      this.problem(`${command}: ${(error as Error).message}`);
    }
  }

  async #write(): Promise<void> {
    const { world, knowledge } = this;
    const n = ++this.#written;
    const columns = await columnsOf(world.production);
    const applied = await world.applied();
    const row = { email: `Written.${n}@X.io`, name: `Written ${n}`, note: `Written note ${n}`, team: "Team 0" };
    const values = new Map<string, string | number>();
    for (const [name, { isRequired }] of columns) {
      if (name in row) values.set(name, row[name as keyof typeof row]);
      else if (isRequired && name !== "id") values.set(name, this.#chosen(name, applied, n));
    }
    const names = [...values.keys()];
    try {
      const [made] = await query(
        world.production,
        `INSERT INTO "User" (${names.map((name) => `"${name}"`).join(", ")}) VALUES (${names.map((_, at) => `$${at + 1}`).join(", ")}) RETURNING id`,
        [...values.values()],
      );
      const id = Number(made!.id);
      knowledge.rows.set(id, row);
      for (const [name, value] of values) if (!(name in row)) this.#choose(name, id, value);
      for (const name of columns.keys()) {
        if (name === "id" || name in row) continue;
        const value = this.#chosen(name, applied, n * 100 + 7);
        await query(world.production, `UPDATE "User" SET "${name}" = $1 WHERE id = $2`, [value, n]);
        this.#choose(name, n, value);
      }
    } catch (error) {
      this.problem(`rows cannot be written: ${(error as Error).message}`);
    }
  }

  #chosen(column: string, applied: readonly string[], n: number): string | number {
    const owner = this.knowledge.ownerOf(column, applied);
    const type = owner && this.knowledge.forms.get(owner.plan)?.form.type;
    return type === "int" ? 100_000 + n : `chosen ${n}`;
  }

  #choose(column: string, id: number, value: string | number): void {
    const own = this.knowledge.chosen.get(column) ?? new Map();
    this.knowledge.chosen.set(column, own.set(id, value));
  }
}
