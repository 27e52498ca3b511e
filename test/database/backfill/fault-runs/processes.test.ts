import { it } from "vitest";
import { runFaults, seedsOf } from "./run-faults.js";

const system = "PostgreSQL";

it.each(seedsOf(2000, 30))("processes that are killed, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["kill", "kill", "terminate", "clock-skew"] }),
);

it.each(seedsOf(2100, 6))("processes that are suspended, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["suspend", "kill"], most: 2 }),
);

it.each(seedsOf(2200, 3))("a process that is suspended for good, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["suspend-for-good"], most: 1 }),
);
