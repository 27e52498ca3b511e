import type { CodeSql, SqlExpression } from "../../dialect/code-sql.js";
import type {
  CodeIntent,
  EditRole,
  EntityField,
  EntityModel,
  Family,
  Owner,
  Place,
  PlaceIdentity,
  PlannedEdit,
  Purpose,
  ReasonId,
} from "../../model/index.js";
import type { ts } from "../ast/compiler.js";
import type { PlaceNode, SourceFile } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import type { Project } from "../project/project.js";
import type { Type } from "../project/type-facts.js";
import type { Candidate } from "./candidate.js";
import { memoizedBy } from "./memoized.js";
import type { Ranked } from "./ranked.js";

/** What a transform found in a file: an edit to make, a place that a person should look at, or one that is ranked first. */

export type Finding = EditFinding | PlaceFinding | CandidateFinding;

/** A change of the file that Lockstep makes. */
export interface EditFinding {
  readonly kind: "edit";
  readonly splices: readonly Splice[];
  /** `createUser: data of prisma.user.create`. */
  readonly what: string;
  /** The inserted property, entry or member without its comma; empty where the edit only takes something away. */
  readonly text: string;
  /** What stood there before, where an edit replaces a text that Lockstep wrote. */
  readonly replaces?: string;
  /** That text as Lockstep had written it, where people have changed it since. */
  readonly written?: string | undefined;
  /** The name of the flag that the text asks for. */
  readonly flag?: string | undefined;
  /** See `PlaceIdentity`; the syntax tree says the owner where this does not. */
  readonly role?: EditRole | undefined;
  readonly owner?: Owner | undefined;
}

export interface PlaceFinding {
  readonly kind: "place";
  readonly certainty: Place["kind"];
  /** Offset of the literal, type or call. */
  readonly offset: number;
  readonly what: string;
  /** Why it is listed and not edited, and what to write there. */
  readonly reason: string;
  readonly reasonId?: ReasonId;
  /** What it is known by, where that is not the node at the offset. */
  readonly identity?: PlaceIdentity;
  /** It makes rows that may leave the column out. */
  readonly mayLeaveOut?: true;
  /** What the ranking knows of it. */
  readonly ranked?: Ranked;
  readonly purpose?: Purpose;
}

/** A place that names fields of the model: the ranking says how likely it gets the new one, and choices whether it does. */
export interface CandidateFinding
  extends Pick<
    Candidate,
    | "family"
    | "what"
    | "anchor"
    | "names"
    | "otherKeys"
    | "tie"
    | "isWhole"
    | "because"
    | "caution"
    | "isRequired"
    | "text"
    | "hint"
    | "isManual"
    | "keepsOut"
  > {
  readonly kind: "candidate";
  readonly node: PlaceNode;
  /** It names the new field already: nothing to do, but it counts where places of the same name are told apart. */
  readonly isDone: boolean;
  /** It may make rows, and then leaves the column out. */
  readonly mayLeaveOut?: true;
  /** `add \`handle: true\` if it is used there` */
  readonly advice: string;
  /** Places that have to change with it: the type that its value is a member of. */
  readonly needs?: readonly PlaceNode[];
  /** It is no place by itself: only what a row needs. */
  readonly isOnlyNeeded?: true;
}

/** What a transform works with: one intent over one snapshot of the files. */
export interface TransformContext {
  readonly project: Project;
  readonly models: readonly EntityModel[];
  /** Names of the packages of the workspace that the project is part of. */
  readonly workspacePackages: ReadonlySet<string>;
  readonly intent: CodeIntent;
  readonly model: EntityModel;
  readonly field: EntityField;
  /** The fields that a place must name to count as a copy of the whole model: all but the planned ones. */
  readonly columns: readonly EntityField[];
  /** The same without ids, foreign keys and timestamps: how much of the model a place holds is measured with these. */
  readonly core: readonly EntityField[];
  /** The intent's value where it is SQL that could be read. */
  readonly sql: SqlExpression | undefined;
  /** How SQL in the code is read. */
  readonly codeSql: CodeSql;
  /** Edits of earlier phases (and of this run) for the same field. */
  readonly earlier: readonly PlannedEdit[];
  /** Edits for other fields, of this plan and of others: they may have written what this field's edit is part of. */
  readonly others: readonly PlannedEdit[];
  /** Whether a place that need not have the field gets it: it was chosen, or names the whole model and nobody declined. */
  takes(place: PlaceNode, family: Family): boolean;
  /** The ORM's side of recognising rows; without a plugin nothing is one. */
  readonly orm: OrmCode;
  /**
   * The cached result of `fn` for `key`, or what `compute` returns: see `memoized`.
   * @param whileComputing the result while `compute` runs, where it may lead in a circle
   */
  memo<T>(fn: object, key: unknown, compute: () => T, whileComputing?: T): T;
}

