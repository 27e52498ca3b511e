import { setTimeout as sleep } from "node:timers/promises";
import { nextPhase } from "../../core/src/plan/next-phase.js";
import { App, type Knowledge } from "./app.js";
import { type Change, hasTrigger, slugOf } from "./change.js";
import type { GeneratedClient } from "./clients.js";
import type { Layout } from "./project.js";
import { Stage } from "./stage.js";

/**
 * Several independent changes in one project, each its own `migrate dev` and its own plan, through every phase, and back from
 * expand. They share what costs time and proves nothing twice: databases, deployments, generated clients.
 *
 * @returns what went wrong, by change: nothing should
 */
export async function tellStory(
  changes: readonly Change[],
  layout: Layout = {},
): Promise<ReadonlyMap<Change, readonly string[]>> {
  const stage = new Stage(changes, layout);
  try {
    await new Story(stage).tell();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const change of changes) stage.report(change, `the group could not go on: ${text}`);
  } finally {
    await stage.close();
  }
  return stage.problems;
}

class Story {
  readonly #stage: Stage;
  /** Plans by change; a safe change has none. */
  readonly #plans = new Map<Change, string>();
  /** The functions of lockstep.config.ts so far. */
  #fills = "";

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async tell(): Promise<void> {
    const stage = this.#stage;
    await stage.open();
    const old = await this.#app("the build before", await stage.clients.current());
    await this.#serve(old);

    stage.phase = "expand";
    for (const change of [...stage.changes]) await this.#develop(change);
    await this.#afterPhase();
    const expandClient = await stage.clients.current();
    await this.#undo();
    await this.#deploy(old);
    const expand = await this.#app("the build of expand", expandClient);
    await this.#serve(old, expand);

    stage.phase = "backfill";
    await this.#serve(old, expand);
    await this.#backfill(old);
    await this.#serve(old, expand);
    await old.close();
    await this.#fillWhatTheOldBuildLeft();
    await stage.lookAtValues(stage.production);

    stage.phase = "switch";
    await this.#next();
    await this.#afterPhase();
    const read = await this.#app("the build of switch", await stage.clients.current());
    await this.#serve(expand, read);
    await expand.close();

    stage.phase = "contract";
    await this.#next("writers-aware", "reads-steady");
    await this.#afterPhase();
    await this.#serve(read);
    await this.#deploy(read);
    const contract = await this.#app("the build of contract", await stage.clients.current());
    await this.#serve(read, contract);
    await Promise.all([read.close(), contract.close()]);
    await this.#end();
  }

  async #app(name: string, client: GeneratedClient): Promise<App> {
    return new App(name, client, this.#stage.production, this.#stage.changes);
  }

