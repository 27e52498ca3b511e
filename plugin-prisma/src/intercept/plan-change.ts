import type { Migration, Plan } from "@lockstep/core";
import {
  buildPlan,
  colorsFor,
  fillFunctions,
  loadConfig,
  noticesText,
  paceOf,
  refuseUnknownFills,
  withFunctions,
} from "@lockstep/core/planning";
import { transactionsOf } from "../engine/prisma-version.js";
import { prismaPlugin } from "../plugin.js";
import type { PrismaProject } from "../project.js";
import { makeOptional } from "../schema/edit.js";
import { editModels } from "../schema/edit-models.js";
import { originalModels } from "../schema/originals.js";
import { readSchema } from "../schema/read.js";
import { columnSources } from "../schema/sources.js";
import { formerUniques, keepUnique } from "../schema/unique.js";
import { verifyEdits } from "../schema/verify.js";
import { version } from "../version.js";
import type { Answer } from "./decide.js";
import { developmentDatabase } from "./development-database.js";
import type { Restore } from "./open-plans.js";
import type { SchemaContainer } from "./shapes.js";

/** What becomes of it, and what there is to say besides, in lines. */
interface PlannedAnswer {
  readonly answer: Answer;
  readonly lines?: readonly string[];
}

/**
 * Makes the plan of a change, tries its fills on the development database, and relaxes the model. Nothing is written.
 *
 * @throws LS2001–LS2011, LS9003
 */
export async function planChange(change: {
  readonly project: PrismaProject;
  readonly schema: SchemaContainer;
  readonly migration: Migration;
  readonly restored: Restore | undefined;
  readonly openPlans: readonly Plan[];
}): Promise<PlannedAnswer> {
  const { project, schema, migration, restored, openPlans } = change;
  const prismaSchema = readSchema(schema.files);
  const config = await loadConfig(project.root);
  refuseUnknownFills(config, prismaSchema.models);
  const functions = fillFunctions(config);
  const column = withFunctions(columnSources(prismaSchema, project), functions);
  const pace = paceOf(config);
  const database = developmentDatabase(project);
  try {
    const make = (id: string) =>
      buildPlan({
        id,
        orm: "prisma",
        versions: { lockstep: version, orm: project.ormVersion },
        migration,
        sources: {
          column,
          table: (table) => database.shape(table),
          lookedUp: (table) => database.lookedUp(table),
          index: (name) => database.index(name),
          foreignKeys: (table) => database.foreignKeys(table),
          typeKind: (type) => database.typeKind(type),
          dependence: (table, column, fill) => database.dependence(table, column, fill),
          environment: () => database.environment(transactionsOf(project.ormVersion)),
          formerUnique: formerUniques(prismaSchema, project),
        },
        openPlans,
        pace,
        words: prismaPlugin.words,
        originalModels: (columns) => originalModels(prismaSchema, schema.files, project, columns),
      });
    const answer = await make("00000000000000_pending");
    if (answer.kind === "pass") {
      if (restored !== undefined) return { answer: { kind: "restored", schema, restore: restored } };
      const pass = { answer: { kind: "pass" } } as const;
      if (answer.notices.length === 0) return pass;
      return { ...pass, lines: [noticesText(answer.notices, colorsFor(process.env.LOCKSTEP_COLOR === "1"))] };
    }
    const { plan } = answer;
    const relaxed = plan.columns.filter((planned) => planned.isRelaxed);
    const kept = plan.keptUniques ?? [];
    const optional = editModels(schema.files, relaxed, (one, { model, field }) => makeOptional(one, model, field));
    const files = kept.reduce(keepUnique, optional);
    await Promise.all([
      verifyEdits(schema.files, files, [
        ...relaxed.map(({ model, field }) => ({ kind: "makeOptional" as const, model, field })),
        ...kept.map((unique) => ({ kind: "keepUnique" as const, unique })),
      ]),
      database.tryFills(plan, functions, migration, prismaPlugin.words),
    ]);
    return {
      answer: {
        kind: "plan",
        plan,
        project,
        migration,
        schema: { ...schema, files },
        async rename(id) {
          restored?.();
          const renamed = await make(id);
          if (renamed.kind !== "plan") throw new Error("the same migration was judged differently");
          return renamed.plan;
        },
      },
    };
  } finally {
    await database.close();
  }
}
