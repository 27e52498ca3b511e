import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Build } from "./instance.js";
import { leftovers } from "./leftovers.js";
import { writeMeasured } from "./measured.js";
import type { PhaseNumbers } from "./record.js";
import { Production, type Story } from "./story.js";
import { databases } from "./systems/system.js";
import { problemsOf } from "./verdict.js";
import { everything, phaseOutput } from "./what-is-shown.js";

/**
 * The same column through the stock command, phase by phase: each one is a commit and a deployment.
 *
 * @param naive what was measured of the other way: the report shows both
 * @returns with the file of its report, which stays when the demo is over
 */
export async function lockstepWay(
  story: Story,
  old: Build,
  naive: Production,
): Promise<{ readonly phases: PhaseNumbers[]; readonly problems: string[]; readonly report: string }> {
  const { screen, shop, orm } = story;
  screen.act(3, "The Lockstep way, on production");
  const production = new Production(story, "lockstep", databases.production);
  const migrate = async ({ folder }: Build) => {
    const env = { DATABASE_URL: production.url };
    await shop.npx(orm.migrate, { cwd: folder, env, where: "on production", show: orm.shown });
  };
  const targetsQuietly = { env: { PRODUCTION_DATABASE_URL: production.url } };
  const targets = { ...targetsQuietly, show: everything };
  await production.open(old);
  await production.phase("before");
  await production.look();

  await production.phase("expand");
  screen.say("The developer adds the field and says where its values come from. Then the stock command:");
  shop.edit(orm.model.file, (text) => orm.model.withColumn(text, orm.model.lockstep));
  for (const line of orm.model.lockstep) screen.output(`+ ${line}`);
  await shop.npx(orm.develop, { show: phaseOutput(orm.develop.shown) });
  for (const command of orm.afterDevelop) await shop.npx(command, { show: orm.shown });
  screen.say("Its code edits: writes fill the column, and reads leave it out until every row has a value.");
  await shop.diff(...orm.diffs.expand);
  await commit(story, "Users have a handle: expand");
  const expand = await shop.build("expand");
  screen.say("Deployed: the schema first, while the same report is running …");
  await story.system.startReport(production.url, story.system.quote(orm.table));
  await migrate(expand);
  screen.say("… then the code. One old instance stays for now: old and new serve side by side.");
  await production.rotation.add(expand);
  await production.rotation.remove(old);
  await production.look();

  await production.phase("backfill");
  screen.say("Rows that exist get their value, in small batches, outside of any deployment.");
  // Row locks, between two statements of a batch: waiting for a core, it would let others wait.
  const backfill = () =>
    shop.npx({ name: "lockstep", args: ["backfill", "run"] }, { ...targets, where: "on production", holdsLocks: true });
  await backfill();
  await production.look();
  await production.rotation.add(expand);
  await production.rotation.remove(old);
  if (!story.system.fillsUniqueAtOnce) {
    screen.say(
      "The last old instance is gone; those who signed up there have no handle yet, for it is unique. Once more:",
    );
    await backfill();
  }

  await production.phase("switch");
  screen.say("No row is without a value: the code may read the column.");
  await shop.npx({ name: "lockstep", args: ["next"] }, { ...targets, show: phaseOutput() });
  await shop.diff(...orm.diffs.switch);
  await commit(story, "Users have a handle: switch");
  const read = await shop.build("switch");
  await roll(production, expand, read);

  await production.phase("contract");
  screen.say("All instances write and read it: it may become required, and the scaffolding goes.");
  await shop.npx(
    { name: "lockstep", args: ["next", "--confirm", "writers-aware", "--confirm", "reads-steady"] },
    {
      ...targets,
      show: phaseOutput(),
    },
  );
  await shop.diff(...orm.diffs.contract);
  await commit(story, "Users have a handle: contract");
  const contract = await shop.build("contract");
  await story.system.startReport(production.url, story.system.quote(orm.table));
  await migrate(contract);
  await roll(production, read, contract);
  await shop.npx({ name: "lockstep", args: ["status"] }, targets);
  await production.end();
  await writeMeasured(story, naive, production);
  const report = join(mkdtempSync(join(tmpdir(), "lockstep-report-")), "report.html");
  await shop.npx({ name: "lockstep", args: ["report", "--target", "production", "--out", report] }, targetsQuietly);
  const phases = production.load.numbers();
  const problems = [...problemsOf(phases), ...(await leftovers(story, production.url))];
  if (problems.length > 0) for (const error of production.rotation.errors(5)) screen.output(`log of the app: ${error}`);
  return { phases, problems, report };
}

/** What a developer does before pushing. */
async function commit({ screen, shop, orm }: Story, message: string): Promise<void> {
  for (const command of orm.beforeCommit) await shop.npx(command);
  await shop.commit(message);
  screen.command(`git commit --all --message "${message}"`);
}

/** A rolling deployment: for a while both builds serve. */
async function roll(production: Production, from: Build, to: Build): Promise<void> {
  await production.rotation.add(to);
  await production.rotation.remove(from);
  await production.look();
  await production.rotation.add(to);
  await production.rotation.remove(from);
}
