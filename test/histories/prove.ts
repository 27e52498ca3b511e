import { afterAll, beforeAll, test } from "vitest";
import { draw } from "./draw.js";
import { fixed } from "./fixed.js";
import type { HistoryProject } from "./project.js";
import { prove, seedsOf } from "./run-history.js";
import { createTemplates, type Templates } from "./world.js";

/**
 * Branches plan columns, drop some, release and undo phases, deploy and are merged, as a seed draws it. No step loses a row or a value,
 * touches a column of another plan, fails without a code, or reports nothing beside a broken state; and the commands that Lockstep prints
 * lead to an end at which every plan is done or undone, and database and model agree.
 *
 * @param drawn histories that are drawn. LOCKSTEP_HISTORIES is another number, LOCKSTEP_SEED one history
 * @param rows of the fixed histories: each of so many. Default: all
 */
export function proveHistories(project: HistoryProject, drawn: number, rows = 1): void {
  let templates: Templates;
  beforeAll(async () => {
    templates = await createTemplates(project);
  });
  afterAll(async () => {
    project.close();
    await templates?.drop();
  });
  const some = Object.entries(fixed).filter((_, at) => at % rows === 0);
  test.each(some)("%s", (_, history) => prove(project, templates, history));
  test.each(seedsOf(drawn))("the history of seed %i", (seed) => prove(project, templates, draw(seed), seed), 900_000);
}
