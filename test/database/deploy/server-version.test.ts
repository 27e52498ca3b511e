import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { Plan } from "../../../core/src/model/index.js";
import { requireServer } from "../../../core/src/operate/deploy/server-version.js";
import type { ReleasedUnit } from "../../../core/src/plan/migration-of.js";
import serverVersion from "../../../core/src/postgresql/checks/server-version.js";
import { askTarget } from "../../support/ask-check.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { answerTo, handleSql } from "../../support/plan-fixture.js";

// A plan made with a newer server than the target: its VIRTUAL column needs 18, and here any version that is asked for.

let database: TestDatabase;
let connection: Connection;
let plan: Plan;

beforeAll(async () => {
  database = await createDatabase("server_version");
  connection = await connect(database.url, { applicationName: "lockstep" });
  const sql = `${handleSql}ALTER TABLE "User" ADD COLUMN "twice" int GENERATED ALWAYS AS (id * 2) VIRTUAL;`;
  const answer = await answerTo({ sql });
  if (answer.kind !== "plan") throw new Error("no plan");
  plan = answer.plan;
});
afterAll(async () => {
  await connection?.close();
  await database?.drop();
});

/** The plan as if what needs 18 needed another version. */
function needing(major: number): Plan {
  const text = JSON.stringify(plan);
  expect(text).toContain('"kind":"needs-server","system":"postgresql","since":18');
  return JSON.parse(
    text.replaceAll(
      '"kind":"needs-server","system":"postgresql","since":18',
      `"kind":"needs-server","system":"postgresql","since":${major}`,
    ),
  );
}
const released = (of: Plan) => of.units.map((unit, at) => ({ unit, migration: `m${at}` }) as unknown as ReleasedUnit);

test("a server that is too old is refused before anything runs, and told by doctor", async () => {
  await expect(requireServer(connection, released(needing(99)), "production")).rejects.toMatchObject({
    code: "LS7025",
    message: expect.stringMatching(
      /^m\d needs PostgreSQL 99 or later, but production is PostgreSQL \d+\. Nothing was applied\.$/,
    ),
  });
  const [finding] = await askTarget(serverVersion, database.url, { plans: [needing(99)] });
  expect(finding).toMatchObject({
    level: "problem",
    what: expect.stringContaining(`not support all statements of ${plan.id}`),
  });
});

test("one that knows the statements is not", async () => {
  await requireServer(connection, released(needing(13)), "production");
  const findings = await askTarget(serverVersion, database.url, { plans: [needing(13)] });
  expect(findings.filter(({ level }) => level === "problem")).toEqual([]);
});
