/** One run of the backfill with faults, all of it drawn from a seed. */
import { relative } from "node:path";
import { expect } from "vitest";
import { connect } from "../../../../core/src/databases/connect.js";
import { createDatabase } from "../../../support/database.js";
import { createMariadbDatabase } from "../../../support/mariadb.js";
import type { Fault } from "../faults/fault.js";
import { faults as allFaults } from "../faults/index.js";
import { startApplication } from "./application.js";
import { findFaults } from "./oracle.js";
import { seeded } from "./process-input.js";
import { startHere } from "./processes.js";
import { ask, makeTable, type SystemName, shapeNames } from "./table.js";
import { type BreakableServer, type Drawn, World } from "./world.js";

export interface Setting {
  readonly system: SystemName;
  /** Their ids; one that stands there twice is drawn twice as often. */
  readonly faults: readonly string[];
  /** Default: the server of the whole test run, with a database of its own. */
  readonly server?: BreakableServer;
  /** The server may lose what it has acknowledged. Default: false. */
  readonly isLossy?: boolean;
  /** Default: any. */
  readonly shape?: "moment";
  /** At most so many faults in one run. Default: 3. */
  readonly most?: number;
}

/** The seeds of a file's cases; LOCKSTEP_SEED chooses one. */
export function seedsOf(first: number, count: number): readonly number[] {
  const { LOCKSTEP_SEED: one } = process.env;
  const seeds = Array.from({ length: count }, (_, at) => first + at);
  return one === undefined ? seeds : seeds.filter((seed) => seed === Number(one));
}

/** @throws with the seed, what was drawn from it, and how to run it alone */
export async function runFaults(seed: number, setting: Setting): Promise<void> {
  const random = seeded(seed);
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const many = between(1, setting.most ?? 3);
  const faults = Array.from({ length: many }, () =>
    faultOf(setting.faults[between(0, setting.faults.length - 1)]!, setting),
  )
    // A cause that was taken away is not there twice.
    .filter((fault, at, all) => !fault.isStop || all.findIndex(({ isStop }) => isStop) === at);
  const isAlone = faults.some((fault) => fault.isAlone);
  const anyShape = shapeNames[between(0, shapeNames.length - 1)]!;
  const drawn: Drawn = {
    seed,
    shape: setting.shape ?? anyShape,
    fill: random() < 0.6 ? "sql" : "function",
    rows: between(3000, 4500),
    processes: between(1, 3),
    workers: between(1, 3),
    lanes: isAlone ? 0 : 2,
  };
  const points = faults.map(() => Math.floor(drawn.rows * (0.03 + 0.85 * random()))).sort((a, b) => a - b);
  const world = await makeWorld(setting, drawn, faults);
  try {
    await run(world, faults, points, random, setting.isLossy ?? false);
  } catch (error) {
    const story = faults.map(({ id }, at) => `${id} at ${points[at]}`).join(", ");
    throw new Error(
      `${(error as Error).message}\n${story}; ${JSON.stringify(drawn)}\nAlone: LOCKSTEP_SEED=${seed} npm test -- ${relative(process.cwd(), expect.getState().testPath ?? "")}`,
      { cause: error },
    );
  } finally {
    await world.close();
    await drop(world);
  }
}

function faultOf(id: string, { system }: Setting): Fault {
  const fault = allFaults.find((each) => each.id === id);
  if (fault?.systems.includes(system)) return fault;
  throw new Error(`There is no fault ${id} of ${system}`);
}

async function run(
  world: World,
  faults: readonly Fault[],
  points: readonly number[],
  random: () => number,
  isLossy: boolean,
): Promise<void> {
  const { drawn, url, table } = world;
  for (const fault of faults) await fault.prepare?.(world);
  for (let at = 0; at < drawn.processes; at++) world.start();
  if (drawn.lanes > 0) world.application = startApplication(url, table, { ...drawn, isLossy });
  for (const [at, fault] of faults.entries()) {
    await world.passed(points[at]!);
    // Nobody is there to be hit: all was done, or a fault before has stopped everybody.
    if (world.alive.length > 0) await fault.inject(world, random);
  }
  await world.settled();
  const allowed = new Set(["done", ...faults.flatMap(({ endings = [] }) => endings)]);
  const ended = world.processes.map(({ outcome }) => outcome!);
  const wrong = ended.filter(({ how }) => !allowed.has(how));
  if (wrong.length > 0)
    throw new Error(wrong.map(({ how, message }) => `A process ended with ${how}: ${message}`).join("\n"));
  for (const { message } of ended) if (/\n\s+at /.test(message)) throw new Error(`This is no message: ${message}`);
  const errors = (await world.application?.stop()) ?? [];
  if (errors.length > 0) throw new Error(`The application met errors of its own: ${errors.map(String).join("; ")}`);
  for (const fault of faults) await fault.mend?.(world);
  const last = await startHere(world.inputOf({ isJoining: false }), () => undefined).ended;
  if (last.how !== "done") throw new Error(`The last run ended with ${last.how}: ${last.message}`);
  const found = await findFaults(world, isLossy);
  if (found.length > 0) throw new Error(found.join("\n"));
}

async function makeWorld({ system, server }: Setting, drawn: Drawn, faults: readonly Fault[]): Promise<World> {
  const name = `faults_${drawn.seed}`;
  const url =
    server === undefined
      ? (await (system === "MariaDB" ? createMariadbDatabase : createDatabase)(name)).url
      : await databaseOn(server, name);
  const db = await connect(url, { applicationName: "test" });
  if (system === "MariaDB") await db.query("SET time_zone = '+00:00'");
  const canTrigger = !faults.some(({ isAlone }) => isAlone);
  const table = await makeTable(db, system, { ...drawn, canTrigger });
  const needsChildren = faults.some((fault) => fault.needsChildren);
  return new World(system, url, drawn, table, db, needsChildren, server, await runUrlOf(url, system, drawn.shape));
}

async function databaseOn(server: BreakableServer, name: string): Promise<string> {
  const db = await connect(server.url(), { applicationName: "test" });
  await ask(db, `CREATE DATABASE \`${name}\``);
  await db.close();
  return server.url(name);
}

/** On MariaDB sessions have no name: runs have an account of their own, so that faults find them. */
async function runUrlOf(url: string, system: SystemName, shape: string): Promise<string> {
  if (system === "PostgreSQL") return shape === "moment" ? `${url}?options=-c%20TimeZone%3DEurope/Berlin` : url;
  const db = await connect(url, { applicationName: "test" });
  await db.query("CREATE USER IF NOT EXISTS 'lockstep'@'%'");
  await db.query("GRANT ALL ON *.* TO 'lockstep'@'%'");
  await db.close();
  const own = new URL(url);
  own.username = "lockstep";
  return own.toString();
}

async function drop({ url, system, server }: World): Promise<void> {
  // A server of its own goes as a whole.
  if (server !== undefined) return;
  const name = new URL(url).pathname.slice(1);
  const other = new URL(url);
  other.pathname = system === "MariaDB" ? "/mysql" : "/postgres";
  const db = await connect(other.toString(), { applicationName: "test" });
  await ask(db, `DROP DATABASE IF EXISTS \`${name}\`${system === "MariaDB" ? "" : " WITH (FORCE)"}`);
  await db.close();
}
