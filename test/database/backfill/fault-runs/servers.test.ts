import { afterAll, it } from "vitest";
import { hasMariadb } from "../../../support/mariadb.js";
import { runFaults, seedsOf } from "./run-faults.js";
import { startBreakableMariadb, startFullPostgres, startPair, startPostgres } from "./servers.js";
import type { BreakableServer } from "./world.js";

const starts = { PostgreSQL: startPostgres, MariaDB: () => startBreakableMariadb() } as const;
const shared = new Map<keyof typeof starts, Promise<BreakableServer>>();
const sharedOf = (system: keyof typeof starts) => {
  shared.set(system, shared.get(system) ?? starts[system]());
  return shared.get(system)!;
};
afterAll(async () => {
  for (const server of shared.values()) await (await server).stop();
});

const crashes = async (seed: number, system: keyof typeof starts) =>
  runFaults(seed, { system, server: await sharedOf(system), faults: ["crash", "restart"], most: 2 });
it.each(seedsOf(5000, 10))("PostgreSQL crashes and is started again, seed %i", (seed) => crashes(seed, "PostgreSQL"));
it.each(hasMariadb ? seedsOf(5100, 4) : [])("MariaDB crashes and is started again, seed %i", (seed) =>
  crashes(seed, "MariaDB"),
);

/** A server for one run. */
async function onItsOwn(begin: Promise<BreakableServer>, seed: number, fault: string, isLossy = false): Promise<void> {
  const server = await begin;
  try {
    await runFaults(seed, { system: "PostgreSQL", server, faults: [fault], most: 1, isLossy });
  } finally {
    await server.stop();
  }
}

it.each(seedsOf(5200, 3))("fails over to a synchronous replica, seed %i", (seed) =>
  onItsOwn(startPair(true), seed, "failover"),
);
it.each(seedsOf(5300, 5))("fails over to a replica that was behind, seed %i", (seed) =>
  onItsOwn(startPair(false), seed, "failover", true),
);
it.each(seedsOf(5400, 3))("has a full disk, seed %i", (seed) => onItsOwn(startFullPostgres(), seed, "full-disk"));

const sessions = { faults: ["terminate", "cancel-statements", "lock-timeout"], shape: "moment" } as const;
it.each(seedsOf(5500, 3))("has moments for keys, in sessions whose clocks change, seed %i", (seed) =>
  runFaults(seed, { system: "PostgreSQL", ...sessions }),
);
it("has moments for keys, on a MariaDB whose clocks change", async () => {
  const server = hasMariadb ? await startBreakableMariadb("Europe/Berlin") : undefined;
  try {
    for (const seed of server === undefined ? [] : seedsOf(5600, 3))
      await runFaults(seed, { system: "MariaDB", server: server!, ...sessions });
  } finally {
    await server?.stop();
  }
});
