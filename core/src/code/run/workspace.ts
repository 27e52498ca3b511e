import { createHash } from "node:crypto";
import type { FileChange, Place, PlannedEdit } from "../../model/index.js";
import { Origins } from "../ast/origins.js";
import { codeAt, siteAt } from "../ast/site.js";
import { type FileKind, lineAt, parseOnce, type SourceFile } from "../ast/source-file.js";
import { applySplices, moveOffset, type Splice } from "../ast/splice.js";
import type { Ranked } from "../contract/ranked.js";
import { compact, type EditFinding, type PlaceFinding } from "../contract/transform.js";
import type { GeneratedClients } from "../project/generated-clients.js";
import { type Compile, createProject, type Project } from "../project/project.js";
import { identityOf } from "../write/identity.js";
import { isSameOwner } from "../write/same-place.js";
import type { WrittenEdit } from "./code-request.js";
import type { Start } from "./plan-start.js";

/** The field and transform of a finding. */
export interface About {
  readonly transform: string;
  readonly phase: PlannedEdit["phase"];
  readonly model: string;
  readonly field: string;
}

type Anchored<T> = T & { readonly file: string; offset: number };
type AnchoredEdit = Anchored<Omit<PlannedEdit, "line" | "file">>;
/** A finding that was applied. */
type Finding = Omit<WrittenEdit, "splices">;
type AnchoredPlace = Anchored<Omit<Place, "line" | "file">>;

/**
 * The files in memory while edits are planned. Edits are applied one intent at a time and the files parsed again, so two columns in one
 * literal never collide. Lines of edits and places are updated.
 */
export class Workspace {
  private readonly originals: Map<string, string>;
  private readonly current: Map<string, SourceFile>;
  private snapshot: Project | undefined;
  private edits: AnchoredEdit[] = [];
  private places: AnchoredPlace[] = [];
  private readonly silent = new Set<string>();
  private readonly origins = new Map<string, Origins<Finding>>();

  constructor(
    files: readonly ({ readonly file: string; readonly text: string } & FileKind)[],
    private readonly clients?: GeneratedClients,
    private readonly compile?: Compile,
  ) {
    const parsed = files.map((each) => parseOnce(each.file, each.text, each));
    parsed.sort((a, b) => (a.file < b.file ? -1 : 1));
    this.originals = new Map(parsed.map(({ file, text }) => [file, text]));
    this.current = new Map(parsed.map((file) => [file.file, file]));
  }

  /** A workspace that continues from a shared start. */
  static from(start: Start, clients: GeneratedClients | undefined): Workspace {
    const workspace = new Workspace([], clients, start.types.compile);
    for (const file of start.files) {
      workspace.originals.set(file.file, file.text);
      workspace.current.set(file.file, file);
    }
    workspace.snapshot = start.project;
    return workspace;
  }

  /** The current files; the same object until an edit is applied. */
  get project(): Project {
    this.snapshot ??= createProject([...this.current.values()], this.clients, this.compile);
    return this.snapshot;
  }

  /** Edits made so far, in the form for later phases. */
  get made(): readonly PlannedEdit[] {
    return this.edits.map(({ offset, ...edit }) => ({ ...edit, line: this.line(edit.file, offset) }));
  }

  applyEdits(
    file: SourceFile,
    found: readonly {
      readonly finding: EditFinding;
      readonly about: About;
      readonly key?: string | undefined;
      readonly unit?: string | undefined;
    }[],
  ): void {
    const splices = found.flatMap(({ finding }) => finding.splices);
    if (splices.length === 0) return;
    const text = applySplices(file.text, splices);
    for (const anchored of [...this.edits, ...this.places]) {
      if (anchored.file === file.file) anchored.offset = moveOffset(anchored.offset, splices);
    }
    const origins = this.origins.get(file.file) ?? new Origins();
    this.origins.set(file.file, origins);
    origins.add(
      file.text,
      found.flatMap(({ finding, about, key, unit }) => {
        const { what, text } = finding;
        const owner: Finding = { ...about, ...identityOf(finding, file), file: file.file, what, text, key, unit };
        return finding.splices.map((splice) => ({ ...splice, owner }));
      }),
    );
    for (const { finding, about } of found) this.record(file, finding, about, offsetAfter(finding, splices));
    this.current.set(file.file, parseOnce(file.file, text, file));
    this.snapshot = undefined;
  }

