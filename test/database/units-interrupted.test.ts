import { afterEach, describe, expect, it } from "vitest";
import { until, waitEvent } from "../support/sessions.js";
import {
  catalogueOf,
  checkState,
  countNulls,
  fillAll,
  openReader,
  openUserDatabase,
  outcome,
  type UnitDatabase,
  untilPausing,
  writeNull,
} from "../support/unit-database.js";
import { filesOf } from "../support/units.js";

let database: UnitDatabase | undefined;

const files = filesOf();

afterEach(async () => {
  await database?.end();
  database = undefined;
});

/**
 * Stops whoever runs its nth ALTER TABLE from now on until the gate is opened: 1 adds the check, 2 validates, 3 drops
 * it.
 */
async function gateAt({ observer }: UnitDatabase, nth: number): Promise<{ open(): Promise<void> }> {
  await observer.query(`SELECT pg_advisory_lock(7); CREATE SCHEMA gate; CREATE SEQUENCE gate.passed;
    CREATE FUNCTION gate.wait() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN
      IF nextval('gate.passed') = ${nth} THEN PERFORM pg_advisory_xact_lock(7); END IF; END$$;
    CREATE EVENT TRIGGER gate ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION gate.wait()`);
  return {
    open: async () =>
      void (await observer.query("SELECT pg_advisory_unlock(7); DROP EVENT TRIGGER gate; DROP SCHEMA gate CASCADE")),
  };
}

const untilAtGate = ({ observer, session }: UnitDatabase) =>
  until("prove waits at the gate", async () => (await waitEvent(observer, session.pid)) === "advisory");

/** Ways to hold prove after one of its COMMITs. They give back what takes the obstacle away. */
const points: {
  name: string;
  rows: number;
  isFilled: boolean;
  left: { check: string; nulls: number };
  hold(live: UnitDatabase): Promise<{ reach(): Promise<void>; clear(): Promise<void> }>;
}[] = [
  {
    name: "the first one, and the check waits behind a reader",
    rows: 20,
    isFilled: true,
    left: { check: "none", nulls: 0 },
    async hold(live) {
      const reader = await openReader(live);
      return { reach: () => untilPausing(live), clear: reader.leave };
    },
  },
  {
    name: "the first batch, and the second waits",
    rows: 2500,
    isFilled: false,
    left: { check: "none", nulls: 1500 },
    async hold(live) {
      await live.observer.query(`SELECT pg_advisory_lock(7);
        CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END$$;
        CREATE TRIGGER audit BEFORE UPDATE ON "User" FOR EACH ROW WHEN (NEW."id" = 1500) EXECUTE FUNCTION audit()`);
      return {
        reach: () => untilAtGate(live),
        clear: async () =>
          void (await live.observer.query("SELECT pg_advisory_unlock(7); DROP FUNCTION audit CASCADE")),
      };
    },
  },
  {
    name: "a batch without the row that another session has locked",
    rows: 20,
    isFilled: false,
    left: { check: "none", nulls: 1 },
    async hold(live) {
      const writer = await live.open();
      await writer.query(`BEGIN; SELECT FROM "User" WHERE "id" = 7 FOR UPDATE`);
      const reach = async () => {
        await until("all other rows are filled", async () => (await countNulls(live)) === 1);
        await untilPausing(live);
      };
      return { reach, clear: async () => void (await writer.query("COMMIT")) };
    },
  },
  {
    name: "the check, before it is validated",
    rows: 20,
    isFilled: true,
    left: { check: "not valid", nulls: 0 },
    async hold(live) {
      const gate = await gateAt(live, 2);
      return { reach: () => untilAtGate(live), clear: gate.open };
    },
  },
  {
    name: "the failed proof, and taking the check off waits behind a reader",
    rows: 20,
    isFilled: true,
    left: { check: "not valid", nulls: 1 },
    async hold(live) {
      const [gate, first] = [await gateAt(live, 2), await openReader(live)];
      let second: { leave(): Promise<void> } | undefined;
      const reach = async () => {
        await untilPausing(live);
        await writeNull(live); // after prove looked for NULLs, before its check refuses them
        await first.leave();
        await untilAtGate(live);
        second = await openReader(live);
        await gate.open();
        await untilPausing(live);
      };
      const clear = async () => {
        await second?.leave();
        await live.observer.query(`DELETE FROM "User" WHERE "handle" IS NULL`);
      };
      return { reach, clear };
    },
  },
];

describe("prove is killed after a COMMIT", () => {
  it.each(points)("$name", async ({ rows, isFilled, left, hold }) => {
    const live = await openUserDatabase({ isLarge: true, rows });
    database = live;
    await live.session.query(files.expand);
    const before = await catalogueOf(live);
    if (isFilled) await fillAll(live);
    const { reach, clear } = await hold(live);
    const killed = outcome(live.session.query(files.prove));
    await reach();
    await live.observer.query("SELECT pg_terminate_backend($1)", [live.session.pid]);
    expect(await killed).not.toBe("done");
    await until("the backend is gone", async () => {
      const { rows: found } = await live.observer.query("SELECT FROM pg_stat_activity WHERE pid = $1", [
        live.session.pid,
      ]);
      return found.length === 0;
    });
    expect({ check: await checkState(live), nulls: await countNulls(live) }).toEqual(left);

    await clear();
    const again = await live.open();
    await again.query(files.prove);
    expect({ check: await checkState(live), nulls: await countNulls(live) }).toEqual({ check: "valid", nulls: 0 });
    await again.query(files.enforce);
    await again.query(files["undo-contract"]);
    expect(await catalogueOf(live)).toEqual(before);
  });
});
