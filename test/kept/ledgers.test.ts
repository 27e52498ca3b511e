import { expect, test } from "vitest";
import { readAnnouncements } from "../../core/src/target/ledger/announcements.js";
import { beginBackfill, readBackfills } from "../../core/src/target/ledger/backfills.js";
import { readDeployments } from "../../core/src/target/ledger/deployments.js";
import { readEvidence } from "../../core/src/target/ledger/evidence.js";
import { ensureLedger, ledgerVersion } from "../../core/src/target/ledger/schema.js";
import { open, scalar } from "../database/backfill/fixture.js";
import { createDatabase } from "../support/database.js";
import { keptReleases, type ReleaseVersions, readKept } from "./kept.js";
import { backfill, evidence, plan, type Statement } from "./ledger-statements.js";

// A ledger as each release made it, on PostgreSQL: read as it is, then brought to today's form, with everything that it said.

test.each(keptReleases())("the ledger of %s", async (release) => {
  const database = await createDatabase("kept_ledger");
  const db = await open(database.url);
  try {
    for (const { sql, parameters } of readKept<Statement[]>(release, "ledger"))
      if (sql === "begin") await db.begin({});
      else if (sql === "commit") await db.commit();
      else await db.query(sql, parameters as unknown[]);
    const said = async () => ({
      backfills: await readBackfills(db, plan),
      evidence: await readEvidence(db, evidence),
      announcements: (await readAnnouncements(db)).map(({ service, plans }) => ({ service, plans })),
      deployments: await readDeployments(db, plan),
    });
    const version = "SELECT version FROM lockstep.meta";
    expect(await scalar(db, version)).toBe(readKept<ReleaseVersions>(release, "versions").ledger);
    const then = await said();
    expect(then).toMatchObject({
      backfills: [{ ...backfill, status: "failed", error: "LS5006 why", rowsDone: 100, rowsFilled: 90 }],
      evidence: { who: "Ada", note: "asked the team", places: [{ file: "src/seed.ts", line: 3 }] },
      announcements: [{ service: "web", plans: { [plan]: { phase: "expand", left: 0 } } }],
      deployments: [{ phases: ["expand"], migrations: ["1_add"], outcome: "done" }],
    });
    await ensureLedger(db);
    expect(await scalar(db, version)).toBe(ledgerVersion);
    expect(await said()).toEqual(then);
    const work = { key: [{ column: "id", type: "bigint" }], columns: ["handle"] };
    const again = await beginBackfill(db, backfill, { work, runner: "r2", rowsEstimated: 5_000_000_000 });
    expect(again).toMatchObject({ cursor: { after: ["9223372036854775807"] }, rowsDone: 100 });
  } finally {
    await db.close();
    await database.drop();
  }
});
