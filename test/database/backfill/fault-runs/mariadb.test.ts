import { it } from "vitest";
import { runFaults, seedsOf } from "./run-faults.js";

const system = "MariaDB";

const faults = ["terminate", "cancel-statements", "deadlock", "lock-timeout", "pause-and-cancel"];

it.each(seedsOf(4000, 16))("sessions that end, wait and are cancelled, seed %i", (seed) =>
  runFaults(seed, { system, faults }),
);

it.each(seedsOf(4100, 6))("processes that are killed, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["kill", "terminate"] }),
);

it.each(seedsOf(4200, 2))("processes that are suspended, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["suspend"], most: 1 }),
);

it.each(seedsOf(4300, 4))("a column dropped, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["column-dropped"], most: 1 }),
);

it.each(seedsOf(4400, 4))("rights withdrawn, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["rights-withdrawn"], most: 1 }),
);

it.each(seedsOf(4500, 4))("a plan changed, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["plan-changed"], most: 1 }),
);

it.each(seedsOf(4600, 3))("a column dropped and added again at once, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["column-made-again", "terminate"], most: 2 }),
);

it.each(seedsOf(4700, 3))("rights on single columns withdrawn, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["column-rights-withdrawn"], most: 1 }),
);
