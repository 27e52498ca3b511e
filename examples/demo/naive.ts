import type { Build } from "./instance.js";
import { Production, type Story } from "./story.js";
import { databases } from "./systems/system.js";

/** One migration, one deployment: what most people do, and what the ORM asks for. */
export async function naiveWay(story: Story, old: Build): Promise<Production> {
  const { screen, shop, orm } = story;
  screen.act(2, "The naive way, on a copy of production");
  screen.say("The column is required and unique, so the migration does everything at once:");
  for (const line of orm.naive.sql.trim().split("\n")) screen.output(line);
  const release = await shop.naiveRelease("new");

  const production = new Production(story, "naive", databases.naive);
  await production.open(old);
  await production.phase("before");
  await production.look();

  await production.phase("migration");
  screen.say("A report is running, as there often is. The migration arrives.");
  await story.system.startReport(production.url, story.system.quote(orm.table));
  await shop.npx(orm.migrate, {
    cwd: release.folder,
    env: { DATABASE_URL: production.url },
    where: "on production",
    show: orm.shown,
  });
  await production.load.settled(story.stage.signal);

  await production.phase("old build");
  screen.say(
    "The column is there and required. The old build does not know it: nobody can sign up until the new build is out.",
  );
  await production.look();
  for (let count = 0; count < 2; count++) {
    await production.rotation.add(release);
    await production.rotation.remove(old);
  }
  for (const error of production.rotation.errors(1)) screen.output(`log of the app: ${error}`);
  await production.end();
  return production;
}
