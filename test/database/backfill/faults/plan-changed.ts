import { ask, countOf } from "../fault-runs/table.js";
import { everySystem, type Fault } from "./fault.js";

/**
 * The plan fills other columns than it did when the runs began: new runs have the new plan, old ones go on with theirs. Nobody says that
 * columns are filled which are not.
 */
const fault: Fault = {
  id: "plan-changed",
  systems: everySystem,
  isAlone: true,
  endings: ["LS5028", "LS5003", "stopped"],
  async inject(world, random) {
    const db = await world.db();
    const type = world.system === "PostgreSQL" ? "text" : "varchar(190)";
    if (world.spec !== world.table.spec) return;
    await ask(db, `ALTER TABLE \`User\` ADD COLUMN nick ${type} NULL`);
    const [first] = world.spec.columns;
    const nick = { ...first!, name: "nick" };
    world.spec = { ...world.spec, columns: random() < 0.5 ? [first!, nick] : [nick] };
    const old = [...world.alive];
    // Whoever leads is stopped, or goes on to its end.
    const share = random() < 0.6 ? 0.6 : 0;
    for (const each of old.filter(() => random() < share)) each.stop();
    world.start();
    world.start();
    for (const each of old) {
      const { how } = await each.ended;
      const left = await countOf(db, "SELECT count(*) FROM `User` WHERE handle IS NULL");
      if (how === "done" && left > 0) throw new Error(`A run of the old plan is done, and ${left} rows lack its value`);
    }
  },
  async mend(world) {
    const [first] = world.table.spec.columns;
    world.spec = { ...world.spec, columns: [first!, { ...first!, name: "nick" }] };
  },
};
export default fault;
