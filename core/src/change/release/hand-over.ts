import type { OriginalSplice } from "../../code/ast/origins.js";
import { applySplices } from "../../code/ast/splice.js";
import { choiceId, type RankedPlaces } from "../../code/candidates/choose.js";
import { declinedId } from "../../code/candidates/declined-id.js";
import { inGroups, neededBy } from "../../code/candidates/dependencies.js";
import { isWritable } from "../../code/contract/candidate.js";
import type { CodeRequest, WrittenEdit } from "../../code/run/code-request.js";
import { planCodeEdits } from "../../code/run/plan-edits.js";
import type { NewError } from "../../code/verify/request.js";
import { mostWatched } from "../../code/verify/request.js";
import { withoutErrors } from "../../code/verify/without-errors.js";
import type { FileChange } from "../../model/index.js";
import { linesIn, withLines } from "./error-lines.js";
import type { VerifyScope } from "./verified-edits.js";

/** The compiler's error for an edit, or why it was not checked. */
export type EditCheck =
  | { readonly result: "compiles" }
  | { readonly result: "error"; readonly error: NewError }
  | { readonly result: "unchecked"; readonly why: string };

/** An edit that Lockstep can make, relative to the text of its file. */
export interface OpenEdit extends WrittenEdit {
  readonly check: EditCheck;
  /** The other places, by `choiceId`, that need this edit too: for example an import. */
  readonly sharedBy: readonly string[];
}

/** All remaining edits, for a person or a tool to make. */
export interface HandOver {
  /** The files after the run. */
  readonly texts: ReadonlyMap<string, string>;
  readonly questions: readonly RankedPlaces[];
  readonly edits: readonly OpenEdit[];
  /** The check of the written edits. */
  checkOf(file: string): EditCheck;
}

export interface HandingOver {
  /** With the texts before the run. */
  readonly request: CodeRequest;
  /** The changes of the run. */
  readonly changes: readonly FileChange[];
  /** Why the compiler is not used; undefined: it is. */
  readonly why: string | undefined;
  readonly scope: VerifyScope;
  /** Also places with little evidence. */
  readonly isAll: boolean;
}

/**
 * Plans again, based on the result of the run, with all writable places: their edits and the compiler's result for each. Writes nothing.
 *
 * @throws the reason of `scope.signal`
 */
export async function handOver({ request, changes, why, scope, isAll }: HandingOver): Promise<HandOver> {
  const changed = new Map(changes.map(({ file, after }) => [file, after ?? ""]));
  // The same list if nothing changed: `planStart` then reuses its cached data.
  const files =
    changed.size === 0
      ? request.files
      : request.files.map((each) => ({ ...each, text: changed.get(each.file) ?? each.text }));
  const texts = new Map([...files.map(({ file, text }) => [file, text] as const), ...changed]);
  let questions: readonly RankedPlaces[] = [];
  const { written = [] } = await planCodeEdits({
    ...request,
    files,
    async choose(found) {
      questions = found;
      return new Set(found.flatMap((each) => writableIn(each, isAll)));
    },
  });
  const lines = linesIn({ files: [...texts].map(([file, text]) => ({ file, text })) });
  const groups = groupsOf(written, questions).map((group) => ({ ...group, lines: lines(group.members) }));
  if (why !== undefined) {
    const check = (): EditCheck => ({ result: "unchecked", why });
    return { texts, questions, edits: withChecks(written, groups, check), checkOf: check };
  }
  const names = files.map(({ file }) => file);
  const watched =
    names.length > mostWatched ? [...new Set([...changed.keys(), ...written.map(({ file }) => file)])] : names;
  const verifier = scope.typeCheck.of(request, scope, watched);
  const made = changes.length === 0 ? undefined : await verifier.check(changed);
  const known = new Set(made?.errors.map(idOf));
  const sifted = await withoutErrors(groups, {
    apply: (ids) => new Map([...changed, ...textsWith(texts, membersOf(groups, ids))]),
    async check(after) {
      const checked = withLines(await verifier.check(after), texts, after);
      return { ...checked, errors: checked.errors.filter((error) => !known.has(idOf(error))) };
    },
  });
  const dropped = new Map(sifted.dropped.map(({ id, error }) => [id, error]));
  const reason = sifted.skipped ?? "the type check ended early";
  return {
    texts,
    questions,
    edits: withChecks(written, groups, (group) => {
      const error = dropped.get(group.id);
      if (error !== undefined) return { result: "error", error };
      return sifted.isChecked ? { result: "compiles" } : { result: "unchecked", why: reason };
    }),
    checkOf(file) {
      if (made?.isChecked !== true) return { result: "unchecked", why: made?.skipped ?? reason };
      const error = made.errors.find((each) => each.file === file);
      return error === undefined ? { result: "compiles" } : { result: "error", error };
    },
  };
}

