import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import { sqlReader } from "../../../core/src/databases/sql-reader.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { DialectId, Operation, Plan } from "../../../core/src/model/index.js";
import { agreeable, foreignObjects, foreignObstacles } from "../../../core/src/operate/deploy/foreign-objects.js";
import { type ReleasedUnit, releasedUnits } from "../../../core/src/plan/migration-of.js";
import { createDatabase } from "../../support/database.js";
import { createMariadbDatabase, hasMariadb } from "../../support/mariadb.js";
import { planOf } from "../../support/plan-fixture.js";

// Before a drop a target is asked what hangs on the column, whoever made it: the plan's own goes, another plan's and what the server or the
// application needs stand against it, and of the rest a person decides.

const systems = [
  {
    system: "PostgreSQL",
    dialect: "postgresql",
    create: () => createDatabase("foreign"),
    table: [`CREATE TABLE "User" ("id" int PRIMARY KEY, "email" text, "name" text)`],
    add: `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;\n\nCREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");\n`,
    later: `ALTER TABLE "User" ADD COLUMN "team" TEXT NOT NULL;\n\nCREATE INDEX "User_handle_team_idx" ON "User"("handle", "team");\n`,
    byHand: `CREATE INDEX by_hand ON "User" (name, handle)`,
    needs: `CREATE VIEW handles AS SELECT handle FROM "User"`,
    index: `index by_hand on "User"`,
    ofPlan: `index "User_handle_team_idx" on "User" of plan`,
    object: "view handles",
    drop: "DROP VIEW handles;",
  },
  ...(hasMariadb
    ? [
        {
          system: "MariaDB",
          dialect: "mariadb",
          create: () => createMariadbDatabase("foreign"),
          table: ["CREATE TABLE `User` (`id` int PRIMARY KEY, `email` varchar(60), `name` varchar(60))"],
          add: "ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(60) NOT NULL;\n\nCREATE UNIQUE INDEX `User_handle_key` ON `User`(`handle`);\n",
          later:
            "ALTER TABLE `User` ADD COLUMN `team` VARCHAR(60) NOT NULL;\n\nCREATE INDEX `User_handle_team_idx` ON `User`(`handle`, `team`);\n",
          byHand: "CREATE INDEX by_hand ON `User` (name, handle)",
          needs: "CREATE TRIGGER shout BEFORE UPDATE ON `User` FOR EACH ROW SET NEW.name = NEW.handle",
          index: "index `by_hand` on `User`",
          ofPlan: "index `User_handle_team_idx` on `User` of plan",
          object: "trigger `shout` on `User`",
          drop: "DROP TRIGGER shout;",
        },
      ]
    : []),
] as const;

describe.each(systems)(
  "$system",
  ({ dialect, create, table, add, later, byHand, needs, index, ofPlan, object, drop }) => {
    let database: { readonly url: string; drop(): Promise<void> };
    let db: Connection;
    let first: Plan;
    let second: Plan;
    beforeAll(async () => {
      database = await create();
      db = await connect(database.url, { applicationName: "test" });
      const ofDialect = { dialect: dialect as DialectId };
      first = await planOf({
        ...ofDialect,
        sql: add,
        columns: { handle: { fill: { kind: "backfill", sql: "lower(email)" } } },
      });
      second = await planOf({
        ...ofDialect,
        sql: later,
        id: "20261121000000_add_team",
        columns: { team: { fill: { kind: "backfill", sql: "lower(name)" } } },
      });
      for (const sql of [...table, ...`${add}${later}`.split(";\n").filter((each) => each.trim() !== "")])
        await db.query(sql);
    });
    afterAll(async () => {
      await db?.close();
      await database?.drop();
    });

    const undoOf = (plan: Plan): Plan => {
      const undo = plan.undo.expand.map(({ id }) => ({
        id,
        file: `prisma/migrations/${plan.id}_undo/migration.sql`,
        sha256: "0",
      }));
      return { ...plan, state: { ...plan.state, released: "undone", written: [...plan.state.written, ...undo] } };
    };
    const look = async (
      plans: readonly Plan[],
      own: readonly { name: string; operations: readonly Operation[] }[] = [],
    ) => {
      const units: ReleasedUnit[] = releasedUnits(plans).filter(({ kind }) => kind === "undo");
      const pending = [...own.map(({ name }) => name), ...new Set(units.map(({ migration }) => migration))];
      const state = { applied: [], failed: [], deploying: undefined, unlisted: [], pending, units };
      return foreignObjects(db, state, plans, own);
    };

    test("of another plan: it stands against the drop, until that plan is taken back as well", async () => {
      expect(units(undoOf(first))).toContain("undo-expand");
      const found = await look([undoOf(first), second]);
      expect(foreignObstacles(found).map(({ what }) => what)).toEqual([
        `${ofPlan} ${second.id} depends on "User"."handle", which a migration drops`,
      ]);
      expect(foreignObstacles(found)[0]?.next).toBe(`npx lockstep abandon ${second.id}`);
      expect(agreeable(found)).toEqual([]);
      expect(await look([undoOf(first), undoOf(second)])).toEqual([]);
    });

    test("of nobody's plan: a person decides about what goes, and removes what is needed", async () => {
      await db.query(byHand);
      await db.query(needs);
      const plans = [undoOf(first), undoOf(second)];
      const found = await look(plans);
      expect(foreignObstacles(found).map(({ what }) => what)).toEqual([
        `${object} depends on "User"."handle", which a migration drops`,
      ]);
      expect(agreeable(found).map(({ dependent }) => dependent.what)).toEqual([index]);
      const { readMigration } = await sqlReader(dialect as DialectId);
      const own = [{ name: "20261122000000_own", ...readMigration(drop, "own") }];
      expect(foreignObstacles(await look(plans, own))).toEqual([]);
    });

    test("a column that is not there: nothing", async () => {
      const other = await planOf({
        dialect: dialect as DialectId,
        sql: add.replaceAll("handle", "nowhere"),
        columns: { nowhere: { fill: { kind: "backfill", sql: "lower(email)" } } },
      });
      expect(await look([undoOf(other)])).toEqual([]);
    });
  },
);

const units = (plan: Plan) => releasedUnits([plan]).map(({ unit }) => unit.spec.kind);