  #knowledge(app: App): Knowledge {
    const stage = this.#stage;
    const fields = (name: string) => stage.beforeModels.find((model) => model.name === name)?.fields;
    return {
      report: (change, what) => stage.report(change, what),
      added: new Map(
        stage.afterModels.map((model) => {
          const former = fields(model.name);
          // It is as good as new for builds that must write it.
          const isNew = ({ name, isRequired }: { name: string; isRequired: boolean }) =>
            former?.every((field) => field.name !== name || (isRequired && !field.isRequired)) ?? false;
          return [model.name, new Set(model.fields.filter(isNew).map(({ name }) => name))];
        }),
      ),
      isOptionalForGood: (model, name) =>
        stage.afterModels.find((each) => each.name === model)?.fields.find((field) => field.name === name)
          ?.isRequired === false,
      mayLeaveOut: (change) => stage.phase !== "contract" && (hasTrigger(change) || app.isBefore),
    };
  }

  /** The builds serve in turn, then what they chose themselves is looked at. */
  async #serve(...apps: readonly App[]): Promise<void> {
    for (const app of apps) await app.serve(this.#knowledge(app));
    for (const app of apps) await app.settle(this.#knowledge(app));
  }

  /** The command while a build goes on serving. */
  async #under<T>(app: App, command: Promise<T>): Promise<T> {
    let isRunning = true;
    const result = command.finally(() => {
      isRunning = false;
    });
    result.catch(() => undefined);
    while (isRunning) {
      await app.serve(this.#knowledge(app));
      await sleep(500);
    }
    await app.settle(this.#knowledge(app));
    return result;
  }

  /** `prisma migrate dev`, as the user types it after editing the model. */
  async #develop(change: Change): Promise<void> {
    const { project, engine } = this.#stage;
    const slug = slugOf(change);
    const before = project.schema();
    const known = project.migrations();
    project.edit(project.schemaFile(slug), change.before, change.after);
    if (change.fills !== undefined) {
      this.#fills += change.fills;
      project.writeConfig(this.#fills);
    }
    const dev = await project.prisma(["migrate", "dev", "--name", slug]);
    if (dev.code !== 0) {
      this.#stage.report(change, `migrate dev: ${dev.output.trim().slice(-1200)}`);
      this.#stage.drop(change);
      this.#fills = this.#fills.replace(change.fills ?? "", "");
      await project.restore();
      return;
    }
    const written = project.migrations().filter((name) => !known.includes(name));
    const plan = written.find((name) => project.exists(`lockstep/${name}/plan.json`));
    if (change.isSafe === true) {
      const own = await engine.between(before, project.schema());
      const passed = written.map((name) => project.read(`prisma/migrations/${name}/migration.sql`));
      if (plan !== undefined) this.#stage.report(change, "a plan was made for a safe change");
      else if (passed.length !== 1 || passed[0]?.trim() !== own.trim())
        this.#stage.report(change, `the migration is not Prisma's own: ${passed.join("\n")}\nexpected:\n${own}`);
    } else if (plan === undefined) {
      this.#stage.report(change, `no plan was made: ${dev.output}`);
    }
    if (plan !== undefined) this.#plans.set(change, plan);
    await project.commit(change.name);
  }

  /** Prisma's own diff is empty, and a second `migrate dev` has nothing to do. */
  async #afterPhase(): Promise<void> {
    const { project } = this.#stage;
    await this.#stage.lookForDrift();
    await project.commit(this.#stage.phase);
    if (this.#stage.phase === "switch") return;
    const again = await this.#stage.must(project.prisma(["migrate", "dev", "--name", "again"]));
    const changed = await project.changedFiles();
    // The development database gets contract by this very command; it has nothing to write either way.
    if (!/already in sync|is now in sync/i.test(again.output) || changed.length > 0)
      throw new Error(`migrate dev is not in sync: ${changed.join(", ")} ${again.output}`);
  }

  /** The stock command, while a build goes on serving. */
  async #deploy(app: App): Promise<void> {
    const { project, production } = this.#stage;
    await this.#under(app, this.#stage.must(project.prisma(["migrate", "deploy"], { DATABASE_URL: production })));
  }

  async #backfill(app: App): Promise<void> {
    const { project } = this.#stage;
    const all = [...this.#plans].filter(([, plan]) => project.plan(plan).backfills.length > 0);
    await this.#under(
      app,
      (async () => {
        for (const [change, plan] of all) await this.#fill(change, plan);
      })(),
    );
  }

  async #fill(change: Change, plan: string, ...more: readonly string[]): Promise<void> {
    const { project } = this.#stage;
    const flags = [...(change.backfillFlags ?? []), ...more];
    await this.#stage.attempt(change, async () => {
      await this.#stage.must(project.lockstep(["backfill", "run", plan, ...flags]));
    });
  }

  /**
   * Where no trigger can compute the value, the sweep comes when the last build that does not know the column is gone; and no
   * migration can fill the development database.
   */
  async #fillWhatTheOldBuildLeft(): Promise<void> {
    for (const [change, plan] of this.#plans) {
      if (hasTrigger(change)) continue;
      await this.#fill(change, plan);
      await this.#fill(change, plan, "--target", "development");
    }
  }

  /** `lockstep next` for every plan that has such a phase. */
  async #next(...confirmations: readonly string[]): Promise<void> {
    const { project, phase } = this.#stage;
    for (const [change, plan] of this.#plans) {
      if (nextPhase(project.plan(plan)) !== phase) continue;
      await this.#stage.attempt(change, async () => {
        const { gates } = project.plan(plan);
        const asked = confirmations.filter((each) => gates.contract.some(({ gate }) => gate === each));
        await this.#stage.must(project.lockstep(["next", plan, ...asked.flatMap((each) => ["--confirm", each])]));
      });
    }
  }

  /** Back from expand, on a database of its own that is only now at expand. */
  async #undo(): Promise<void> {
    const stage = this.#stage;
    const isUnit = (name: string) => !name.includes("_init_");
    await stage.apply(stage.spare, stage.project.migrations().filter(isUnit));
    await this.#back("undo of expand", stage.spare, 1, () => "undo");
    stage.phase = "expand";
  }

  /**
   * A command for every plan that has more to take back, deployed, as many times: everything is as before. Afterwards the
   * repository is where it was.
   */
  async #back(way: string, url: string, times: number, commandFor: (change: Change) => string): Promise<void> {
    const stage = this.#stage;
    const { project } = stage;
    stage.phase = way;
    for (let time = 1; time <= times; time++) {
      const released = project.migrations();
      for (const [change, plan] of this.#plans) {
        if (project.plan(plan).state.released === "undone") continue;
        await stage.attempt(change, async () => {
          await stage.must(project.lockstep([commandFor(change), plan, "--yes"]));
        });
      }
      const added = project.migrations().filter((name) => !released.includes(name));
      await stage.apply(url, added);
      await stage.lookForDrift();
      await stage.lookAtOldRows(url);
      await project.commit(`${way}, ${time}`);
    }
    for (const [change] of this.#plans) {
      if (!project.read(project.schemaFile(slugOf(change))).includes(remainsOf(change)))
        stage.report(change, "the model is not as it was before");
    }
    const reference = await stage.reference((change) => (this.#plans.has(change) ? remainsOf(change) : change.after));
    await stage.lookAtCatalogue(url, reference, "the database is not as before");
    await project.takeBack(times);
  }

  async #end(): Promise<void> {
    const stage = this.#stage;
    const { project, production } = stage;
    stage.phase = "end";
    await stage.lookAtValues(production);
    await stage.lookAtOldRows(production);
    const reference = await stage.reference((change) => change.after);
    await stage.lookAtCatalogue(production, reference, "production");
    await stage.lookAtCatalogue(stage.development, reference, "development");
    for (const change of stage.changes) {
      const expected = squeeze(change.end ?? withoutAnnotations(change.after));
      const text = squeeze(project.read(project.schemaFile(slugOf(change))));
      if (!text.includes(expected)) stage.report(change, `the model is not the user's own:\n${text}`);
    }
    const status = await stage.must(project.lockstep(["status", "--json"]));
    const { plans } = JSON.parse(status.stdout) as { plans: { plan: string; isDone: boolean }[] };
    for (const [change, plan] of this.#plans) {
      if (plans.find((each) => each.plan === plan)?.isDone !== true)
        stage.report(change, "status: the plan is not done");
    }
    // One of the two ways out for each: every second goes phase by phase, the others in one step.
    const isStepwise = (change: Change) => stage.changes.indexOf(change) % 2 === 0;
    const way = "out of contract";
    await this.#back(way, await stage.copyOfProduction(), 3, (change) => (isStepwise(change) ? "undo" : "abandon"));
  }
}

function remainsOf(change: Change): string {
  return change.remains ?? change.before;
}

/** Contract takes the annotations out; `@lockstep.skip` stays. */
function withoutAnnotations(text: string): string {
  return text.replace(/^ *\/\/\/ @lockstep\.(?!skip).*\n/gm, "");
}

/** Spaces between words do not count: Prisma's formatter aligns columns. */
function squeeze(text: string): string {
  return text.replace(/[ \t]+/g, " ").replace(/^ /gm, "");
}
