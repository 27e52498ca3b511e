import { it } from "vitest";
import { runFaults, seedsOf } from "./run-faults.js";

const system = "PostgreSQL";

it.each(seedsOf(3000, 10))("a column dropped, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["column-dropped"], most: 1 }),
);

it.each(seedsOf(3100, 10))("rights withdrawn, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["rights-withdrawn"], most: 1 }),
);

it.each(seedsOf(3200, 12))("a plan changed, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["plan-changed", "terminate"], most: 2 }),
);

it.each(seedsOf(3300, 6))("a column dropped and added again at once, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["column-made-again", "terminate"], most: 2 }),
);

it.each(seedsOf(3400, 6))("rights on single columns withdrawn, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["column-rights-withdrawn"], most: 1 }),
);
