import { createDatabase, type TestDatabase } from "../support/database.js";
import type { RunResult } from "../support/run.js";
import { Engine } from "../support/schema-engine.js";
import { type Change, modelNames, slugOf, withRows } from "./change.js";
import { Clients } from "./clients.js";
import { catalogueOf, query, rowsOf } from "./databases.js";
import { differences } from "./differences.js";
import { datamodelOf, type Model } from "./dmmf.js";
import { type Layout, MatrixProject } from "./project.js";

const rowsInDevelopment = 12;
export const rowsInProduction = 60;

/** What the changes of a group share, and the proofs that need no phase. */
export class Stage {
  /** Those that are still in the story. */
  readonly changes: Change[];
  readonly project: MatrixProject;
  readonly clients: Clients;
  readonly problems: ReadonlyMap<Change, string[]>;
  readonly #schemas: readonly string[];
  readonly #databases: TestDatabase[] = [];
  readonly #seeded = new Map<Model, { change: Change; rows: string[] }>();
  engine!: Engine;
  development!: string;
  production!: string;
  /** Like production; for the way back. */
  spare!: string;
  beforeModels!: readonly Model[];
  afterModels!: readonly Model[];
  /** Where the story is, for what is reported. */
  phase = "before";

  constructor(changes: readonly Change[], layout: Layout) {
    const names = changes.flatMap(({ before, after }) => [...new Set(modelNames(before + after))]);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new Error(`two changes of one group have a model ${twice}`);
    this.changes = [...changes];
    this.problems = new Map(changes.map((change) => [change, []]));
    this.project = new MatrixProject(layout);
    this.clients = new Clients(this.project);
    this.#schemas = layout.schemas ?? ["public"];
  }

  /** Project, first migrations, and three filled databases of the old model. */
  async open(): Promise<void> {
    const { project, changes } = this;
    this.development = await this.#database("matrix_dev");
    project.urls = { DATABASE_URL: this.development };
    this.engine = new Engine(this.development, project.root);
    const header = project.header();
    for (const [index, change] of changes.entries()) {
      const sql = await this.engine.between(undefined, [{ path: "schema.prisma", content: header + change.before }]);
      const name = `202601010000${String(index).padStart(2, "0")}_init_${slugOf(change)}`;
      project.write(`prisma/migrations/${name}/migration.sql`, change.created?.(sql) ?? sql);
    }
    project.writeSchema(new Map(changes.map((change) => [slugOf(change), change.before])));
    const modelsOf = async (key: "before" | "after") =>
      (await datamodelOf(header + changes.map((change) => change[key]).join("\n"))).models;
    this.beforeModels = await modelsOf("before");
    this.afterModels = await modelsOf("after");
    await project.git("init", "--quiet", "-b", "main");
    await project.commit("The project");
    await this.must(project.prisma(["migrate", "deploy"]));
    for (const change of changes) if (change.setup) await query(this.development, change.setup);
    this.production = await this.#database("matrix_prod", this.development);
    project.urls = { DATABASE_URL: this.development, PRODUCTION_DATABASE_URL: this.production };
    for (const change of changes) {
      await this.attempt(change, async () => {
        await query(this.development, withRows(change.rows, rowsInDevelopment));
        await query(this.production, withRows(change.rows, rowsInProduction));
        for (const model of this.modelsOf(change, this.beforeModels)) {
          const rows = await rowsOf(this.production, model, change.moving);
          this.#seeded.set(model, { change, rows });
        }
      });
    }
    this.spare = await this.copyOfProduction();
  }

  /** Migrations as the engine runs them, each file one simple query; on a database that no Prisma command looks at. */
  async apply(url: string, migrations: readonly string[]): Promise<void> {
    for (const name of migrations) await query(url, this.project.read(`prisma/migrations/${name}/migration.sql`));
  }

  /** A copy of production, to which nobody may be connected. */
  copyOfProduction(): Promise<string> {
    return this.#database("matrix_copy", this.production);
  }

