/**
 * Batches of several workers and transactions of an application, in an order that fast-check chooses and can repeat: what is in the table
 * in the end is what some serial order leaves.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { signalsOf } from "../../support/between-batches.js";
import { numbered, type System, systems } from "./systems.js";

const rows = numbered(24);

/** A batch may begin; or the application does something, to a row that is named by its place among those there are. */
type Step = { readonly kind: "batch" } | Control | Write;
type Control = { readonly kind: "begin" } | { readonly kind: "commit" } | { readonly kind: "rollback" };
type Write =
  | { readonly kind: "insert"; readonly key: number; readonly chooses: boolean }
  | { readonly kind: Change; readonly at: number }
  | { readonly kind: "move"; readonly at: number; readonly key: number };
type Change = "email" | "choose" | "clear" | "delete";

const at = fc.nat(23);
/** Before, between and after those there are. */
const key = fc.integer({ min: -50, max: 100 });
const changes: readonly Change[] = ["email", "choose", "delete"];
const stepsOf = (leavesEmpty: boolean): fc.Arbitrary<readonly Step[]> => {
  const chooses = leavesEmpty ? fc.boolean() : fc.constant(true);
  const change = fc.constantFrom(...changes, ...(leavesEmpty ? (["clear"] as const) : []));
  const steps: readonly fc.WeightedArbitrary<Step>[] = [
    { weight: 5, arbitrary: fc.constant({ kind: "batch" }) },
    { weight: 2, arbitrary: fc.constant({ kind: "begin" }) },
    { weight: 2, arbitrary: fc.constantFrom({ kind: "commit" }, { kind: "commit" }, { kind: "rollback" }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("insert"), key, chooses }) },
    { weight: 4, arbitrary: fc.record({ kind: change, at }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("move"), at, key }) },
  ];
  return fc.array(fc.oneof(...steps), { minLength: 10, maxLength: 50 });
};

/** What a row may hold now: by the writes to it, with the fill at none, some or all places between them. */
interface Row {
  readonly key: number;
  readonly email: string;
  readonly handles: ReadonlySet<string | null>;
}

const filled = ({ email, handles }: Row): ReadonlySet<string | null> =>
  handles.has(null) ? new Set([...handles, email.toLowerCase()]) : handles;

/** The application, and what it knows of its rows. */
class Application {
  #rows: readonly Row[] = rows.map(([key, email]) => ({ key: Number(key), email, handles: new Set([null]) }));
  #before: readonly Row[] | undefined;
  #count = 0;

  constructor(private readonly db: Connection) {}

  async step(step: Control | Write): Promise<void> {
    const isOpen = this.#before !== undefined;
    if (step.kind === "begin") {
      if (isOpen) return;
      this.#before = this.#rows;
      await this.db.query("BEGIN");
    } else if (step.kind === "commit" || step.kind === "rollback") {
      if (!isOpen) return;
      await this.db.query(step.kind.toUpperCase());
      if (step.kind === "rollback") this.#rows = this.#before!;
      this.#before = undefined;
    } else await this.#write(step);
  }

  async #write(step: Write): Promise<void> {
    const { literal, identifier } = this.db.dialect.sql.quote;
    const table = identifier("User");
    this.#count += 1;
    if ("key" in step && this.#rows.some(({ key }) => key === step.key)) return;
    if (step.kind === "insert") {
      const email = `New${this.#count}@X.org`;
      const chosen = step.chooses ? `chosen-${this.#count}` : null;
      await this.db.query(
        `INSERT INTO ${table} (id, email, handle) VALUES (${step.key}, ${literal(email)}, ${chosen === null ? "NULL" : literal(chosen)})`,
      );
      this.#rows = [...this.#rows, { key: step.key, email, handles: new Set([chosen]) }];
      return;
    }
    const row = this.#rows[step.at % Math.max(this.#rows.length, 1)];
    if (row === undefined) return;
    const handles = filled(row);
    const update = async (set: string, now: Row) => {
      await this.db.query(`UPDATE ${table} SET ${set} WHERE id = ${row.key}`);
      this.#rows = this.#rows.map((each) => (each === row ? now : each));
    };
    if (step.kind === "delete") {
      await this.db.query(`DELETE FROM ${table} WHERE id = ${row.key}`);
      this.#rows = this.#rows.filter((each) => each !== row);
    } else if (step.kind === "move") await update(`id = ${step.key}`, { ...row, key: step.key, handles });
    else if (step.kind === "email") {
      const email = `Moved${this.#count}@X.org`;
      await update(`email = ${literal(email)}`, { ...row, email, handles });
    } else {
      const chosen = step.kind === "choose" ? `chosen-${this.#count}` : null;
      await update(`handle = ${chosen === null ? "NULL" : literal(chosen)}`, { ...row, handles: new Set([chosen]) });
    }
  }

