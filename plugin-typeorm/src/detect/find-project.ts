import { existsSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "@lockstep/core";
import { packageManager } from "@lockstep/core/text";
import type { DataSourceFacts } from "../cli/facts.cjs";
import { dialectOfType } from "../dialects/dialects.js";
import { projectRoot } from "../intercept/project-root.js";
import type { TypeormProject } from "../project.js";
import { buildCommand } from "../words.js";
import { type FoundCall, findCall, type Manifest, readManifest } from "./call.js";
import { type Compilation, readCompilation, sourceOf } from "./compiled.js";
import { copyIn, installedCopy, refuseOldCopy, refuseTwoCopies } from "./copies.js";
import { describeProject } from "./describe.js";
import { inspectDataSource } from "./inspect.js";

/**
 * The TypeORM project at a folder or above it. Loads the data source with the project's own runner: for commands, not for interception.
 *
 * @throws LS8001 no project · LS8002 config · LS9020 not installed · LS9051 two copies of TypeORM · LS9053 too old · LS9054 `synchronize:
 *   true` · LS9060 the data source cannot be loaded · LS8027, LS3007 because of a merge · LS9061 it is unknown · LS9062 of an unsupported
 *   database
 * @example const { root, migrationsFolder } = await findProject(process.cwd());
 */
export async function findProject(cwd: string): Promise<TypeormProject> {
  const root = projectRoot(cwd);
  const manifest = readManifest(root);
  const { loadConfig } = await import("@lockstep/core/planning");
  const config = await loadConfig(root);
  // Only a dependency counts: in a tree with several projects, typeorm resolves for all of them.
  if (!declares(manifest) && config.typeorm === undefined)
    throw new LockstepError("LS8001", `No package.json with typeorm in ${cwd} or above`);
  refuseOldCopy(installedCopy(root));
  const compilation = readCompilation(root);
  const call = await findCall(root, manifest, config, compilation);
  refuseUnbuilt(call, compilation);
  const facts = await inspectDataSource(call, process.env).catch(async (error) => {
    throw (await conflictIn(root)) ?? error;
  });
  refuse(facts, call);
  return describeProject({ call, facts, config, compilation, isEsm: manifest.type === "module" });
}

/** During a merge, the compiler reports the markers in its own terms. A plan in conflict is first: it prints how to take one side. */
async function conflictIn(root: string): Promise<unknown> {
  const { readPlans } = await import("@lockstep/core/planning");
  const [damaged] = readPlans(root).damagedPlans;
  if (damaged !== undefined) return damaged.error;
  const { readEntitiesIn } = await import("../entities/project.js");
  return readEntitiesIn(root, []).then(
    () => undefined,
    (error) => (error instanceof LockstepError && error.code === "LS8027" ? error : undefined),
  );
}

function declares({ dependencies, devDependencies, peerDependencies }: Manifest): boolean {
  return [dependencies, devDependencies, peerDependencies].some((list) => list?.typeorm !== undefined);
}

/** As in a fresh clone, if the CLI gets compiled files. */
function refuseUnbuilt({ root, dataSource }: FoundCall, compilation: Compilation): void {
  if (existsSync(join(root, dataSource)) || sourceOf(root, dataSource, compilation) === dataSource) return;
  throw new LockstepError("LS9060", `${dataSource} does not exist: the project is not built.`, {
    hint: `${buildCommand(root, packageManager(root))}, then run the same command again`,
    details: { dataSource },
  });
}

function refuse(facts: DataSourceFacts, { dataSource }: FoundCall): void {
  const cli = copyIn(facts.cli);
  refuseOldCopy(cli);
  if (facts.otherCopy !== undefined) refuseTwoCopies(cli, copyIn(facts.otherCopy));
  if (dialectOfType(facts.type) === undefined)
    throw new LockstepError("LS9062", `The data source in ${dataSource} has the type ${facts.type}.`);
  if (facts.synchronize && process.env.NODE_ENV !== "test")
    throw new LockstepError("LS9054", `The data source in ${dataSource} has synchronize: true.`);
}
