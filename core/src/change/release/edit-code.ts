import { type Choose, choiceId, type RankedPlaces } from "../../code/candidates/choose.js";
import { declinedId } from "../../code/candidates/declined-id.js";
import type { Candidate } from "../../code/contract/candidate.js";
import { mostWatched } from "../../code/verify/request.js";
import type { CodeSettings } from "../../config/code-settings.js";
import {
  type CodeIntent,
  type DeclinedPlace,
  type FileChange,
  isSameTable,
  type Place,
  type PlaceChoice,
  type PlannedEdit,
  phaseOf,
  type TableName,
} from "../../model/index.js";
import { preparedReason, wholeRowReason } from "../../review/failing-statements.js";
import type { CodePolicy, Decided } from "./choices.js";
import { answersOf, keptAnswers, withAnswers } from "./code-answers.js";
import { foreignChanges, fromDisk, mergeCodeFiles } from "./code-files.js";
import { type CodeInput, inputOf } from "./code-input.js";
import { type CodeRequest, type CodeResult, nothingEdited } from "./code-request.js";
import { decideDeclined, declineUnticked, mustChange, withReasons } from "./declined.js";
import { editRecords } from "./edit-records.js";
import { type FailingStatements, failingStatements } from "./failing-statements.js";
import { lineBefore } from "./line-before.js";
import { openRequests } from "./open-requests.js";
import { refuseMade } from "./place-names.js";
import { TypeCheck } from "./type-check.js";
import type { VerifiedEdits, VerifyScope } from "./verified-edits.js";

/**
 * The type check limits: short for the ORM's own command and for read-only runs; for a command that edits code, enough for a large
 * application.
 */
const shortMs = 20_000;
const longMs = 300_000;

/**
 * Makes the edits of intents, and the chosen ones. Every phase uses it, and `lockstep code` again. Lists files with uncommitted changes by
 * others instead of editing them, except files with model edits.
 *
 * @param input the code, if it was read already
 * @throws LS4003 `policy` names an unknown place; errors of `policy.ask`; the reason of `signal`
 */
export async function editCode(
  request: CodeRequest,
  intents: readonly CodeIntent[],
  input: () => Promise<CodeInput | undefined> = () => inputOf(request, intents),
): Promise<CodeResult> {
  const typeCheck = new TypeCheck();
  const result = await edited(request, intents, input, typeCheck).catch((error: unknown) => {
    typeCheck.close();
    throw error;
  });
  if (request.handsOver === undefined) typeCheck.close();
  return result;
}

