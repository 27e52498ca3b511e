import { it } from "vitest";
import { runFaults, seedsOf } from "./run-faults.js";

const system = "PostgreSQL";
const faults = ["terminate", "cancel-statements", "deadlock", "lock-timeout", "clock-skew", "pause-and-cancel"];

it.each(seedsOf(1000, 72))("sessions that end, wait and are cancelled, seed %i", (seed) =>
  runFaults(seed, { system, faults }),
);

it.each(seedsOf(1100, 4))("two runners at once, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["two-runners", "terminate"], most: 2 }),
);

it.each(seedsOf(1200, 4))("a table that is published, seed %i", (seed) =>
  runFaults(seed, { system, faults: ["published", "terminate", "lock-timeout"], most: 3 }),
);
