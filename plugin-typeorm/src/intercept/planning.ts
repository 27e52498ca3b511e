import { LockstepError, type Migration, type Planning } from "@lockstep/core";
import { originalModels } from "../entities/edit/originals.js";
import { formerUniques } from "../entities/edit/unique.js";
import { version } from "../version.js";
import { knownColumns } from "./columns.js";
import { refuseOtherKinds } from "./guard-kinds.js";
import type { Interception } from "./interception.js";
import type { RecordedLog } from "./recorded-log.js";
import { assertUsable, cliModules } from "./typeorm-copy.js";

/**
 * What a plan takes of a TypeORM project.
 *
 * @param relax what TypeORM generates for the relaxed entities
 * @throws LS9051–LS9054
 */
export async function planning(
  about: Interception,
  log: RecordedLog,
  relax: Planning<Migration>["relax"],
): Promise<Planning<Migration>> {
  const { call, copy } = about;
  assertUsable(copy, log);
  if (call.synchronizes && process.env.NODE_ENV !== "test")
    throw new LockstepError("LS9054", "The data source has synchronize: true.");
  cliModules(call.commandFile);
  const [files, models] = await Promise.all([about.entityFiles(), about.models()]);
  return {
    versions: { lockstep: version, orm: copy.version },
    models,
    formerUnique: formerUniques(files, about, knownColumns(call.dataSource)),
    originalModels: (columns) => originalModels(files, columns),
    refuse: (plan) => refuseOtherKinds(plan, call.dataSource, models),
    relax,
  };
}
