import { cpus } from "node:os";
import { whole } from "./figures.js";
import type { Build } from "./instance.js";
import type { Options } from "./options.js";
import { orms } from "./orms/index.js";
import type { Screen } from "./screen.js";
import type { Shell } from "./shell.js";
import { Shop } from "./shop.js";
import type { Stage } from "./stage.js";
import type { Story } from "./story.js";
import { systems } from "./systems/index.js";
import { databases } from "./systems/system.js";
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
  const system = systems[options.system];
  const orm = orms[options.orm](system);
  screen.act(1, "The shop");
  screen.live(() => `starting ${system.label} …`);
  const server = await system.start();
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

  for (const name of [databases.development, databases.production]) await system.create(server, name);
  await shop.npx(orm.migrateDevelopment, { where: "on development" });
  const old = await shop.build("old");
  await shop.npx(orm.migrate, {
    cwd: old.folder,
    where: "on production",
    env: { DATABASE_URL: server.url(databases.production) },
  });
  screen.live(() => `${whole(options.users)} users sign up …`);
  await system.seedUsers(server.url(databases.development), system.quote(orm.table), 1_000);
  await system.seedUsers(server.url(databases.production), system.quote(orm.table), options.users);
  await system.copy(server, databases.production, databases.naive);
  const version = await system.version(server);
  screen.live(undefined);
  screen.good(
    `${version} on port ${server.port}, ${whole(options.users)} users in production, two instances of the app, ${options.rate} requests a second, ${cpus().length} cores for all of it`,
  );
  return { story: { options, orm, system, stage, screen, server, shop }, old };
}
