import { doing } from "../base/at-work.js";
import { isCommittedWord } from "../base/files/git.js";
import { fillFunctions, refuseUnknownFills } from "../config/configured-fills.js";
import { loadConfig } from "../config/load.js";
import { smallTables } from "../dialect/stats/small-tables.js";
import type { Notice, Plan } from "../model/index.js";
import { buildPlan } from "../plan/build-plan.js";
import { paceOf } from "../plan/pace.js";
import { withFunctions } from "../plan/sources.js";
import type { Corrected, OrmChange } from "./change.js";
import type { DevelopmentDatabase } from "./development-database.js";
import { withRemarks } from "./remarks.js";

/** `notices`: messages besides the plan. */
type Answer<Relaxed> = { readonly notices: readonly Notice[] } & (
  | { readonly kind: "pass" }
  | { readonly kind: "plan"; readonly plan: Plan; readonly relaxed: Relaxed }
);

/**
 * Makes the plan of a change, tests its fills on the development database, and relaxes the models in memory. The plan has no name yet, and
 * nothing here depends on it.
 *
 * @returns `pass` if annotations skip every hazard
 * @throws LS2001–LS2011, LS9003, and the plugin's errors
 */
export async function planChange<Relaxed>(
  orm: OrmChange<Relaxed>,
  { migration, notices, remarks, formerType }: Corrected,
  database: DevelopmentDatabase,
  openPlans: readonly Plan[],
): Promise<Answer<Relaxed>> {
  doing("planning the change");
  const planning = await orm.planning();
  const config = await loadConfig(orm.root);
  refuseUnknownFills(config, planning.models);
  const functions = fillFunctions(config);
  const answer = await buildPlan({
    id: "",
    orm: orm.orm,
    dialect: orm.dialectId,
    versions: planning.versions,
    migration,
    sources: {
      ...database.sources(orm.transactions, migration),
      column: withFunctions(await orm.sources(), functions),
      formerUnique: planning.formerUnique,
      ...(planning.formerName && { formerName: planning.formerName }),
      isSmall: smallTables(orm.root),
      isUncommitted: (column) => !isCommittedWord(orm.root, column),
      ...(formerType === undefined ? {} : { formerType }),
    },
    openPlans,
    pace: paceOf(config),
    words: orm.words,
    originalModels: (columns) => planning.originalModels(columns),
  });
  if (answer.kind === "pass") return { kind: "pass", notices: withRemarks([...notices, ...answer.notices], remarks) };
  const plan = { ...answer.plan, notices: withRemarks(answer.plan.notices, remarks) };
  planning.refuse?.(plan);
  await database.tryFills(plan, functions, migration, orm.words);
  return { kind: "plan", notices, plan, relaxed: await planning.relax(plan) };
}
