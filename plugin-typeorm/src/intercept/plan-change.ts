import { LockstepError, loadParser } from "@lockstep/core";
import {
  assertAgreement,
  buildPlan,
  DevelopmentDatabase,
  fillFunctions,
  loadConfig,
  paceOf,
  refuseUnknownFills,
  withFunctions,
} from "@lockstep/core/planning";
import { isScaffolding, type Query } from "@lockstep/typeorm-wrapper/internal";
import type { Known } from "../corrections/correct.js";
import { originalModels } from "../entities/edit/originals.js";
import { formerUniques } from "../entities/edit/unique.js";
import { readEntities } from "../entities/read.js";
import { columnSources } from "../entities/sources.js";
import { typeormFiles } from "../typeorm-files.js";
import { version } from "../version.js";
import { asOptional, findColumns, knownColumns } from "./columns.js";
import { type Disagreement, withDisagreements } from "./disagreements.js";
import { refuseOtherKinds } from "./guard-kinds.js";
import type { Interception } from "./interception.js";
import { printNotices } from "./notices.js";
import { isAbout, type OpenPlans, type Restore } from "./open-plans.js";
import { setOutput } from "./output.js";
import { type RecordedLog, recordedLog, withoutQueries } from "./recorded-log.js";
import { openSession } from "./session.js";
import { type Change, readChange } from "./statements.js";
import { assertUsable, cliModules } from "./typeorm-copy.js";
import { expandOutput } from "./write-expand.js";

/** What is to be planned. */
export interface UnsafeChange {
  readonly change: Change;
  /** What the change was corrected with. */
  readonly known: Known;
  readonly log: RecordedLog;
  readonly open: OpenPlans | undefined;
  readonly restore: Restore | undefined;
  /** What of it no edit explains. */
  readonly disagreements: readonly Disagreement[];
}

/**
 * Makes the plan of a change, tries its fills on the development database, and makes sure that TypeORM will agree with it. Nothing is
 * written before the CLI writes its file.
 *
 * @returns false when there is none after all: every hazard is waved through by an annotation
 * @throws LS2001–LS2011, LS9003, LS9042, LS9051–LS9054
 */
export async function planChange(
  about: Interception,
  { change, known: facts, log, open, restore, disagreements }: UnsafeChange,
): Promise<boolean> {
  const { root, call, copy } = about;
  const { dataSource, commandFile } = call;
  assertUsable(copy, log);
  if (call.synchronizes && process.env.NODE_ENV !== "test")
    throw new LockstepError("LS9054", "The data source has synchronize: true.");
  const cli = cliModules(commandFile);
  const [config, project, files] = await Promise.all([loadConfig(root), about.project(), about.entityFiles()]);
  const known = knownColumns(dataSource);
  const models = readEntities(files, known);
  refuseUnknownFills(config, models);
  const functions = fillFunctions(config);
  const database = new DevelopmentDatabase(() => openSession(dataSource));
  try {
    const answer = await buildPlan({
      id: "0000000000000-Pending",
      orm: "typeorm",
      versions: { lockstep: version, orm: copy.version },
      migration: change.migration,
      sources: {
        column: withFunctions(columnSources(files, known), functions),
        table: (table) => database.shape(table),
        lookedUp: (table) => database.lookedUp(table),
        index: (name) => database.index(name),
        foreignKeys: (table) => database.foreignKeys(table),
        typeKind: (type) => database.typeKind(type),
        dependence: (table, column, fill) => database.dependence(table, column, fill),
        environment: () => database.environment(project.transactions),
        formerUnique: formerUniques(files, about, known),
        formerType: change.formerType,
      },
      openPlans: open?.plans ?? [],
      pace: paceOf(config),
      words: typeormFiles.words,
      originalModels: (columns) => originalModels(files, columns),
    });
    if (answer.kind === "pass") {
      const notices = withDisagreements([...change.notices, ...answer.notices], disagreements);
      printNotices({ corrections: change.corrections, notices });
      return false;
    }
    const plan = { ...answer.plan, notices: withDisagreements(answer.plan.notices, disagreements) };
    refuseOtherKinds(plan, dataSource, models);
    await database.tryFills(plan, functions, change.migration, typeormFiles.words);
    const relaxed = plan.columns.filter(({ isRelaxed }) => isRelaxed);
    const columns = relaxed.flatMap((column) => findColumns(dataSource, column));
    const again = await asOptional([...columns, ...(open?.ahead ?? [])], () => recordedLog(dataSource, call.ask));
    // Optional columns can be tried in memory; what declares a unique constraint cannot, and stays until contract.
    const kept = [...(plan.keptUniques ?? []), ...(open?.plans ?? []).flatMap(({ keptUniques = [] }) => keptUniques)];
    const isLeftOut = (query: Query) => isScaffolding(query) || kept.some(({ index }) => isAbout(query, index.name));
    const relaxedChange = await readChange(withoutQueries(again, isLeftOut), await loadParser(), facts);
    assertAgreement(change.migration, relaxedChange.migration, plan, "TypeORM");
    setOutput(about.locked(expandOutput(about, { project, plan, change, restore, models, config })), cli);
    return true;
  } finally {
    await database.close();
  }
}
