import { follow } from "./follow.js";
import { type History, textOf } from "./history.js";
import { Interpreter } from "./interpret.js";
import type { HistoryProject } from "./project.js";
import { type Templates, World } from "./world.js";

/** How a history ended. */
export interface Outcome {
  /** Sentences, each a defect; none: all is right. */
  readonly problems: readonly string[];
  /** The step of the first one; absent: on the way to the end, or none. */
  readonly at?: number;
  /** Every command and its output. */
  readonly log: readonly string[];
}

export async function play(project: HistoryProject, templates: Templates, history: History): Promise<Outcome> {
  const world = await new World(project, templates).open();
  const interpreter = new Interpreter(world);
  try {
    const failure = await interpreter.run(history);
    if (failure !== undefined) return { ...failure, log: interpreter.log };
    if (interpreter.isVoid) return { problems: [], log: interpreter.log };
    return { problems: await follow(interpreter, history.end), log: interpreter.log };
  } finally {
    await world.close();
  }
}

/** The kind of a problem, without what differs from run to run. */
export function kindOf(problem: string): string {
  return (problem.split("\n")[0] ?? "").replaceAll(/\d+/g, "n").slice(0, 60);
}

/** Without the steps that the failure does not need. @param at the step that failed; absent: on the way to the end */
export async function shrink(
  project: HistoryProject,
  templates: Templates,
  history: History,
  { problems: [problem = ""], at = history.steps.length }: Pick<Outcome, "problems" | "at">,
): Promise<{ readonly history: History; readonly outcome: Outcome | undefined }> {
  let outcome: Outcome | undefined;
  let steps = history.steps.slice(0, at + 1);
  for (let left = steps.length - 1; left >= 0; left--) {
    const fewer = { ...history, steps: steps.filter((_, each) => each !== left) };
    const tried = await play(project, templates, fewer);
    if (!tried.problems.some((each) => kindOf(each) === kindOf(problem))) continue;
    steps = fewer.steps;
    outcome = tried;
  }
  return { history: { ...history, steps }, outcome };
}

/** @throws with the seed, the shortest history that fails, and what its commands printed */
export async function prove(
  project: HistoryProject,
  templates: Templates,
  history: History,
  seed?: number,
): Promise<void> {
  const outcome = await play(project, templates, history);
  const [problem] = outcome.problems;
  if (problem === undefined) return;
  const short = await shrink(project, templates, history, outcome);
  const { problems, log } = short.outcome ?? outcome;
  const alone =
    seed === undefined ? "" : `\nAlone: LOCKSTEP_SEED=${seed} npm test -- histories/${project.name.toLowerCase()}`;
  throw new Error(`${problems.join("\n")}\n${textOf(short.history)}${alone}\n${log.join("\n")}`);
}

/** The seeds of a file; LOCKSTEP_SEED chooses one, LOCKSTEP_HISTORIES how many. */
export function seedsOf(count: number): readonly number[] {
  const { LOCKSTEP_SEED: one, LOCKSTEP_HISTORIES: many } = process.env;
  if (one !== undefined) return [Number(one)];
  return Array.from({ length: many === undefined ? count : Number(many) }, (_, at) => at + 1);
}