  async close(): Promise<void> {
    await this.engine?.close();
    this.project.dispose();
    await Promise.all(this.#databases.map((database) => database.drop()));
  }

  report(change: Change, what: string): void {
    this.problems.get(change)?.push(`${change.name} · ${this.phase}: ${what.slice(0, 1500)}`);
  }

  /** Takes a change out that got no further, so that the others can be told to the end. */
  drop(change: Change): void {
    this.changes.splice(this.changes.indexOf(change), 1);
  }

  /** What one change gets wrong does not keep the others from being looked at. */
  async attempt(change: Change, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.report(change, error instanceof Error ? error.message : String(error));
    }
  }

  /** A command that must succeed. */
  async must(running: Promise<RunResult>): Promise<RunResult> {
    const result = await running;
    if (result.code !== 0) throw new Error(`exit code ${result.code}: ${result.output.trim().slice(-1200)}`);
    return result;
  }

  modelsOf(change: Change, models: readonly Model[]): Model[] {
    const names = modelNames(change.before + change.after);
    return models.filter((model) => names.includes(model.name));
  }

  /** Rows of the seed that are lost or differ in a column that was there before. */
  async lookAtOldRows(url: string): Promise<void> {
    for (const [model, { change, rows }] of this.#seeded) {
      if (!this.changes.includes(change)) continue;
      const now = new Set(await rowsOf(url, model, change.moving));
      const lost = rows.filter((row) => !now.has(row));
      if (lost.length > 0)
        this.report(change, `${lost.length} of ${rows.length} rows of ${model.name} are lost or changed: ${lost[0]}`);
    }
  }

  /** Rows whose new values are wrong. */
  async lookAtValues(url: string): Promise<void> {
    for (const change of this.changes) {
      await this.attempt(change, async () => {
        const wrong = await query(url, withRows(change.wrongRows, rowsInProduction));
        if (wrong.length > 0) this.report(change, `${wrong.length} rows are wrong: ${JSON.stringify(wrong[0])}`);
      });
    }
  }

  /** The migrations make what the model says, as Prisma sees it. */
  async lookForDrift(): Promise<void> {
    const { project } = this;
    const drift = await this.engine.drift(project.migrationsFolder, project.schema());
    if (drift === undefined) return;
    const named = this.#concerned(drift);
    for (const change of named) this.report(change, `Prisma sees a difference: ${drift}`);
  }

  /** The database has what Prisma's own SQL would have made, or what was there before. */
  async lookAtCatalogue(url: string, reference: string, what: string): Promise<void> {
    const [expected, actual] = await Promise.all([reference, url].map((each) => catalogueOf(each, this.#schemas)));
    for (const difference of differences(expected, actual))
      for (const change of this.#concerned(difference)) this.report(change, `${what}: ${difference}`);
  }

  /** A database made by Prisma's own SQL alone: the old model, and from there to another of each change. */
  async reference(modelsOf: (change: Change) => string): Promise<string> {
    const { project } = this;
    const reference = await this.#database("matrix_reference");
    await this.apply(
      reference,
      project.migrations().filter((name) => name.includes("_init_")),
    );
    for (const change of this.changes) if (change.setup) await query(reference, change.setup);
    const schema = (textOf: (change: Change) => string) => [
      { path: "schema.prisma", content: project.header() + this.changes.map(textOf).join("\n") },
    ];
    const sql = await this.engine.between(
      schema((change) => change.before),
      schema(modelsOf),
    );
    // One by one: a value that was added to an enum can be used only when that is committed.
    for (const statement of sql.split(/;\n/)) await query(reference, statement);
    return reference;
  }

  /** The changes that a text names, by their tables; all of them when it names none. */
  #concerned(text: string): readonly Change[] {
    const words = text.replaceAll('"', "");
    const namesOf = ({ before, after }: Change) =>
      [...(before + after).matchAll(/^(?:model|enum) (\w+)|@@map\("([^"]*)"\)/gm)].map(
        (match) => match[1] ?? match[2] ?? "",
      );
    const named = this.changes.filter((change) =>
      namesOf(change).some(
        (name) => words.includes(`.${name}`) || words.includes(`_${name}_`) || words.includes(`\`${name}\``),
      ),
    );
    return named.length > 0 ? named : this.changes;
  }

  async #database(prefix: string, template?: string): Promise<string> {
    const database = await createDatabase(prefix, template);
    this.#databases.push(database);
    return database.url;
  }
}
