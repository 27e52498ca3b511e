import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { attempt, isUnreadable } from "../base/expected-errors.js";
import { prefixInRepository } from "../base/files/git.js";
import { shellWord } from "../base/shell-word.js";
import { openQuestions } from "../change/release/code-answers.js";
import type { EditCheck, OpenEdit } from "../change/release/hand-over.js";
import type { RefreshResult } from "../change/release/refresh-code.js";
import { choiceId } from "../code/candidates/choose.js";
import { declinedId } from "../code/candidates/declined-id.js";
import { needsOf } from "../code/candidates/dependencies.js";
import type { Candidate } from "../code/contract/candidate.js";
import type { Ranked } from "../code/contract/ranked.js";
import type { WrittenEdit } from "../code/run/code-request.js";
import type { UnreadFile } from "../code/sources/unread-files.js";
import type { EntityModel, Place, Plan, PlannedEdit } from "../model/index.js";
import type {
  CheckJson,
  CodeDocument,
  codeDocumentId,
  DeclarationJson,
  EditJson,
  PlaceJson,
  QuestionJson,
  RestJson,
  TextEdit,
} from "./code-document.js";
import { exposureQuestion, likeQuestion } from "./column-questions.js";

/** The result of one `lockstep code` run. */
export interface CodeRun {
  readonly result: RefreshResult;
  /** Root folder of the project. */
  readonly root: string;
  /** The command that the user types for these columns. */
  readonly command: string;
  /** Whether the columns have a plan. */
  readonly hasPlan: boolean;
  readonly isDry: boolean;
  /** With --all: places with little evidence. */
  readonly silent: readonly Omit<Place, "kind">[] | undefined;
  readonly unread: readonly UnreadFile[];
  readonly next: { readonly words: string; readonly command?: string | undefined };
}

const schema: typeof codeDocumentId = "https://unpkg.com/@lockstep/core/schemas/code-1.json";

/** Returns the columns, the open questions and all places, each with its edit and the command that makes it. */
export async function codeJson(run: CodeRun): Promise<Omit<CodeDocument, "schemaVersion" | "command" | "diff">> {
  const { result, hasPlan, isDry, silent, unread, next } = run;
  const { plan, unchecked, missingTypes, unformatted } = result;
  const { state } = plan;
  const texts = new Texts(run);
  return {
    $schema: schema,
    root: posix.join(texts.prefix, ".").replace(/\/$/, ""),
    ...(hasPlan ? { plan: plan.id } : {}),
    columns: plan.columns.map(({ model, field }) => `${model}.${field}`),
    declarations: plan.columns.flatMap((column) =>
      declarationOf(column, result.models ?? [], hasPlan ? plan : undefined),
    ),
    questions: await questionsOf(result),
    written: !isDry,
    edits: result.made.map((edit) => editJson(edit, run, texts)),
    places: state.places.map((place) => placeJson(place, run, texts)),
    ...(silent && { leftOut: silent.map((place) => restJson(place, run, texts)) }),
    silent: state.silent ?? 0,
    ...(unchecked && { unchecked }),
    ...(missingTypes && { missingTypes }),
    ...(unformatted && { unformatted }),
    unread: unread.map(({ file, why }) => ({ file: texts.path(file), why })),
    choices: state.choices ?? [],
    declined: (state.declined ?? []).map((each) => ({ ...each, file: texts.path(each.file) })),
    exposure: state.exposure ?? {},
    like: state.like ?? {},
    next: next.words,
    ...(next.command !== undefined && { nextCommand: next.command }),
  };
}

function declarationOf(
  { model, field }: Plan["columns"][number],
  models: readonly EntityModel[],
  plan: Plan | undefined,
): readonly DeclarationJson[] {
  const declared = models.find(({ name }) => name === model);
  const its = declared?.fields.find(({ name }) => name === field);
  if (declared === undefined || its === undefined) return [];
  const { schema, name } = declared.table;
  const { column, type, isList, isUnique, isId, isForeignKey, hasDefault, defaultValue, documentation } = its;
  return [
    {
      model,
      field,
      table: { ...(schema !== undefined && { schema }), name },
      column,
      type,
      isNullable: its.isOptional,
      isList,
      isUnique,
      isId,
      isForeignKey,
      hasDefault,
      ...(defaultValue !== undefined && { default: defaultValue }),
      ...(its.enumName !== undefined && { enum: { name: its.enumName, values: its.enumValues ?? [] } }),
      ...(documentation !== "" && { documentation }),
      ...(plan && { plan: { id: plan.id, phase: plan.state.released } }),
    },
  ];
}