  addPlace(file: SourceFile, finding: PlaceFinding, about: About): void {
    const { model, field } = about;
    const known = this.places.findIndex(
      (place) =>
        place.file === file.file && place.offset === finding.offset && place.model === model && place.field === field,
    );
    // A required place takes precedence over an optional one.
    const isStronger = finding.certainty === "required" && this.places[known]?.kind !== "required";
    if (known !== -1 && !isStronger) return;
    if (known !== -1) this.places.splice(known, 1);
    const { offset, what, reason, reasonId, certainty, ranked, purpose, mayLeaveOut, isWrite } = finding;
    const identity = finding.identity ?? siteAt(offset, file);
    const weight = {
      ...(mayLeaveOut && { mayLeaveOut }),
      ...((mayLeaveOut || isWrite) && { fingerprint: fingerprintOf(codeAt(offset, file)) }),
      ...(ranked && weighed(ranked)),
      ...(purpose && { purpose }),
    };
    this.places.push({
      file: file.file,
      offset,
      kind: certainty,
      what,
      ...identity,
      reason,
      ...(reasonId && { reasonId }),
      model,
      field,
      ...weight,
    });
    this.silent.delete(`${file.file}:${offset}`);
  }

  addSilent(file: SourceFile, offset: number): void {
    const isListed = this.places.some((place) => place.file === file.file && place.offset === offset);
    if (!isListed) this.silent.add(`${file.file}:${offset}`);
  }

  result(): {
    changes: FileChange[];
    edits: PlannedEdit[];
    places: Place[];
    silent: number;
    written: readonly WrittenEdit[];
  } {
    const changes: FileChange[] = [];
    for (const [file, { text }] of this.current) {
      const before = this.originals.get(file);
      if (before !== text) changes.push({ file, before, after: text });
    }
    const places = this.places.map(({ offset, ...place }) => ({ ...place, line: this.line(place.file, offset) }));
    return {
      changes,
      edits: [...this.made].sort(byPosition),
      places: places.sort(byPosition),
      silent: this.silent.size,
      written: [...this.origins.values()].flatMap(writtenOf),
    };
  }

  /** An edit that replaces a text of the same run (both phases at once) results in one record, not two. */
  private record(source: SourceFile, finding: EditFinding, about: About, offset: number): void {
    const { file } = source;
    const { text, what, replaces, written, flag } = finding;
    const { transform, phase, model, field } = about;
    const identity = identityOf(finding, source);
    const distance = (edit: AnchoredEdit) => Math.abs(edit.offset - offset);
    const [former] = this.edits
      .filter(
        (edit) =>
          edit.transform === transform &&
          edit.file === file &&
          isSameOwner(edit, identity) &&
          edit.text === replaces &&
          replaces !== undefined,
      )
      .sort((a, b) => distance(a) - distance(b));
    if (former === undefined) {
      const known = { ...(replaces !== undefined && { replaces }), ...(written && { written }), ...(flag && { flag }) };
      this.edits.push({
        transform,
        phase,
        model,
        field,
        file,
        offset,
        what,
        ...identity,
        text,
        ...known,
      });
      return;
    }
    this.edits.splice(this.edits.indexOf(former), 1);
    if (text === "") return;
    const { flag: asked, ...rest } = former;
    this.edits.push({ ...rest, offset, text, ...(asked && text.includes(asked) && { flag: asked }) });
  }

  private line(file: string, offset: number): number {
    return lineAt(this.current.get(file)?.text ?? "", offset);
  }
}

function writtenOf({ all }: Origins<Finding>): readonly WrittenEdit[] {
  const findings = new Set(all.flatMap(({ owners }) => owners));
  return [...findings].map((finding) => ({
    ...finding,
    splices: all.filter(({ owners }) => owners.includes(finding)),
  }));
}

/** A hash of code, without its layout. */
export function fingerprintOf(code: string): string {
  return createHash("sha256").update(compact(code)).digest("hex").slice(0, 12);
}

/** The facts about a ranked place that the list of places keeps. */
function weighed({ candidate, score, reasons, isLike, chain }: Ranked): Partial<Place> {
  const { key, family, text, hint } = candidate;
  return {
    key,
    family,
    ...(text !== undefined && { text }),
    ...(hint !== undefined && { hint }),
    ...(isLike && { isLike }),
    ...(chain !== undefined && { chain }),
    score,
    reasons: [...(candidate.blocker === undefined ? [] : [candidate.blocker]), ...reasons.map(({ text }) => text)],
  };
}

/** The start of the finding's own text after all splices of the file, without the comma, line break and indentation. */
function offsetAfter(finding: EditFinding, all: readonly Splice[]): number {
  const own = finding.splices.find((splice) => splice.text.includes(finding.text)) ?? finding.splices[0];
  if (own === undefined) return 0;
  const index = all.indexOf(own);
  const before = all.filter((splice, at) => splice.start < own.start || (splice.start === own.start && at < index));
  const shift = before.reduce((sum, splice) => sum + splice.text.length - (splice.end - splice.start), 0);
  return own.start + shift + Math.max(own.text.indexOf(finding.text), 0);
}

function byPosition(a: { file: string; line: number }, b: { file: string; line: number }): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line;
}
