import { connect } from "../../../../core/src/databases/connect.js";
import { readBackfills } from "../../../../core/src/target/ledger/backfills.js";
import { changeControl } from "../../../../core/src/target/ledger/control.js";
import { plan } from "../fault-runs/process-input.js";
import { pause, type World } from "../fault-runs/world.js";
import { everySystem, type Fault } from "./fault.js";
import { eachSession, someSessions } from "./sessions.js";

/** `pause`, `resume` and `cancel` at the same time, from several terminals, while sessions end: who is told "cancelled" can rely on it. */
const fault: Fault = {
  id: "pause-and-cancel",
  systems: everySystem,
  endings: ["stopped"],
  async inject(world, random) {
    const at = new Date().toISOString();
    // Who enters after the cancel is the next run, which takes it back.
    const before = world.alive.filter(({ events }) => events.some(({ kind }) => kind === "started"));
    const breaking = random() < 0.6 ? someSessions(world, random) : undefined;
    const said = [
      say(world, (control) => ({ ...control, paused: { who: "ann", at } }), random() * 40),
      say(world, (control) => ({ ...control, cancelled: { who: "bob", at } }), random() * 40),
      say(world, ({ paused: _, ...control }) => control, random() * 40),
    ];
    await Promise.race(said);
    if (breaking !== undefined)
      await eachSession(world, await breaking, ["SELECT pg_terminate_backend($pid)", "KILL CONNECTION $pid"]);
    await Promise.all(said);
    const ended = Promise.all(before.map((each) => each.ended));
    const isOver = await Promise.race([ended.then(() => true), pause(20_000).then(() => false)]);
    if (!isOver) throw new Error("A cancelled run goes on");
    for (const { outcome } of before)
      if (outcome?.how === "stopped" && outcome.message !== "cancelled by bob")
        throw new Error(`It was cancelled by bob, and says: ${outcome.message}`);
    await say(world, ({ paused: _, ...control }) => control, 0);
    for (const _ of before) world.start();
  },
};
export default fault;

async function say(world: World, change: Parameters<typeof changeControl>[2], afterMs: number): Promise<void> {
  await pause(afterMs);
  const person = await connect(world.url, { applicationName: "test" });
  try {
    const [record] = await readBackfills(person, plan);
    if (record !== undefined) await changeControl(person, { plan, table: record.table, once: record.once }, change);
  } finally {
    await person.close();
  }
}
