import { questionsIn } from "../../code/run/survey.js";
import { TypeClock } from "../../code/types/type-clock.js";
import { codeSettings } from "../../config/code-settings.js";
import { loadConfig } from "../../config/load.js";
import type { EntityModel } from "../../model/index.js";
import type { NamedColumn } from "../../plan/follow-names.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import { inputOf } from "../release/code-input.js";
import { columnPlan } from "../release/column-plan.js";

/** The number of places that likely need the columns without a plan. By names alone: types and git's history would take too long. */
export async function likelyPlaces(
  columns: readonly NamedColumn[],
  models: readonly EntityModel[],
  project: Project,
  plugin: OrmPlugin,
): Promise<number> {
  const code = codeSettings(await loadConfig(project.root));
  const plan = columnPlan(columns, models, project, { codeFiles: [] });
  const intents = [...plan.intents.expand, ...plan.intents.switch];
  const input = await inputOf({ plan, project, plugin, code, models }, intents);
  if (input === undefined) return 0;
  const { readHistory: _, ...rest } = input;
  const typeClock = new TypeClock();
  typeClock.isOver = true;
  const questions = await questionsIn({ ...rest, typeClock });
  return questions.flatMap(({ ranked }) => ranked).filter(({ kind }) => kind === "likely").length;
}
