// Keeps what this version writes, for every later one to read: plans in each phase, with both ORMs on both families of databases,
// and the statements of its ledger. Real servers, stock commands; takes minutes.
//
// keep.ts            what is to come: releases/next
// keep.ts <version>  what a release is about to write. Never of one that is published
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "../../core/src/databases/connect.js";
import { createDatabase } from "../support/database.js";
import startServers from "../support/global-setup.js";
import { type Files, type KeptPhase, keptFolder, keptProject, versionsNow } from "./kept.js";
import { writeLedger } from "./ledger-statements.js";
import { filesOf } from "./project-files.js";

const release = process.argv[2] ?? "next";
if (!/^(next|\d+\.\d+\.\d+)$/.test(release)) throw new Error(`${release} is no version`);
const folder = join(keptFolder, release);
const keep = (name: string, value: unknown) =>
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(value, null, 1)}\n`);

const stopServers = await startServers();
try {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  keep("versions", versionsNow());
  await keepLedger();
  await keepProjects();
} finally {
  await stopServers();
}

async function keepLedger(): Promise<void> {
  const database = await createDatabase("keep");
  const connection = await connect(database.url, { applicationName: "keep" });
  keep("ledger", await writeLedger(connection));
  await connection.close();
  await database.drop();
}

async function keepProjects(): Promise<void> {
  // They read where the servers are.
  const { projects, confirmed } = await import("./projects.js");
  for (const [name, create] of Object.entries(projects)) {
    console.log(name);
    const project = await create();
    try {
      const phases = {} as Record<KeptPhase, Files>;
      const reached = async (phase: KeptPhase) => {
        phases[phase] = filesOf(project.root);
        await project.commit(phase);
      };
      const lockstep = async (...args: readonly string[]) => {
        const { code, output } = await project.lockstep(...args);
        if (code !== 0) throw new Error(`lockstep ${args.join(" ")}: ${output}`);
      };
      await project.plan();
      await reached("expand");
      await project.apply("production");
      await lockstep("backfill", "run");
      await lockstep("next");
      await reached("switch");
      await lockstep("next", ...confirmed);
      await reached("contract");
      await project.apply("production");
      // From contract to nothing, phase by phase.
      for (const phase of ["contract", "switch", "expand"]) {
        await lockstep("undo", "--yes");
        if (phase !== "expand") await project.commit(`Without ${phase}`);
        await project.apply("production");
      }
      await reached("undone");
      keep(name, keptProject(phases));
    } finally {
      await project.close();
    }
  }
}
