import {
  type Choose,
  choiceId,
  chooseUnattended,
  isNeededByPhase,
  type RankedPlaces,
} from "../../code/candidates/choose.js";
import { inGroups, neededBy } from "../../code/candidates/dependencies.js";
import type { CodeRequest, CodeResult } from "../../code/run/code-request.js";
import { planCodeEdits } from "../../code/run/plan-edits.js";
import { mostWatched, type NewError, type VerifyResult } from "../../code/verify/request.js";
import { withoutErrors } from "../../code/verify/without-errors.js";
import type { FileChange, Unchecked } from "../../model/index.js";
import { linesIn, withLines } from "./error-lines.js";
import type { TypeCheck } from "./type-check.js";

export interface VerifiedEdits extends CodeResult {
  /**
   * The compiler should have reported further requirements, but did not: the project has no config, the compiler failed, or it took too
   * long.
   */
  readonly isUndemanded?: boolean;
  /** Absent if the chosen edits were checked, or if there were none. */
  readonly unchecked?: Unchecked;
}

/** A caller that waits for the type check. */
export interface TypeCheckWait {
  /** Called every second, once it takes more than a few. */
  onWait(check: { readonly files: number; readonly seconds: number }): void;
  /** The check has ended. */
  onEnd(): void;
}

export interface VerifyScope {
  /** Its creator closes it. */
  readonly typeCheck: TypeCheck;
  /** Folders of generated code, relative to the root. */
  readonly generated: readonly string[];
  /** The same phase's model edits. */
  readonly edited: readonly FileChange[];
  /** Ends the check early, with its reason. Default: never. */
  readonly signal?: AbortSignal | undefined;
  /** Places that the compiler rejected before, by `choiceId`: checks them again. Default: none. */
  readonly refused?: ReadonlySet<string>;
  /** The limit for all checks together. Default: 20 seconds. */
  readonly limitMs?: number;
  /** Default: no progress reports. */
  readonly wait?: TypeCheckWait | undefined;
  /** The changed files that will not be written: code that needs them is compiled without. Default: none. */
  leftAmong?(changes: readonly FileChange[]): ReadonlySet<string>;
  /**
   * Whether to write chosen edits that could not be checked. Default: they are listed instead.
   *
   * @param count of the places
   */
  mayWrite?(why: string, count: number): Promise<boolean>;
}

/** The maximum number of times that edits are planned again without those that have errors. */
const mostPlans = 12;
/** Before that, a running check is not reported. */
const quietSeconds = 3;
const notChecked: VerifyResult = { isChecked: false, isExact: false, errors: [], ms: 0 };

/**
 * Plans code edits without those that would add a type error: these are listed with the compiler's message. If nothing could be checked,
 * required edits are made anyway, and chosen ones are listed unless `scope.mayWrite` allows them.
 *
 * @param choose as `CodeRequest.choose`; called once
 * @throws the reason of `scope.signal`; errors of `scope.mayWrite`
 */
export async function planVerifiedEdits(
  request: CodeRequest,
  choose: Choose,
  scope: VerifyScope,
): Promise<VerifiedEdits> {
  let questions: readonly RankedPlaces[] = [];
  let chosen: ReadonlySet<string> = new Set();
  const all = await planCodeEdits({
    ...request,
    async choose(found) {
      questions = found;
      chosen = await choose(found);
      return chosen;
    },
  });
  const left = scope.leftAmong?.(all.changes) ?? new Set<string>();
  // Edits that list the whole model are correct by construction if all edits are of this kind, so they need no compiler.
  const sure = await chooseUnattended(questions);
  const open = questions.some(({ intent, ranked }) =>
    ranked
      .map(({ candidate }) => choiceId(intent, candidate.key))
      .some((id) => chosen.has(id) && (!sure.has(id) || scope.refused?.has(id) === true)),
  );
  if (all.changes.length === 0) return all;
  const choosing = (ids: ReadonlySet<string>) => ({ ...request, choose: async () => ids });
  const required = chosen.size === 0 ? all : await planCodeEdits(choosing(new Set()));
  const lines = linesIn(request);
  const needed = neededGroups(required.written, lines);
  const isAsked = open || left.size > 0;
  if (!isAsked && needed.length === 0) return all;
  // Required edits come first: if edits do not compile together, the required ones stay.
  const optional = byField(questions).flatMap((asked) => groupsOf(asked, chosen));
  const groups = [
    ...needed,
    ...optional.map((group) => ({ ...group, lines: lines(membersOf(group.ids, all.written)) })),
  ];
  const idsOf = new Map(groups.map(({ id, ids }) => [id, ids]));
  const brokenWithout = (ids: ReadonlySet<string>, why: (id: string) => string) =>
    new Map(needed.filter(({ id }) => !ids.has(id)).map(({ id }) => [id, why(id)]));

  const before = textsOf([...scope.edited, ...all.changes, ...required.changes], request);
  const names = request.files.map(({ file }) => file);
  const isInPart = names.length > mostWatched;
  const verifier = scope.typeCheck.of(request, scope, isInPart ? all.changes.map(({ file }) => file) : names);
  let plans = 0;
  const stop = tellWaiting(scope.wait, all.changes.length);
  try {
    const { kept, dropped, skipped, isChecked } = await withoutErrors(groups, {
      async apply(ids) {
        if (ids.size === groups.length) return afterOf(all, before, left);
        plans += 1;
        const members = new Set([...ids].flatMap((id) => idsOf.get(id) ?? []));
        if (plans > mostPlans) return before;
        const broken = brokenWithout(ids, () => "");
        return afterOf(await planCodeEdits({ ...choosing(members), broken }), before, left);
      },
      // Edits that are no longer planned are not known to be correct: the search ends.
      check: async (after) => (plans > mostPlans ? notChecked : withLines(await verifier.check(after), before, after)),
    });
    stop();
    if (!isChecked) {
      if (!isAsked) return all;
      const why = skipped ?? "the type check ended early";
      const safe = safeWithout(questions, left.size > 0 ? new Set() : sure, scope.refused);
      const doubtful = groups.slice(needed.length).flatMap(({ ids }) => (ids.every((id) => safe.has(id)) ? [] : ids));
      const isWritten = doubtful.length === 0 || (await scope.mayWrite?.(why, doubtful.length)) === true;
      if (isWritten) return { ...all, unchecked: { why, leftOut: 0 } };
      const refused = new Map(doubtful.map((id) => [id, `its types could not be checked (${why})`]));
      const rest = new Set([...chosen].filter((id) => !refused.has(id)));
      return { ...(await planCodeEdits({ ...choosing(rest), refused })), unchecked: { why, leftOut: doubtful.length } };
    }
    const part = isInPart ? `of ${names.length} files that may name the model only the edited ones` : undefined;
    const why = skipped ?? part;
    const unchecked = why === undefined || !isAsked ? {} : { unchecked: { why, leftOut: 0 } };
    if (dropped.length === 0) return { ...all, ...unchecked };
    const words = new Map(dropped.map(({ id, error }) => [id, describeError(error, left)]));
    const refused = new Map(
      dropped.flatMap(({ id }) => (idsOf.get(id) ?? []).map((each) => [each, words.get(id) ?? ""])),
    );
    const broken = brokenWithout(new Set(kept), (id) => words.get(id) ?? "");
    const rest = new Set(kept.flatMap((id) => idsOf.get(id) ?? []));
    return { ...(await planCodeEdits({ ...choosing(rest), refused, broken })), ...unchecked };
  } finally {
    stop();
  }
}

