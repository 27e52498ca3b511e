import type { RunResult } from "../../support/run.js";
import { type Change, entityText, fileOf, quoted, tableOf } from "./change.js";
import { Database } from "./database.js";
import { MariadbProject, statementsOf } from "./project.js";
import { seed, seededRows, serveNew, serveOld, wrongRows } from "./rows.js";

/** What a table is, as the server prints it, and its triggers. */
type State = ReadonlyMap<Change, string>;

/** Every change by the stock commands, all of them together, through every phase and back. */
export class Story {
  readonly problems: ReadonlyMap<Change, string[]>;
  readonly #changes: readonly Change[];
  readonly #refused: readonly Change[];
  readonly #direct: readonly Change[];
  readonly #planned: readonly Change[];
  readonly #project: MariadbProject;
  readonly #databases: Database[] = [];
  /** The columns of each table before its change, and the rows. */
  readonly #before = new Map<Change, { readonly columns: readonly string[]; readonly rows: readonly string[] }>();
  #development!: Database;
  #production!: Database;
  /** Where it is, for what is reported. */
  #phase = "before";

  constructor(changes: readonly Change[]) {
    this.#changes = changes;
    this.problems = new Map(changes.map((change) => [change, []]));
    this.#refused = changes.filter(({ outcome }) => outcome.startsWith("LS"));
    this.#planned = changes.filter(({ outcome }) => outcome === "plan");
    this.#direct = changes.filter((change) => !this.#refused.includes(change) && !this.#planned.includes(change));
    this.#project = new MariadbProject(changes);
  }

  async tell(): Promise<void> {
    try {
      await this.#tell();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      for (const change of this.#concerned(text)) this.#report(change, `the story could not go on: ${text}`);
    }
  }