/** Recognises one kind of place, edits it, and takes its edits back. */
export interface Transform {
  readonly id: string;
  /** The intents it serves. */
  readonly intents: readonly CodeIntent["kind"][];
  /** It only lists places: it runs after the edits of its intent were made, and sees what they left. */
  readonly isChecklist?: true;
  /** It also serves fields that are no property with a value of its own: in an embedded object (`address.city`), a relation (`team`). */
  readonly servesPaths?: true;
  /** It looks at documents, not at code. */
  readonly isForDocuments?: true;
  /** What code of this ORM looks like; one transform of a plugin carries it. */
  readonly orm?: OrmCode;
  find(file: SourceFile, context: TransformContext): Iterable<Finding>;
  /** Takes out what `find` inserted in an earlier phase, wherever the code has moved to. */
  undo?(file: SourceFile, context: TransformContext): Iterable<Finding>;
  /** Whether an undo may leave this edit where it is, because other code may use it by now: an import. */
  mayStay?(edit: PlannedEdit): boolean;
  /** What contract takes out of a text that switch wrote; undefined where that leaves nothing to take out. */
  scaffoldingIn?(text: string, context: TransformContext): Scaffolding | undefined;
  /** Puts back, in its place, the text of an earlier phase that `find` replaced. */
  restore?(file: SourceFile, context: TransformContext): Iterable<Finding>;
}

/** `?? user.email.toLowerCase()` of `handle: user.handle ?? user.email.toLowerCase()`, and `handle: user.handle`. */
export interface Scaffolding {
  readonly dropped: string;
  readonly left: string;
}

/** What the ORM-neutral transforms must know about an ORM. */
export interface OrmCode {
  /** Whether a declaration is a model, of whatever rows: the ORM's plugin edits it itself. Default: none is. */
  isModel?(node: ts.Node, file: SourceFile, context: TransformContext): boolean;
  /** Whether a call has the path of the ORM's calls, but leads elsewhere or may: `sdk.user.create`, the client of another schema. */
  isForeignCall(callee: ts.Expression, file: SourceFile, project: Project): boolean;
  /** The packages whose types say what code of this ORM is, and the one that each project has. Default: names say it alone. */
  readonly typed?: {
    readonly packageName: string;
    isAsked(packageName: string): boolean;
    /** How code that is generated from the models is known, and made. Default: the app's own code declares its rows. */
    readonly generated?: { textOf(model: string): string; readonly command: string };
  };
  /** Whether what a literal makes is put over rows that exist as well: a value that is added replaces theirs. Default: it is not. */
  isUpsert?(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): boolean;
  /** Whether a type is a row of the model with all its columns. Default: none is. */
  isWholeRow?(type: Type, context: TransformContext): boolean;
  /** Whether a type is one that generated code has for new rows of the model, or for changes: it gets the field with the model. Default: none is. */
  isInput?(type: Type, context: TransformContext): boolean;
  /** Whether rows of the model can be written through an expression: a client, a repository. Default: nothing says so. */
  canWriteModel?(value: ts.Expression, file: SourceFile, context: TransformContext): boolean;
  /** Whether a package is the ORM's, and inserts nothing of its own. Default: none is. */
  isOwnPackage?(specifier: string): boolean;
  /** The rows that a call of this function with these arguments reads whole (no `select`, no `omit`). */
  readsRows(
    callee: ts.Expression,
    args: readonly ts.Expression[],
    file: SourceFile,
    context: TransformContext,
  ): RowsRead | undefined;
  /** Why nothing says whether a call reads whole rows of the model, or of another schema's of that name. Default: that is always said. */
  whyUnclear?(
    callee: ts.Expression,
    args: readonly ts.Expression[],
    file: SourceFile,
    context: TransformContext,
  ): string | undefined;
  /**
   * Whether a value of this type is a row of another schema's model of that name; `maybe` where its type is not known.
   * Default: there is no other schema.
   */
  isRowElsewhere?(type: Type | undefined, file: SourceFile, context: TransformContext): boolean | "maybe";
  /** Whether SQL is sent to the database of another schema. Default: it is not. */
  isSentElsewhere?(sql: ts.Expression, file: SourceFile, project: Project): boolean;
  /** What a call reads of the model, itself and along relations; undefined where it is no read of the ORM's. Default: none is. */
  rowsRead?(call: ts.CallExpression, file: SourceFile, context: TransformContext): readonly RowsPart[] | undefined;
  /** Whether rows are sent without the field, whoever reads them: their class says so. Default: they are not. */
  isHidden?(context: TransformContext): boolean;
  /** How a read says that it does without the field: `omit: { handle: true }`. Default: it cannot say so. */
  withoutField?(context: TransformContext): string;
  /** What to do so that all reads do without the field. Default: it cannot be said in one place. */
  withoutFieldAnywhere?(context: TransformContext): string;
  /**
   * A value of a type that apps spell in different ways, as the field takes it; undefined where that cannot be said.
   * Default: enums by the names of their members in quotes, `5n`, `new Date("…")`.
   */
  literalFor?(value: SpelledValue, file: SourceFile, context: TransformContext): string | undefined;
  /** Whether the type of the field has room for null in this phase. Default: it has. */
  mayBeNull?(context: TransformContext): boolean;
  /** How the declaration of the field says that a row has no value: `handle?: string` may be left out, and is never null. Default: as null. */
  nullStyle?(context: TransformContext): EmptyValues;
  /** Whether rows are made of a class of requests: the ORM's plugin edits it itself. Default: none is. */
  isWritten?(node: ts.Node, context: TransformContext): boolean;
}