async function edited(
  request: CodeRequest,
  intents: readonly CodeIntent[],
  readInput: () => Promise<CodeInput | undefined>,
  typeCheck: TypeCheck,
): Promise<CodeResult> {
  const { plan, project, code } = request;
  const { edits: earlier, codeFiles } = plan.state;
  const policy: CodePolicy = { level: code.level, accept: code.accept, decline: code.decline, ...request.policy };
  if (intents.length === 0) return nothingEdited(plan.state);
  const found = await readInput();
  // No file names the model, and none was edited before: does not even load the compiler.
  if (found === undefined) return nothingEdited(plan.state);
  const [{ planCodeEdits }, { TypeClock }, { decidePlaces }, { planVerifiedEdits }, { withDemands, withNullWriters }] =
    await Promise.all([
      import("../../code/run/plan-edits.js"),
      import("../../code/types/type-clock.js"),
      import("./choices.js"),
      import("./verified-edits.js"),
      import("./compiler-demands.js"),
    ]);
  const input = { ...found, typeClock: new TypeClock(request.wait === undefined ? shortMs : longMs) };
  const isUnverified = code.verify === "off" || policy.level === "none";
  const answers = await answersOf(plan, policy, input);
  let decided: Decided = { chosen: new Set(), choices: plan.state.choices ?? [] };
  let questions: readonly RankedPlaces[] = [];
  const intentsNow = withAnswers(input.intents, answers);
  const phase = (["contract", "switch"] as const).find((each) => intents.some((intent) => phaseOf(intent) === each));
  const { declined: named, settled } = await decideDeclined(plan.state, policy, phase ?? "expand", async () => [
    ...mustChange(await planCodeEdits({ ...input, intents: intentsNow, choose: async () => new Set() })),
    ...(await failingPlaces(request, intents, input, [])).places.filter(({ kind }) => kind === "required"),
  ]);
  const answered = {
    ...input,
    intents: intentsNow,
    declined: new Map(named.map((each) => [declinedId(each), each.count])),
  };
  let declined = named;
  const refused = new Set<string>();
  const choose: Choose = async (found) => {
    questions = found;
    for (const id of refusedAmong(found, plan.state.places)) refused.add(id);
    const late = (policy.not ?? []).filter((name) => !settled.has(name));
    await refuseMade(late, found, plan, async (made) => {
      const { linkedWith } = await import("./made-edits.js");
      return linkedWith(made, answered, decided.choices);
    });
    if (policy.level === "none") return decided.chosen;
    const before = decided.choices;
    decided = await decidePlaces(found, decided.choices, policy, plan.state.places, settled);
    if (policy.level === "ask") {
      const unticked = await declineUnticked(found, { before, after: decided.choices }, policy.ask);
      declined = [...declined, ...unticked];
    }
    return decided.chosen;
  };
  const limitMs = limitOf(code.verify, request.wait !== undefined);
  const scope: VerifyScope = {
    typeCheck,
    generated: project.generatedFolders,
    edited: request.edited ?? [],
    signal: request.signal,
    refused,
    limitMs,
    wait: request.wait,
    mayWrite: async (why, count) => policy.unchecked === true || (await policy.ask?.unchecked(why, count)) === true,
    leftAmong: (changes) => foreignChanges(project, fromDisk(changes, request.edited), request.edited),
  };
  const becomesRequired = input.intents.some((intent) => intent.becomesRequired);
  // Another process reads the project while this one looks for places.
  if (!isUnverified) typeCheck.of(answered, scope, watchable(input.files));
  const verified: VerifiedEdits = isUnverified
    ? await planCodeEdits({ ...answered, choose })
    : await planVerifiedEdits(answered, choose, scope);
  const demanded =
    isUnverified || request.asksCompiler !== true
      ? verified
      : await withDemands(verified, {
          request: answered,
          scope,
          questions,
          declined: new Set(
            decided.choices.flatMap((each) => (each.choice === "no" ? [choiceId(each, each.key)] : [])),
          ),
          again: (ids) => planVerifiedEdits(answered, async () => new Set([...decided.chosen, ...ids]), scope),
        });
  const result = isUnverified ? demanded : await withNullWriters(demanded, { request: answered, scope });
  const planned = fromDisk(result.changes, request.edited);
  const foreign = foreignChanges(project, planned, request.edited);
  const isLeft = (file: string) => policy.level === "none" || foreign.has(file);
  const changes = planned.filter((change) => !isLeft(change.file));
  const made = result.edits.filter((edit) => !isLeft(edit.file));
  const waiting = result.edits
    .filter((edit) => isLeft(edit.file))
    .map((edit): Place => {
      const { file, what, text, model, field, site, role } = edit;
      const change = planned.find((each) => each.file === file);
      const line = lineBefore(change, edit.line);
      const ranked = rankedOf({ ...edit, line }, questions, decided.chosen);
      const reason =
        policy.level === "none"
          ? `${text === "" ? "take away what an earlier phase wrote" : "to write"}; not made: the level of code edits is none`
          : `the file has uncommitted changes: commit or stash them, then run npx lockstep code ${plan.id}`;
      const known = ranked === undefined ? {} : { key: ranked.key, family: ranked.family };
      const kind = ranked === undefined ? "required" : "likely";
      const identity = { ...(site !== undefined && { site }), ...(role && { role }) };
      return { file, line, kind, what, ...identity, reason, model, field, ...known, ...(text === "" ? {} : { text }) };
    });
  const texts = new Map(input.files.map(({ file, text }) => [file, text]));
  const edits = policy.level === "none" ? earlier : editRecords(earlier, made, texts, openAmong(declined, questions));
  for (const { file, after } of result.changes) texts.set(file, after ?? "");
  // A column without a plan has no units: its migration is the ORM's own.
  const isBefore = phase === undefined || plan.units.length === 0;
  const failing = isBefore
    ? await failingPlaces(request, intents, input, changes)
    : { places: [], prepared: [], wholeRows: [] };
  const others =
    policy.level === "likely" ? result.places.map((place) => withReasonLeft(place, decided.choices)) : result.places;
  const listed = [...waiting, ...others, ...failing.places, ...openRequests(earlier, answers.exposure, input, texts)];
  const places = withReasons(listed, declined);
  return {
    changes,
    made,
    places,
    questions,
    unchecked: result.unchecked,
    missingTypes: result.missingTypes,
    isUndemanded: result.isUndemanded ?? (isUnverified && (request.asksCompiler === true || becomesRequired)),
    isLeft: policy.level === "none",
    written: result.written,
    failing,
    isNamed: waiting.length > 0,
    async handOver(changes, isAll) {
      const { handOver } = await import("./hand-over.js");
      const why = code.verify === "off" ? "code.verify is off" : undefined;
      try {
        return await handOver({ request: { ...answered, earlier: edits }, changes, why, scope, isAll });
      } finally {
        typeCheck.close();
      }
    },
    state: {
      edits,
      places,
      ...(result.silent === 0 ? {} : { silent: result.silent }),
      ...(decided.choices.length === 0 ? {} : { choices: decided.choices }),
      ...(declined.length === 0 ? {} : { declined }),
      ...keptAnswers(answers),
      codeFiles: mergeCodeFiles(codeFiles, changes),
    },
  };
}