/** Reports the elapsed time every second. @returns a function that stops the reports */
function tellWaiting(wait: TypeCheckWait | undefined, files: number): () => void {
  if (wait === undefined) return () => undefined;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    if (seconds >= quietSeconds) wait.onWait({ files, seconds });
  }, 1000);
  return () => {
    clearInterval(timer);
    wait.onEnd();
  };
}

/** The edits to make without a compiler: required ones, those that they need, and those that are correct by construction. */
function safeWithout(
  questions: readonly RankedPlaces[],
  sure: ReadonlySet<string>,
  refused: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const required = questions.flatMap(({ intent, ranked }) => {
    const keys = ranked.filter(isNeededByPhase).map(({ candidate }) => candidate.key);
    return [...keys, ...neededBy(ranked, keys).keys()].map((key) => choiceId(intent, key));
  });
  return new Set([...required, ...[...sure].filter((id) => !refused.has(id))]);
}

type Written = CodeResult["written"];

/** The required edits, each by itself. Those of earlier phases were compiled then. */
function neededGroups(written: Written = [], lines: ReturnType<typeof linesIn>) {
  return written.flatMap((each) =>
    each.unit === undefined
      ? []
      : [{ id: each.unit, ids: [] as readonly string[], files: [each.file], lines: lines([each]) }],
  );
}

function membersOf(ids: readonly string[], written: Written = []): NonNullable<Written> {
  return written.filter((each) => each.key !== undefined && ids.includes(choiceId(each, each.key)));
}

/** The chosen places of a field: places that need each other are edited together or not at all, whichever intents they belong to. */
function groupsOf(questions: readonly RankedPlaces[], chosen: ReadonlySet<string>) {
  const taken = questions.flatMap(({ intent, ranked }) =>
    ranked.flatMap(({ candidate }) => {
      const id = choiceId(intent, candidate.key);
      return chosen.has(id) ? [{ candidate, id }] : [];
    }),
  );
  return inGroups(taken).map((group) => {
    const ids = [...new Set(group.map(({ id }) => id))];
    return { id: ids.join("\n"), ids, files: group.map(({ candidate }) => candidate.file) };
  });
}

function byField(questions: readonly RankedPlaces[]): readonly (readonly RankedPlaces[])[] {
  const fields = new Map<string, RankedPlaces[]>();
  for (const question of questions) {
    const field = choiceId(question.intent, "");
    fields.set(field, [...(fields.get(field) ?? []), question]);
  }
  return [...fields.values()];
}

/** The texts of files from the request, or as they will be written. */
function textsOf(changes: readonly FileChange[], { files }: CodeRequest): Map<string, string> {
  const texts = new Map(files.map(({ file, text }) => [file, text]));
  return new Map(changes.map(({ file, after }) => [file, texts.get(file) ?? after ?? ""]));
}

/** All files that may be edited, with these edits. */
function afterOf(
  { changes }: CodeResult,
  before: ReadonlyMap<string, string>,
  left: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const written = changes.filter(({ file }) => !left.has(file));
  return new Map([...before, ...written.map(({ file, after }) => [file, after ?? ""] as const)]);
}

function describeError({ file, line, code, message }: NewError, left: ReadonlySet<string>): string {
  const why = left.size === 0 ? "" : `; not written, for their uncommitted changes: ${[...left].join(", ")}`;
  return `it would not compile (${file}:${line} TS${code}: ${shortened(message)}${why})`;
}

/** For objects with the wrong type, the message contains a whole type; the compiler prints it in full. */
function shortened(message: string): string {
  const [first = ""] = message.split("\n");
  return first.length > 160 ? `${first.slice(0, 159)}…` : first;
}