/** How a type says that it has no value of the field: as null, by leaving it out. */
export interface EmptyValues {
  readonly isNullable: boolean;
  readonly isOptional: boolean;
}

/** Rows of the model in what a call gives back. */
export interface RowsPart {
  /** The relations that lead to them, from the outside in: `["user"]` of orders with their users. */
  readonly path: readonly string[];
  /** What names the columns that are read; undefined where all are. */
  readonly select: ts.Node | undefined;
  /** They are what the call was given: they have the field as soon as code writes it, whatever reads leave out. */
  readonly isWritten?: true;
  /** What they are read with is built elsewhere: it may name columns after all. */
  readonly isAssumed?: true;
}

/** `list` for `findMany`, `page` for a list with the number of all. */
export type RowsRead = "row" | "list" | "page";

/** A value that a literal of the language cannot say for every ORM. */
export type SpelledValue =
  | { readonly kind: "enum"; readonly name: string; readonly value: string }
  /** Digits of a field that is a bigint or a decimal. */
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "datetime"; readonly iso: string };

/** The files that a transform looks at. */
export function filesFor({ isForDocuments }: Transform, { files, documents }: Project): readonly SourceFile[] {
  return isForDocuments ? documents : files;
}

/** The edits that this transform made to this field in earlier phases. */
export function earlierOf(transform: string, context: TransformContext): readonly PlannedEdit[] {
  return context.earlier.filter((edit) => edit.transform === transform && edit.text !== "");
}

/** The texts of those edits, as `compact` has them. */
export const writtenTexts = memoizedBy(
  (transform: string, context): ReadonlySet<string> =>
    new Set(earlierOf(transform, context).map((edit) => compact(edit.text))),
);

/** The name under which a text of the earlier edits counts as unchanged: reformatting does not matter, other quotes neither. */
export function compact(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\s,]*([{}()[\],;:])[\s,]*/g, "$1")
    .replaceAll(/ ?(\??\.) ?/g, "$1")
    .replaceAll(/'([^'"\\`]*)'/g, '"$1"')
    .trim();
}

/** What transforms find in a file: once for a context, however often it is asked. */
export function findingsOf(transform: Transform, file: SourceFile, context: TransformContext): readonly Finding[] {
  return context.memo(transform, file, () => [...transform.find(file, context)]);
}

/** Whether code does not reach the field as a property of a row that holds its value. */
export function isPath({ model, field: { name } }: TransformContext): boolean {
  return name.includes(".") || model.relations.some((each) => each.name === name && each.fields?.includes(name));
}