  /** What is in the table and should not be, or the other way round. */
  async differences(): Promise<readonly string[]> {
    const found = await this.db.query<{ id: number; email: string; handle: string | null }>(
      `SELECT id, email, handle FROM ${this.db.dialect.sql.quote.identifier("User")}`,
    );
    const byKey = new Map(found.rows.map((row) => [Number(row.id), row]));
    const wrong = this.#rows.flatMap((row) => {
      const there = byKey.get(row.key);
      if (there === undefined) return [`${row.key} is lost`];
      const allowed = [...filled(row)].filter((handle) => handle !== null);
      return there.email === row.email && allowed.includes(String(there.handle))
        ? []
        : [`${row.key} is ${there.email}, ${there.handle}; not ${row.email}, ${allowed.join(" or ")}`];
    });
    return found.rows.length > this.#rows.length ? [...wrong, "more rows than there should be"] : wrong;
  }
}

/** Lets batches begin one by one. */
class Gate {
  #allowed = 0;
  #isOpen = false;
  readonly #waiting: (() => void)[] = [];

  pass(): Promise<void> {
    if (this.#isOpen) return Promise.resolve();
    if (this.#allowed > 0) {
      this.#allowed -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  allow(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#allowed += 1;
    else next();
  }
  open(): void {
    this.#isOpen = true;
    for (const next of this.#waiting.splice(0)) next();
  }
}

/** @returns what differs from every serial order, and how many batches ended between steps of the application */
async function interleave(system: System, url: string, db: Connection, workers: number, steps: readonly Step[]) {
  await system.clear(db);
  const spec = await system.makeTable(db, { rows });
  const application = new Application(db);
  const gate = new Gate();
  let ended = 0;
  let isDone = false;
  let tell = () => {};
  const run = system
    .fillTable(url, spec, {
      workers,
      batch: { startRows: 4, minRows: 4, maxRows: 4 },
      lockTimeoutMs: 50,
      ...signalsOf([async () => void (await gate.pass())]),
      onEvent({ kind }) {
        if (kind === "progress") ended += 1;
        if (kind === "progress" || kind === "retry" || kind === "finished") tell();
      },
    })
    .finally(() => {
      isDone = true;
      tell();
    });
  // Awaited at the end; until then nobody listens to how it fails.
  run.catch(() => undefined);
  let between = 0;
  try {
    for (const step of steps) {
      if (step.kind !== "batch") await application.step(step);
      else if (!isDone) {
        // Until it has ended, or waits for the application; a worker that finds nothing more to do says nothing.
        const before = ended;
        await new Promise<void>((resolve) => {
          tell = resolve;
          setTimeout(resolve, 150);
          gate.allow();
        });
        between += ended - before;
      }
    }
    await application.step({ kind: "commit" });
  } finally {
    gate.open();
  }
  expect(await run).toMatchObject({ status: "done" });
  return { differences: await application.differences(), between };
}

describe.each(systems)("on $name", (system) => {
  let database: Awaited<ReturnType<typeof system.createDatabase>>;
  let db: Connection;
  beforeAll(async () => {
    database = await system.createDatabase("interleavings");
    db = await connect(database.url, { applicationName: "test" });
  });
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });

  it.each([1, 3])("every interleaving with batches of %i workers equals a serial order", async (workers) => {
    let between = 0;
    await fc.assert(
      // Without fill triggers a row that the application empties later stays so: those of MariaDB are not there.
      fc.asyncProperty(stepsOf(system.name === "PostgreSQL"), async (steps) => {
        const ran = await interleave(system, database.url, db, workers, steps);
        between += ran.between;
        expect(ran.differences).toEqual([]);
      }),
      { numRuns: 25, endOnFailure: true },
    );
    // Else batches and writes only followed each other.
    expect(between).toBeGreaterThan(25);
  });
});