  async #tell(): Promise<void> {
    const empty = await this.#open();
    await this.#refuse();
    const own = await this.#wanted(empty);
    if (this.#direct.length > 0) await this.#runDirect(own.queries);
    const before = await this.#stateOf(this.#production);
    if (this.#planned.length > 0) await this.#runPlanned();
    this.#compare(own.state, await this.#stateOf(this.#production), "TypeORM's own table");
    this.#compare(own.state, await this.#stateOf(this.#development), "TypeORM's own table, on development");
    await this.#expectRoutines();
    if (this.#planned.length > 0) await this.#undo(before);
  }

  async close(): Promise<void> {
    this.#project.dispose();
    await Promise.all(this.#databases.map((database) => database.close()));
  }

  /** Tables with rows. @returns a database without */
  async #open(): Promise<Database> {
    this.#development = await this.#database();
    const { url } = this.#development;
    this.#project.env = { DATABASE_URL: url };
    await must(this.#project.typeorm(["schema:sync"], { LOCKSTEP: "off" }));
    await this.#development.query(
      "CREATE TABLE IF NOT EXISTS typeorm_metadata (`type` varchar(255) NOT NULL, `database` varchar(255) NULL, `schema` varchar(255) NULL, `table` varchar(255) NULL, `name` varchar(255) NULL, `value` text NULL) ENGINE=InnoDB",
    );
    for (const change of this.#changes)
      if (change.setup !== undefined)
        await this.#development.query(change.setup.replaceAll("{t}", quoted(tableOf(change))));
    const empty = await (await this.#database()).copyOf(this.#development);
    await this.#development.query("INSERT INTO shop (title) VALUES ('One'), ('Two'), ('Three')");
    for (const change of this.#changes) {
      await this.#attempt(change, () => seed(change, this.#development));
      const columns = await this.#development.columns(tableOf(change));
      this.#before.set(change, { columns, rows: await seededRows(change, columns, this.#development) });
    }
    this.#production = await (await this.#database()).copyOf(this.#development);
    this.#project.env = { DATABASE_URL: url, PRODUCTION_DATABASE_URL: this.#production.url };
    return empty;
  }

  /** One after the other, as each has a code of its own. */
  async #refuse(): Promise<void> {
    for (const change of this.#refused) {
      this.#phase = "refused";
      this.#project.set(change, "after");
      const files = this.#project.snapshot();
      const { code, output } = await this.#project.typeorm(["migration:generate", "src/migrations/Refused"]);
      if (code !== 1 || !output.includes(`${change.outcome} `)) this.#report(change, `exit code ${code}: ${output}`);
      if (!output.includes(change.says ?? "")) this.#report(change, `does not say ${change.says}: ${output}`);
      if (JSON.stringify(this.#project.snapshot()) !== JSON.stringify(files))
        this.#report(change, "files were written");
      this.#project.restore(files);
      this.#project.set(change, "before");
    }
    const now = await this.#stateOf(this.#development);
    this.#compare(await this.#stateOf(this.#production), now, "before it was refused");
  }

  /** What TypeORM makes of all changes by itself, where there are no rows. */
  async #wanted(empty: Database): Promise<{ readonly queries: readonly string[]; readonly state: State }> {
    const env = { LOCKSTEP: "off", DATABASE_URL: empty.url, MIGRATIONS: "oracle/*.ts" };
    for (const change of this.#direct) this.#project.set(change, "after");
    const files = this.#project.snapshot();
    const generate = ["migration:generate", "oracle/Own", "-t", "1763648100000"];
    if (this.#direct.length > 0) await must(this.#project.typeorm(generate, env));
    const queries = this.#direct.length > 0 ? statementsOf(this.#project.read("oracle/1763648100000-Own.ts")) : [];
    this.#project.restore(files);
    for (const change of this.#planned) this.#project.set(change, "after");
    await must(this.#project.typeorm(["schema:sync"], env));
    for (const change of this.#planned) this.#project.set(change, "before");
    return { queries, state: await this.#stateOf(empty) };
  }

  async #runDirect(own: readonly string[]): Promise<void> {
    this.#phase = "direct";
    const { output } = await must(this.#generate("Direct", "1763648110000"));
    const [file] = this.#project.migrations();
    const written = file === undefined ? [] : statementsOf(this.#project.read(`src/migrations/${file}`));
    for (const change of this.#direct) {
      const [wanted, is] = [own, written].map((all) => all.filter((sql) => isAbout(change, sql)));
      const isOwn = JSON.stringify(wanted) === JSON.stringify(is);
      if (isOwn === (change.outcome === "corrected")) this.#report(change, `written: ${is?.join("; ")}`);
      const noticed = [...output.matchAll(/! line (\d+) runs unchanged: .*/g)].filter(([, line]) =>
        isAbout(change, written[Number(line) - 1] ?? ""),
      );
      if (change.outcome !== "corrected" && noticed.length > 0 !== (change.outcome === "noticed"))
        this.#report(change, `noticed: ${noticed.join("; ")}`);
      if (change.outcome === "corrected" && !output.includes(`✔ "${tableOf(change)}"`))
        this.#report(change, `says: ${output}`);
    }
    await this.#run();
  }

  async #runPlanned(): Promise<void> {
    this.#phase = "expand";
    for (const change of this.#planned) this.#project.set(change, "after");
    await must(this.#generate("Planned", "1763648120000"));
    await this.#run();
    await this.#serve();
    this.#phase = "backfill";
    await must(this.#project.lockstep("backfill", "run", "--allow-triggers"));
    await this.#serve();
    await must(this.#project.lockstep("backfill", "run", "--allow-triggers"));
    await this.#look(this.#production);
    this.#phase = "contract";
    await must(this.#project.lockstep("next"));
    await must(this.#project.lockstep("next", "--confirm", "writers-aware", "--confirm", "reads-steady"));
    await this.#run();
    await this.#serve({ isOldGone: true });
    await this.#look(this.#production);
    for (const change of this.#planned) {
      const wanted = entityText(change, "after").replace(/^ *\/\*\* @lockstep.*\n/gm, "");
      const is = this.#project.read(fileOf(change));
      if (is !== wanted) this.#report(change, `the entity is not the user's own:\n${is}`);
    }
  }

  /** Out of contract, on a copy: everything is as before. */
  async #undo(before: State): Promise<void> {
    const copy = await (await this.#database()).copyOf(this.#production);
    for (const phase of ["contract", "switch", "expand"]) {
      this.#phase = `undo of ${phase}`;
      await must(this.#project.lockstep("undo", "--yes"));
      await this.#apply(copy);
      await this.#look(copy, { isGone: phase === "expand" });
    }
    for (const change of this.#planned)
      for (const name of change.keeps ?? [])
        await copy.query(`ALTER TABLE ${quoted(tableOf(change))} DROP COLUMN ${quoted(name)}`);
    this.#compare(before, await this.#stateOf(copy), "the table of before");
  }

  async #serve({ isOldGone = false } = {}): Promise<void> {
    for (const change of this.#planned) {
      if (!isOldGone) await this.#attempt(change, () => serveOld(change, this.#production));
      await this.#attempt(change, () => serveNew(change, this.#production));
    }
  }

  /** On both databases, twice: the second time nothing is left to do. */
  async #run(): Promise<void> {
    for (const database of [this.#development, this.#production]) {
      await this.#apply(database);
      await this.#look(database, { areValuesDue: false });
    }
    const { code, output } = await this.#generate("Drift", "1763648199000", "--check");
    if (code !== 0) for (const change of this.#concerned(output)) this.#report(change, `TypeORM sees: ${output}`);
  }

  async #apply(database: Database): Promise<void> {
    const env = { DATABASE_URL: database.url };
    await database.query(
      "CREATE TABLE IF NOT EXISTS migrations (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, timestamp bigint NOT NULL, name varchar(255) NOT NULL)",
    );
    const [last] = await database.query("SELECT coalesce(max(id), 0) AS id FROM migrations");
    await must(this.#project.typeorm(["migration:run"], env));
    if (this.#phase === "direct") return void (await database.metadata());
    const once = await this.#stateOf(database);
    // The units of plans may run twice.
    await database.query(`DELETE FROM migrations WHERE id > ${last?.id} AND name NOT LIKE 'PlannedOriginal%'`);
    await must(this.#project.typeorm(["migration:run"], env));
    this.#compare(once, await this.#stateOf(database), "the table of the first run");
  }

  /** What was there is as it was, and what is new is right. */
  async #look(database: Database, { areValuesDue = true, isGone = false } = {}): Promise<void> {
    for (const change of this.#changes) {
      const before = this.#before.get(change);
      if (before === undefined) continue;
      await this.#attempt(change, async () => {
        const there = await database.columns(tableOf(change));
        if (before.columns.every((name) => there.includes(name))) {
          const rows = await seededRows(change, before.columns, database);
          if (JSON.stringify(rows) !== JSON.stringify(before.rows))
            this.#report(change, `rows changed:\n${before.rows.join("\n")}\nare\n${rows.join("\n")}`);
        }
        if (!areValuesDue || isGone || !this.#planned.includes(change)) return;
        const wrong = await wrongRows(change, database);
        if (wrong.length > 0) this.#report(change, `${wrong.length} rows are wrong: ${JSON.stringify(wrong[0])}`);
      });
    }
  }

  async #stateOf(database: Database): Promise<State> {
    const state = new Map<Change, string>();
    for (const change of this.#changes) {
      const table = await database.table(tableOf(change));
      // What TypeORM drops and adds again it moves to the end.
      const lines = change.outcome === "corrected" ? table.map((line) => line.replace(/,$/, "")).sort() : table;
      state.set(change, [...lines, ...(await database.triggers(tableOf(change)))].join("\n"));
    }
    return state;
  }

  #compare(wanted: State, is: State, what: string): void {
    for (const [change, text] of wanted)
      if (is.get(change) !== text) this.#report(change, `not ${what}:\n${text}\nbut\n${is.get(change)}`);
  }

  async #expectRoutines(): Promise<void> {
    const routines = await this.#production.routines();
    if (routines.length > 0) throw new Error(`routines are left: ${routines.join(", ")}`);
  }

  #generate(name: string, timestamp: string, ...more: readonly string[]): Promise<RunResult> {
    return this.#project.typeorm(["migration:generate", `src/migrations/${name}`, "-t", timestamp, ...more]);
  }

  async #attempt(change: Change, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#report(change, error instanceof Error ? error.message : String(error));
    }
  }

  /** The changes that a text names; all of them when it names none. */
  #concerned(text: string): readonly Change[] {
    const named = this.#changes.filter((change) => isAbout(change, text));
    return named.length > 0 ? named : this.#changes;
  }

  #report(change: Change, what: string): void {
    this.problems.get(change)?.push(`${this.#phase}: ${what.slice(0, 2500)}`);
  }

  async #database(): Promise<Database> {
    const database = await Database.create("matrix");
    this.#databases.push(database);
    return database;
  }
}

async function must(running: Promise<RunResult>): Promise<RunResult> {
  const result = await running;
  if (result.code !== 0) throw new Error(`exit code ${result.code}: ${toldBy(result)}`);
  return result;
}

/** TypeORM prints queries about all tables first. */
function toldBy({ output }: RunResult): string {
  return output.slice(Math.max(0, output.search(/^(?:Error|LS\d{4}|Migration .* failed)/m))).trim();
}

function isAbout(change: Change, sql: string): boolean {
  return sql.replaceAll("\\`", "`").includes(quoted(tableOf(change)));
}
