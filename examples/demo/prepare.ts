import { cpus } from "node:os";
import { copyDatabase, databases, query, seedUsers, startServer } from "./database.js";
import { whole } from "./figures.js";
import type { Build } from "./instance.js";
import type { Options } from "./options.js";
import { orms } from "./orms/index.js";
import type { Screen } from "./screen.js";
import type { Shell } from "./shell.js";
import { Shop } from "./shop.js";
import type { Stage } from "./stage.js";
import type { Story } from "./story.js";
import { verdictOnly } from "./what-is-shown.js";

/** The shop before the change: server, databases, project, and the build that serves today. */
export async function prepare(given: {
  readonly options: Options;
  readonly stage: Stage;
  readonly screen: Screen;
  readonly shell: Shell;
  readonly temporary: string;
}): Promise<{ readonly story: Story; readonly old: Build }> {
  const { options, stage, screen, shell, temporary } = given;
  const orm = orms[options.orm];
  screen.act(1, "The shop");
  screen.live(() => "starting PostgreSQL …");
  const server = await startServer();
  stage.onClose(() => server.stop());
  stage.signal.throwIfAborted();
  const shop = new Shop(temporary, shell, server.url(databases.development), orm);

  screen.say(`${orm.app}, as a repository of its own, and Lockstep from its packed packages.`);
  await shop.create();
  const installing = performance.now();
  screen.live(() => `installing … ${Math.round((performance.now() - installing) / 1000)} s`);
  await shop.install();
  screen.live(undefined);
  await shop.npx({ name: "lockstep", args: ["init", "--yes"] }, { show: verdictOnly });
  for (const command of orm.setUp) await shop.npx(command);
  await shop.commit("Set up Lockstep");

  for (const name of [databases.development, databases.production])
    await query(server.url(), `CREATE DATABASE "${name}"`);
  await shop.npx(orm.migrateDevelopment, { where: "on development" });
  const old = await shop.build("old");
  await shop.npx(orm.migrate, {
    cwd: old.folder,
    where: "on production",
    env: { DATABASE_URL: server.url(databases.production) },
  });
  screen.live(() => `${whole(options.users)} users sign up …`);
  await seedUsers(server.url(databases.development), orm.table, 1_000);
  await seedUsers(server.url(databases.production), orm.table, options.users);
  await copyDatabase(server, databases.production, databases.naive);
  const [about] = await query<{ version: string }>(server.url(), "SELECT current_setting('server_version') AS version");
  screen.live(undefined);
  screen.good(
    `PostgreSQL ${about?.version} on port ${server.port}, ${whole(options.users)} users in production, two instances of the app, ${options.rate} requests a second, ${cpus().length} cores for all of it`,
  );
  return { story: { options, orm, stage, screen, server, shop }, old };
}
