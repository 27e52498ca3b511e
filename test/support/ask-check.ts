/** One check of `lockstep doctor`, asked on a real target. */
import { connect } from "../../core/src/databases/connect.js";
import type { Check, CheckedProject, Finding, TargetFacts } from "../../core/src/dialect/check.js";
import type { Plan } from "../../core/src/model/index.js";
import { openPlansOn, plannedTables } from "../../core/src/operate/doctor/planned-tables.js";
import { runProjectChecks, runTargetChecks } from "../../core/src/operate/doctor/run-checks.js";

export const plainFacts = {
  project: { root: "/nowhere", migrationsFolder: "prisma/migrations", ormVersion: "7.10.0", developmentUrl: undefined },
  migrations: [] as readonly string[],
  unlisted: [],
  words: {
    deploy: "npx prisma migrate deploy",
    develop: "npx prisma migrate dev",
    recover: (name: string) => `npx prisma migrate resolve --rolled-back ${name}`,
  },
  config: { targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } },
  configFile: "lockstep.config.ts",
  configError: undefined,
  plans: [] as readonly Plan[],
  damagedPlans: [],
  planFaults: [],
  models: [],
  env: {},
} satisfies Partial<TargetFacts> & { project: CheckedProject };

/** What the check finds on a target with these plans open. */
export async function askTarget(
  check: Check,
  url: string,
  more: {
    readonly plans?: readonly Plan[];
    readonly migrations?: readonly string[];
    readonly applied?: readonly string[];
    readonly damagedPlans?: TargetFacts["damagedPlans"];
    readonly root?: string;
    /** What the ORM's own project has besides. */
    readonly project?: object;
  } = {},
): Promise<readonly Finding[]> {
  const connection = await connect(url, { applicationName: "lockstep doctor", needsSession: false });
  try {
    const { plans = [], migrations = [], applied = [], damagedPlans = [], root = "/nowhere", project } = more;
    const openPlans = openPlansOn(plans, applied, migrations);
    const tables = await plannedTables(connection, openPlans);
    const facts = {
      ...plainFacts,
      project: { ...plainFacts.project, root, ...project },
      plans,
      migrations,
      planFaults: [],
      target: "production",
      url,
      connection,
      applied,
      damagedPlans,
      openPlans,
      tables,
    };
    return (await runTargetChecks([check], facts)).flatMap((answer) => answer.findings);
  } finally {
    await connection.close();
  }
}

export async function askProject(
  check: Check,
  more: Partial<Parameters<typeof runProjectChecks>[1]>,
): Promise<readonly Finding[]> {
  return (await runProjectChecks([check], { ...plainFacts, ...more })).flatMap((answer) => answer.findings);
}