/** The files to read at once; with more, only the edited ones are checked, which are not known yet. */
function watchable(files: CodeInput["files"]): readonly string[] {
  return files.length > mostWatched ? [] : files.map(({ file }) => file);
}

interface FailingPlaces extends FailingStatements {
  readonly places: readonly Place[];
}

/** The statements that fail after expand: one place for each, whatever columns its table gets. */
async function failingPlaces(
  { plan, project, plugin, code }: CodeRequest,
  intents: readonly CodeIntent[],
  { models }: Pick<CodeInput, "models">,
  changes: readonly FileChange[],
): Promise<FailingPlaces> {
  // A column that becomes required exists: the result keeps its shape.
  const added = intents.filter(
    ({ model, field }) =>
      !plan.columns.some((each) => each.model === model && each.field === field && each.becomesRequired),
  );
  const changed = models.filter((each) => added.some(({ model }) => model === each.name));
  const found = await failingStatements(
    changed.map(({ table }) => ({ ...table, grows: true })),
    project,
    plugin,
    code,
    async () => models,
    changes,
  );
  const placeOf = (
    { file, line, within, table }: Pick<Place, "file" | "line"> & { within: string | undefined; table: TableName },
    about: Pick<Place, "kind" | "what" | "reason">,
  ): readonly Place[] => {
    const model = changed.find((each) => isSameTable(each.table, table));
    const intent = intents.find((each) => each.model === model?.name);
    if (intent === undefined) return [];
    const what = `${within === undefined ? "" : `${within}: `}${about.what} over ${table.name}`;
    return [{ file, line, ...about, what, model: intent.model, field: intent.field }];
  };
  return {
    ...found,
    places: [
      ...found.wholeRows.flatMap((each) =>
        placeOf(each, { kind: "required", what: "SQL by position", reason: wholeRowReason(each) }),
      ),
      ...found.prepared.flatMap((each) =>
        placeOf(each, { kind: "likely", what: "prepared SQL", reason: preparedReason(each) }),
      ),
    ],
  };
}

/** Whether the place of an edit lacks the field: a person declined it, or it may get the field again. */
function openAmong(
  declined: readonly DeclinedPlace[],
  questions: readonly RankedPlaces[],
): (edit: PlannedEdit) => boolean {
  const ids = new Set(declined.map(declinedId));
  const siteOf = (
    { model, field }: Pick<CodeIntent, "model" | "field">,
    { file, site }: { readonly file: string; readonly site?: string },
  ) => JSON.stringify([model, field, file, site]);
  const open = questions.flatMap(({ intent, ranked }) => ranked.map(({ candidate }) => siteOf(intent, candidate)));
  const sites = new Set(open);
  return (edit) => ids.has(declinedId(edit)) || (edit.site !== undefined && sites.has(siteOf(edit, edit)));
}

/** Adds the reason why `--code likely` did not edit a likely place. */
function withReasonLeft(place: Place, choices: readonly PlaceChoice[]): Place {
  const { kind, key, family, text, reason } = place;
  const isDecided = choices.some(
    (each) => each.key === key && each.model === place.model && each.field === place.field,
  );
  if (kind !== "likely" || key === undefined || isDecided) return place;
  const why =
    family === "sql"
      ? "SQL in a string is edited by hand"
      : text === undefined || text.includes("…")
        ? "Lockstep does not know what to write there"
        : "a place that it needs is not edited";
  return { ...place, reason: `chosen, and ${why}: ${reason}` };
}

function limitOf(verify: CodeSettings["verify"], isAwaited: boolean): number {
  const ms = typeof verify === "number" ? verify * 1000 : longMs;
  return isAwaited ? ms : Math.min(ms, shortMs);
}

/** The places that the compiler rejected in the previous run, by `choiceId`. */
function refusedAmong(questions: readonly RankedPlaces[], places: readonly Place[]): readonly string[] {
  const refused = places.filter(({ reasonId }) => reasonId === "refused");
  return questions.flatMap(({ intent, ranked }) =>
    ranked
      .filter(({ candidate: { file, family, key, site } }) =>
        refused.some(
          (each) =>
            each.model === intent.model &&
            each.field === intent.field &&
            (each.key === key ||
              (each.site !== undefined && each.file === file && each.family === family && each.site === site)),
        ),
      )
      .map(({ candidate }) => choiceId(intent, candidate.key)),
  );
}

/** The chosen place of an edit; undefined if the edit is required. */
function rankedOf(
  edit: PlannedEdit,
  questions: readonly RankedPlaces[],
  chosen: ReadonlySet<string>,
): Candidate | undefined {
  const of = questions.filter(({ intent }) => intent.model === edit.model && intent.field === edit.field);
  const taken = of
    .flatMap(({ ranked }) => ranked.map(({ candidate }) => candidate))
    .filter(({ file, key }) => file === edit.file && chosen.has(choiceId(edit, key)));
  return (
    taken.find(({ line, lastLine }) => line <= edit.line && edit.line <= lastLine) ??
    taken.find(({ site }) => site === edit.site)
  );
}