async function questionsOf({ handedOver, plan }: RefreshResult): Promise<readonly QuestionJson[]> {
  const { exposure = {}, like = {} } = plan.state;
  const open = await openQuestions(handedOver?.questions ?? [], { exposure, like });
  return open.flatMap(({ model, field, effect, similar }): QuestionJson[] => {
    const column = `${model}.${field}`;
    return [
      ...(effect === undefined
        ? []
        : [{ id: "exposure", column, ...exposureQuestion(model, field, effect), answerWith: "--exposure <value>" }]),
      ...(similar.length === 0
        ? []
        : [{ id: "like", column, ...likeQuestion(model, field, similar), answerWith: "--like <value>" }]),
    ];
  });
}

/** Describes one edit. A dry run includes its text changes; otherwise the file already contains them. */
function editJson(edit: PlannedEdit, { result, isDry }: CodeRun, texts: Texts): EditJson {
  const { file, line, model, field, what, site, owner, role, transform, phase, text, replaces, written, flag } = edit;
  const planned = result.written?.find((each) => isSame(each, edit));
  const open = texts.edits.find((each) => declinedId(each) === declinedId(edit) && each.transform === transform);
  const ranked = result.questions
    .filter(({ intent }) => intent.model === model && intent.field === field)
    .flatMap((question) => question.ranked)
    .find(({ candidate }) => candidate.key === planned?.key);
  const known = ranked && texts.candidate({ model, field, key: ranked.candidate.key });
  const at = isDry && planned !== undefined ? texts.lineOf(file, planned.splices[0]?.start ?? 0) : line;
  const check = isDry ? open?.check : result.handedOver?.checkOf(file);
  return {
    file: texts.path(file),
    line: at,
    ...texts.rangeOf(file, at, isDry ? known : undefined),
    kind:
      ranked === undefined || ranked.candidate.isRequired
        ? "required"
        : ranked.kind === "silent"
          ? "possible"
          : ranked.kind,
    model,
    field,
    what,
    ...(site !== undefined && { site }),
    ...(owner && { owner }),
    ...(role && { role }),
    ...(ranked && { family: ranked.candidate.family, key: ranked.candidate.key }),
    transform,
    phase,
    text,
    ...(replaces !== undefined && { replaces }),
    ...(written !== undefined && { written }),
    ...(flag !== undefined && { flag }),
    ...(isDry && planned && { textEdits: texts.changes([planned]) }),
    ...(check && { check: texts.check(check) }),
    made: !isDry,
  };
}

