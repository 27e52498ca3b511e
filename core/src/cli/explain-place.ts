import { existsSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "../base/errors.js";
import { shellWord } from "../base/shell-word.js";
import { answersIn, answersOf, withAnswers } from "../change/release/code-answers.js";
import { inputOf } from "../change/release/code-input.js";
import { placesAt } from "../change/release/place-names.js";
import type { RankedPlaces } from "../code/candidates/choose.js";
import { type Candidate, isWritable } from "../code/contract/candidate.js";
import { explainRank } from "../code/explain/ranked-place.js";
import { type CodeSettings, codeSettings } from "../config/code-settings.js";
import { type CodeIntent, type EntityModel, type Plan, phaseOf } from "../model/index.js";
import { followNames, namedColumns } from "../plan/follow-names.js";
import { phasesOf } from "../plan/phases.js";
import { nextText } from "../review/terminal.js";
import { answersGiven } from "./code-policy.js";
import { type CommandResult, type Invocation, sameCommand, type Workspace } from "./command.js";

interface NamedLine {
  readonly file: string;
  readonly line: number;
}

/** Input of an explanation. */
interface Explained extends NamedLine {
  readonly workspace: Workspace;
  readonly plan: Plan;
  readonly models: readonly EntityModel[];
  readonly settings: CodeSettings;
  readonly intents: readonly CodeIntent[];
  /** Undefined: no file was read. */
  readonly input: Awaited<ReturnType<typeof inputOf>>;
}

/**
 * Explains why the place at `file:line` is or is not offered, for each column of the plan. Writes nothing.
 *
 * @throws LS8002 no line given · LS4003 no such file · LS3013 `--like` names a column that the model does not have
 */
export async function explainPlace(request: {
  readonly place: string;
  readonly plan: Plan;
  readonly command: string;
  readonly invocation: Invocation;
  /** A column without a plan has no phases. */
  readonly hasPlan: boolean;
}): Promise<CommandResult> {
  const { place, command, invocation, hasPlan } = request;
  const workspace = await invocation.workspace();
  const { project, plugin, config } = workspace;
  const { file, line } = namedLine(place, project.root, command);
  const { questionsIn } = await import("../code/run/survey.js");
  const models = await plugin.readModels(project);
  const plan = followNames(request.plan, namedColumns(models));
  const settings = codeSettings(config, invocation.io.env);
  const planned = [...plan.intents.expand, ...plan.intents.switch, ...plan.intents.contract];
  const found = await inputOf({ plan, project, plugin, code: settings, models }, planned);
  // Same as a run with these flags: its answers override stored answers and annotations.
  const intents =
    found === undefined
      ? withAnswers(planned, answersIn(plan.state))
      : withAnswers(found.intents, await answersOf(plan, answersGiven(invocation), found));
  const input = found && { ...found, intents };
  const questions = input === undefined ? [] : await questionsIn(input);
  const { lines: offered, open } = answersAt(questions, file, line, plan, hasPlan);
  const lines =
    offered.length > 0 ? offered : await whyNot({ workspace, file, line, plan, models, settings, intents, input });
  const again = sameCommand(command, invocation, "explain");
  const at = `${file}:${line}`;
  const isListed = offered.length === 0 && plan.state.places.some((each) => each.file === file && each.line === line);
  const next = open.some(isWritable)
    ? `${again} --only ${shellWord(at)}`
    : open.length > 0 || isListed
      ? `Edit ${at} yourself if it needs the column.`
      : again;
  return {
    text: [...lines, nextText(next, invocation.io.colors)].join("\n"),
    json: { plan: plan.id, place: `${file}:${line}`, isOffered: offered.length > 0, text: lines },
    exitCode: 0,
  };
}

/** @throws LS8002 no line given · LS4003 no such file */
function namedLine(place: string, root: string, command: string): NamedLine {
  const [, file = "", digits] = /^(?:\.\/)?(.+?)(?::(\d+))?$/.exec(place.replaceAll("\\", "/")) ?? [];
  if (!existsSync(join(root, file)))
    throw new LockstepError("LS4003", `--explain ${place}: the project has no file ${file}.`);
  if (digits === undefined)
    throw new LockstepError("LS8002", `--explain ${place}: add a line number.`, {
      hint: `${command} --explain ${file}:1`,
    });
  return { file, line: Number(digits) };
}

/** Why nothing is offered at the line: because of the file, an existing edit or place, or the code. */
async function whyNot(explained: Explained): Promise<readonly string[]> {
  const { file, line, plan, models, intents, input } = explained;
  const source = input?.files.find((each) => each.file === file);
  if (input === undefined || source === undefined) return [`${file} ${await whyNotRead(explained)}.`];
  const known = [
    ...plan.state.edits
      .filter((edit) => edit.file === file && edit.line === line)
      .map(({ what, phase }) => `${file}:${line}  ${what}: edited at ${phase}`),
    ...plan.state.places
      .filter((each) => each.file === file && each.line === line)
      .map(({ what, kind, reason }) => `${file}:${line}  ${what}: ${kind}, and not ranked: ${reason}`),
  ];
  if (known.length > 0) return known;
  const { questionsIn } = await import("../code/run/survey.js");
  const open = intents.map((intent) => ({ ...intent, exposure: undefined }));
  const shown = (await questionsIn({ ...input, intents: open })).filter(
    ({ ranked }) =>
      placesAt(
        file,
        line,
        ranked.map(({ candidate }) => candidate),
      ).length > 0,
  );
  if (shown.length > 0)
    return shown.map(
      ({ intent: { model, field } }) =>
        `${file}:${line}  is not offered: ${model}.${field} is internal, and this code shows the columns that it lists.`,
    );
  const { whyNotOffered } = await import("../code/explain/not-offered.js");
  const names = [...new Set(plan.columns.map(({ model }) => model))];
  return models
    .filter(({ name }) => names.includes(name))
    .map((model) => `${file}:${line}  is not offered: ${whyNotOffered(source, line, model, models)}.`);
}

/** Why the file is not read as application code. */
async function whyNotRead({ workspace, file, models, settings, intents }: Explained): Promise<string> {
  const { project } = workspace;
  const [{ whySkipped }, { codeRoots }, { relevance }] = await Promise.all([
    import("../code/explain/skipped-file.js"),
    import("../code/sources/unread-packages.js"),
    import("../code/sources/relevance.js"),
  ]);
  const names = new Set(intents.map(({ model }) => model));
  return whySkipped(project.root, file, {
    include: settings.include,
    roots: await codeRoots(project.root, settings, async () => models),
    matters: relevance({ models: models.filter(({ name }) => names.has(name)), all: models, planned: intents }),
    excludes: [
      { globs: settings.exclude, text: "is excluded by code.exclude" },
      { globs: project.generatedFolders, text: "is generated code" },
      { globs: [project.migrationsFolder], text: "is a migration" },
      { globs: ["lockstep"], text: "belongs to Lockstep's plans" },
    ],
  });
}

/** Describes each place at a line. `open`: those that this phase offers. */
function answersAt(
  questions: readonly RankedPlaces[],
  file: string,
  line: number,
  plan: Plan,
  hasPlan: boolean,
): { readonly lines: readonly string[]; readonly open: readonly Candidate[] } {
  const offered: Candidate[] = [];
  const lines = questions.flatMap(({ intent, about, ranked, done }) => {
    const has = placesAt(file, line, done).map(
      ({ what }) => `${file}:${line}  ${what}: has ${intent.model}.${intent.field} already`,
    );
    const places = new Set(
      placesAt(
        file,
        line,
        ranked.map(({ candidate }) => candidate),
      ),
    );
    const open = ranked.filter(({ candidate }) => places.has(candidate));
    const later = hasPlan ? phaseWords(plan, phaseOf(intent)) : [];
    if (later.length === 0) offered.push(...open.map(({ candidate }) => candidate));
    return [
      ...has,
      ...open.flatMap((each) => [
        ...explainRank(each, about),
        ...later,
        ...(plan.state.choices ?? [])
          .filter(
            ({ key, model, field }) => key === each.candidate.key && model === intent.model && field === intent.field,
          )
          .map(({ choice, by }) => `chosen: ${choice} (${by})`),
      ]),
    ];
  });
  return { lines, open: offered };
}

/** The phase that offers the place, if it is not the current one. */
function phaseWords(plan: Plan, phase: "expand" | "switch" | "contract"): readonly string[] {
  const all = phasesOf(plan);
  const own = all.includes(phase) ? phase : "contract";
  const { released } = plan.state;
  if (released === "undone" || all.indexOf(own) <= all.indexOf(released)) return [];
  return [`not in this phase: Lockstep offers it in ${own}, and the plan is in ${released}`];
}
