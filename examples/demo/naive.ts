import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { naiveField, naiveMigration, withField } from "./change.js";
import { databases } from "./database.js";
import type { Build } from "./instance.js";
import type { PhaseNumbers } from "./record.js";
import { startReport } from "./report.js";
import { Production, type Story } from "./story.js";
import { prismaOutput } from "./what-is-shown.js";

/** One migration, one deployment: what most people do, and what the ORM asks for. */
export async function naiveWay(story: Story, old: Build): Promise<PhaseNumbers[]> {
  const { screen, shop } = story;
  screen.act(2, "The naive way, on a copy of production");
  screen.say("The column is required and unique, so the migration does everything at once:");
  for (const line of naiveMigration.trim().split("\n")) screen.output(line);
  const release = await prepareRelease(story);

  const production = new Production(story, "naive", databases.naive);
  await production.open(old);
  await production.phase("before");
  await production.look();

  await production.phase("migration");
  screen.say("A report is running, as there often is. The migration arrives.");
  await startReport(production.url);
  await shop.npx("prisma", ["migrate", "deploy"], {
    cwd: release.folder,
    env: { DATABASE_URL: production.url },
    where: "on production",
    show: prismaOutput,
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
  return production.load.numbers();
}

/** The hand-written migration, and the code that goes with it. */
async function prepareRelease({ shop }: Story): Promise<Build> {
  const build = await shop.build("new");
  const edit = (file: string, change: (text: string) => string) => {
    const path = join(build.folder, file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  };
  const migration = join(build.folder, "prisma/migrations/20260401090000_add_handle");
  mkdirSync(migration);
  writeFileSync(join(migration, "migration.sql"), naiveMigration);
  edit("prisma/schema.prisma", (schema) => withField(schema, naiveField));
  edit("src/users/routes.ts", (code) =>
    code.replace(
      "data: { email: body.email, name: body.name },",
      "data: { email: body.email, name: body.name, handle: body.email.toLowerCase() },",
    ),
  );
  edit("src/users/service.ts", (code) =>
    code.replace("create: { email, name },", "create: { email, name, handle: email.toLowerCase() },"),
  );
  await shop.generateQuietly(build.folder);
  return build;
}
