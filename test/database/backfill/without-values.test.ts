import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import { errorText } from "../../../core/src/base/errors.js";
import { BackfillView } from "../../../core/src/cli/backfill-view.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { personIo } from "../../support/person-io.js";
import * as mysql from "../mysql/fixture.js";
import * as postgresql from "./fixture.js";
import { systems } from "./systems.js";

interface Case {
  readonly name: string;
  readonly input?: { readonly type?: string; readonly fill?: string; readonly isUnique?: boolean };
  /** Run once the column is there. */
  readonly sql?: string;
  /** In what is said of a row. */
  readonly says: RegExp;
}

const raise = (how: string) =>
  `CREATE OR REPLACE FUNCTION raise_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION ${how}; END $$;
   CREATE TRIGGER mine BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION raise_it()`;

const cases: Readonly<Record<string, readonly Case[]>> = {
  PostgreSQL: [
    {
      name: "unique",
      input: { isUnique: true },
      says: /another row already has this value \(constraint "User_handle_idx", .*23505\)/,
    },
    {
      name: "foreign key",
      sql: `CREATE TABLE IF NOT EXISTS "Team" (code text PRIMARY KEY); ALTER TABLE "User" ADD FOREIGN KEY (handle) REFERENCES "Team"`,
      says: /no row has the key that it references \(constraint "User_handle_fkey"/,
    },
    {
      name: "check",
      sql: `ALTER TABLE "User" ADD CONSTRAINT plain CHECK (handle NOT LIKE 'secret%')`,
      says: /a check refuses the value \(constraint "plain", SQLSTATE 23514\)/,
    },
    { name: "too long", input: { type: "character varying(3)" }, says: /longer than 3 characters|too long/ },
    {
      name: "no number",
      input: { type: "integer", fill: "email::integer" },
      says: /cannot be read as a value of its type/,
    },
    {
      name: "out of range",
      input: { type: "integer", fill: "('4242424242' || length(email))::integer" },
      says: /a number is out of range/,
    },
    {
      name: "not null of another column",
      sql: `ALTER TABLE "User" ADD COLUMN "other" text; CREATE FUNCTION take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.other := NULL; RETURN NEW; END $$;
            UPDATE "User" SET other = email; ALTER TABLE "User" ALTER COLUMN other SET NOT NULL;
            CREATE TRIGGER mine BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION take()`,
      says: /a value is required \(column "other", SQLSTATE 23502\)/,
    },
    {
      name: "a trigger with words of its own",
      sql: raise(`'no: %', NEW.handle USING HINT = NEW.email, DETAIL = NEW.email`),
      says: /a trigger or a function of yours raised an error; its words are in the server's log \(SQLSTATE P0001\)/,
    },
    {
      name: "a trigger with a code of its own",
      sql: raise(`'no: %', NEW.handle USING ERRCODE = 'XYZ01', HINT = NEW.email`),
      says: /its words are in the server's log \(SQLSTATE XYZ01\)/,
    },
  ],
  MariaDB: [
    {
      name: "unique",
      input: { isUnique: true },
      says: /another row already has this value \(constraint "handle", SQLSTATE 23505\)/,
    },
    {
      name: "foreign key",
      sql: "CREATE TABLE IF NOT EXISTS `Team` (code VARCHAR(191) PRIMARY KEY); ALTER TABLE `User` ADD CONSTRAINT fk FOREIGN KEY (handle) REFERENCES `Team` (code)",
      says: /no row has the key that it references \(constraint "fk", SQLSTATE 23503\)/,
    },
    {
      name: "check",
      sql: "ALTER TABLE `User` ADD CONSTRAINT plain CHECK (handle NOT LIKE 'secret%')",
      says: /a check refuses the value \(constraint "plain", SQLSTATE 23514\)/,
    },
    { name: "too long", input: { type: "varchar(3)" }, says: /too long|longer than 3 characters/ },
    { name: "no number", input: { type: "int" }, says: /cannot be read as a value of its type \(column "handle"/ },
    {
      name: "an enum",
      input: { type: "enum('a','b')" },
      says: /does not take the value \(column "handle", SQLSTATE 22000\)/,
    },
    {
      name: "a trigger with words of its own",
      sql: "CREATE TRIGGER mine BEFORE UPDATE ON `User` FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no: secret'",
      says: /raised an error; its words are in the server's log \(SQLSTATE P0001\)/,
    },
  ],
};

describe.each(systems)("on $name", (system) => {
  const { makeTable } = system.name === "MariaDB" ? mysql : postgresql;
  let database: Awaited<ReturnType<typeof system.createDatabase>>;
  let db: Connection;
  beforeAll(async () => {
    database = await system.createDatabase("without_values");
    db = await connect(database.url, { applicationName: "test" });
  });
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });
  beforeEach(() => system.clear(db));

  it.each(cases[system.name]!)("$name: neither printed nor kept", async ({ input, sql = "", says }) => {
    const rows = ["Secret-one", "SECRET-ONE", "Secret-two"].map(
      (email, at) => [String(at + 1), email] as [string, string],
    );
    const spec = await makeTable(db, { rows, ...input });
    for (const statement of system.name === "MariaDB" ? sql.split(";").filter((each) => each.trim()) : [sql])
      await db.query(statement);
    const { io, said } = personIo(undefined, { env: {}, cwd: "." });
    const view = new BackfillView(io, "production", spec);
    const events: BackfillEvent[] = [];
    const onEvent = (event: BackfillEvent) => {
      events.push(event);
      view.show(event);
    };
    const error = await postgresql.errorOf(
      system.fillTable(database.url, spec, { onEvent, allowTriggers: true, needsFillTrigger: false }),
    );
    expect(error.message).toMatch(says);
    expect(error.message).toMatch(/id=[123]/);
    const kept = [];
    for (const table of ["backfills", "failures", "workers", "leases"])
      kept.push((await db.query(`SELECT * FROM lockstep.${table}`)).rows);
    expect(kept.flat().length).toBeGreaterThan(1);
    for (const text of [
      errorText(error),
      JSON.stringify(error.details),
      JSON.stringify(events),
      JSON.stringify(said()),
      JSON.stringify(kept),
    ])
      expect(text).not.toMatch(/secret|4242424242/i);
  });
});