function placeJson(place: Place, run: CodeRun, texts: Texts): PlaceJson {
  const { kind, mayLeaveOut, fingerprint, declined } = place;
  return {
    ...restJson(place, run, texts),
    kind,
    ...(mayLeaveOut && { mayLeaveOut }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(declined !== undefined && { declined }),
  };
}

function restJson(place: Omit<Place, "kind">, { result, command }: CodeRun, texts: Texts): RestJson {
  const { file, line, chain: _, mayLeaveOut, fingerprint, declined, ...rest } = place;
  const { key, model, field } = place;
  const { kind: _kind, ...known } = rest as Partial<Place>;
  const candidate = key === undefined ? undefined : texts.candidate({ model, field, key });
  const edits = texts.editsOf(place);
  const [own] = edits;
  const isMade = own !== undefined && own.check.result !== "error";
  const next =
    own === undefined
      ? undefined
      : key !== undefined
        ? `${command} --only ${shellWord(key)}`
        : isMade
          ? command
          : undefined;
  const chain = key === undefined ? [] : chainOf(place, result);
  return {
    ...(known as typeof rest),
    file: texts.path(file),
    line,
    ...texts.rangeOf(file, line, candidate),
    ...(chain.length > 0 && { chain }),
    ...(own && { textEdits: texts.changes(edits), check: texts.check(own.check) }),
    made: false,
    ...(next !== undefined && { next }),
  };
}

/** The keys of the places that are edited together with this one. */
function chainOf(
  { model, field, key }: Pick<Place, "model" | "field" | "key">,
  result: RefreshResult,
): readonly string[] {
  const all: readonly Ranked[] = (result.handedOver?.questions ?? [])
    .filter(({ intent }) => intent.model === model && intent.field === field)
    .flatMap(({ ranked }) => ranked);
  const own = all.find(({ candidate }) => candidate.key === key);
  if (own === undefined) return [];
  const linked =
    own.chain === undefined ? [] : all.filter(({ chain, kind }) => chain === own.chain && kind !== "silent");
  const keys = [...linked.map(({ candidate }) => candidate.key), ...needsOf(own.candidate, all).keys()];
  return [...new Set(keys)].filter((each) => each !== key);
}

/** Whether a planned edit matches a recorded one. */
function isSame(written: WrittenEdit, edit: PlannedEdit): boolean {
  return written.transform === edit.transform && written.text === edit.text && declinedId(written) === declinedId(edit);
}

/** The files as the run leaves them, and the edits and candidates in them. */
class Texts {
  readonly prefix: string;
  readonly edits: readonly OpenEdit[];
  readonly #run: CodeRun;
  readonly #lines = new Map<string, readonly number[]>();
  readonly #candidates: ReadonlyMap<string, Candidate>;

  constructor(run: CodeRun) {
    this.#run = run;
    this.prefix = prefixInRepository(run.root);
    const { edits = [], questions = [] } = run.result.handedOver ?? {};
    this.edits = edits;
    this.#candidates = new Map(
      questions.flatMap(({ intent, ranked, done }) =>
        [...done, ...ranked.map(({ candidate }) => candidate)].map(
          (each) => [choiceId(intent, each.key), each] as const,
        ),
      ),
    );
  }

  path(file: string): string {
    return posix.join(this.prefix, file);
  }

  candidate({ model, field, key }: { readonly model: string; readonly field: string; readonly key: string }) {
    return this.#candidates.get(choiceId({ model, field }, key));
  }

  /** The edits of a place, including those it shares with other places. */
  editsOf(place: Pick<Place, "key" | "model" | "field" | "file" | "what" | "site" | "role">): readonly OpenEdit[] {
    const { key } = place;
    if (key === undefined) {
      const own = this.edits.filter((each) => each.key === undefined && declinedId(each) === declinedId(place));
      const isHelper = (each: OpenEdit) =>
        each.role !== undefined && own.some((it) => it.file === each.file && it.transform === each.transform);
      return [...own, ...this.edits.filter((each) => !own.includes(each) && each.key === undefined && isHelper(each))];
    }
    const id = choiceId(place, key);
    const own = this.edits.filter((each) => each.key !== undefined && choiceId(each, each.key) === id);
    if (own.length > 0) return [...own, ...this.edits.filter(({ sharedBy }) => sharedBy.includes(id))];
    // Edits of another place can lie within this one, for example a destructuring edited for the row that takes its value from it.
    const { start, end } = this.#candidates.get(id)?.range ?? { start: 0, end: -1 };
    return this.edits.filter(
      ({ file, model, field, splices }) =>
        file === place.file &&
        model === place.model &&
        field === place.field &&
        splices.some((splice) => start <= splice.start && splice.end <= end),
    );
  }

  changes(edits: readonly WrittenEdit[]): readonly TextEdit[] {
    const files = [...new Set(edits.map(({ file }) => file))];
    return files.flatMap((file) => {
      const splices = edits.flatMap((each) => (each.file === file ? each.splices : []));
      return [...new Set(splices)]
        .sort((a, b) => a.at - b.at)
        .map(({ start, end, text }) => ({ file: this.path(file), ...this.#range(file, { start, end }), text }));
    });
  }

  check(check: EditCheck): CheckJson {
    if (check.result !== "error") return check;
    const { file, line, code, message } = check.error;
    return { result: "error", file: this.path(file), line, code, message };
  }

  /** The range of a place's code. If only the line is known, the range of that line's text. */
  rangeOf(file: string, line: number, candidate: Candidate | undefined) {
    const text = this.#text(file);
    if (text === undefined) return {};
    if (candidate?.range !== undefined) return { range: this.#range(file, candidate.range) };
    const start = this.#starts(file)[line - 1];
    if (start === undefined) return {};
    const whole = /^[^\r\n]*/.exec(text.slice(start))?.[0] ?? "";
    const first = start + whole.length - whole.trimStart().length;
    return { range: this.#range(file, { start: first, end: Math.max(first, start + whole.trimEnd().length) }) };
  }

  lineOf(file: string, offset: number): number {
    return this.#position(file, offset).line;
  }

  #range(file: string, { start, end }: { readonly start: number; readonly end: number }) {
    return { start: this.#position(file, start), end: this.#position(file, end) };
  }

  #position(file: string, offset: number) {
    const starts = this.#starts(file);
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { offset, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** Offsets of line starts. */
  #starts(file: string): readonly number[] {
    const known = this.#lines.get(file);
    if (known !== undefined) return known;
    const starts = [0, ...[...(this.#text(file) ?? "").matchAll(/\n/g)].map(({ index }) => index + 1)];
    this.#lines.set(file, starts);
    return starts;
  }

  #text(file: string): string | undefined {
    const { result, root } = this.#run;
    return result.handedOver?.texts.get(file) ?? attempt(() => readFileSync(join(root, file), "utf8"), isUnreadable);
  }
}