/** The places that Lockstep can write, with the places that they need. */
function writableIn({ intent, ranked }: RankedPlaces, isAll: boolean): readonly string[] {
  const keys = ranked
    .filter(({ candidate, kind }) => isWritable(candidate) && (isAll || kind !== "silent"))
    .map(({ candidate }) => candidate.key);
  return [...keys, ...neededBy(ranked, keys).keys()].map((key) => choiceId(intent, key));
}

/** Edits that are made together or not at all. */
interface Group {
  readonly id: string;
  readonly members: readonly WrittenEdit[];
  readonly files: readonly string[];
  /** By `choiceId`; empty for required edits. */
  readonly ids: readonly string[];
}

function groupsOf(written: readonly WrittenEdit[], questions: readonly RankedPlaces[]): readonly Group[] {
  const own = (id: string) => written.filter((each) => each.key !== undefined && choiceId(each, each.key) === id);
  const open = questions.flatMap(({ intent, ranked }) =>
    ranked.map(({ candidate }) => ({ candidate, id: choiceId(intent, candidate.key) })),
  );
  const edited = open.filter(({ id }) => own(id).length > 0);
  const ranked = inGroups(edited).map((group) => {
    const ids = [...new Set(group.map(({ id }) => id))];
    return { id: ids.join("\n"), ids, members: ids.flatMap(own) };
  });
  const needed = written.flatMap((each) =>
    each.key === undefined && each.role === undefined
      ? [{ id: each.unit ?? declinedId(each), ids: [] as readonly string[], members: [each] }]
      : [],
  );
  const groups = [...needed, ...ranked];
  const helpers = written.filter(({ key, role }) => key === undefined && role !== undefined);
  const alone = helpers.filter((each) => !groups.some(({ members }) => members.some((member) => isOf(each, member))));
  return [
    ...alone.map((each, index) => ({ id: `${index} ${declinedId(each)}`, ids: [], members: [each] })),
    ...groups.map(({ members, ...group }) => {
      const own = helpers.filter((each) => members.some((member) => isOf(each, member)));
      return { ...group, members: [...members, ...own] };
    }),
  ].map((group) => ({ ...group, files: [...new Set(group.members.map(({ file }) => file))] }));
}

/** Whether another edit in the same file needs this one: the import of a name that it uses. */
function isOf(helper: WrittenEdit, { file, transform, model, field }: WrittenEdit): boolean {
  return helper.file === file && helper.transform === transform && helper.model === model && helper.field === field;
}

function membersOf(groups: readonly Group[], ids: ReadonlySet<string>): readonly WrittenEdit[] {
  return groups.filter(({ id }) => ids.has(id)).flatMap(({ members }) => members);
}

/** The edited files with these edits, each as in `HandOver.edits`. */
function textsWith(texts: ReadonlyMap<string, string>, edits: readonly WrittenEdit[]): ReadonlyMap<string, string> {
  const files = [...new Set(edits.map(({ file }) => file))];
  return new Map(
    files.map((file) => {
      const splices = edits.flatMap((each) => (each.file === file ? each.splices : []));
      return [file, applySplices(texts.get(file) ?? "", inOrder(splices))];
    }),
  );
}

/** Splices that several edits share are used once. */
export function inOrder<T extends OriginalSplice<unknown>>(splices: readonly T[]): readonly T[] {
  return [...new Set(splices)].sort((a, b) => a.at - b.at);
}

/** The edits with the check results of their groups. */
function withChecks(
  written: readonly WrittenEdit[],
  groups: readonly Group[],
  check: (group: Group) => EditCheck,
): readonly OpenEdit[] {
  return written.flatMap((each) => {
    const own = groups.filter(({ members }) => members.includes(each));
    const [first] = own;
    const sharedBy = each.key === undefined ? own.flatMap(({ ids }) => ids) : [];
    return first === undefined ? [] : [{ ...each, check: check(first), sharedBy }];
  });
}

/** Identifies an error independent of its line. */
function idOf({ file, code, message }: NewError): string {
  return JSON.stringify([file, code, message]);
}
