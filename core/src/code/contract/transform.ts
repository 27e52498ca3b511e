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

/** The findings of a transform: an edit, a place for a person to review, or a candidate that is ranked first. */

export type Finding = EditFinding | PlaceFinding | CandidateFinding;

/** A change that Lockstep makes to the file. */
export interface EditFinding {
  readonly kind: "edit";
  readonly splices: readonly Splice[];
  /** `createUser: data of prisma.user.create`. */
  readonly what: string;
  /** The inserted property, entry or member without its comma; empty if the edit only removes text. */
  readonly text: string;
  /** The previous text, if an edit replaces a text that Lockstep wrote. */
  readonly replaces?: string;
  /** That text as Lockstep wrote it, if people have changed it since. */
  readonly written?: string | undefined;
  /** The name of the flag that the text checks. */
  readonly flag?: string | undefined;
  /** See `PlaceIdentity`. Default: the owner comes from the syntax tree. */
  readonly role?: EditRole | undefined;
  readonly owner?: Owner | undefined;
}

export interface PlaceFinding {
  readonly kind: "place";
  readonly certainty: Place["kind"];
  /** Offset of the literal, type or call. */
  readonly offset: number;
  readonly what: string;
  /** Why it is listed and not edited, and the text to write there. */
  readonly reason: string;
  readonly reasonId?: ReasonId;
  /** Its identity, if that is not the node at the offset. */
  readonly identity?: PlaceIdentity;
  /** It creates rows that may omit the column. */
  readonly mayLeaveOut?: true;
  /** It must change because only code fills the column in the end. */
  readonly isWrite?: true;
  /** The result of the ranking. */
  readonly ranked?: Ranked;
  readonly purpose?: Purpose;
}

/** A place that names fields of the model. The ranking scores it, and choices decide whether it gets the new field. */
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
  /** It names the new field already. No edit is needed, but it counts when places of the same name are numbered. */
  readonly isDone: boolean;
  /** It may create rows, and then omits the column. */
  readonly mayLeaveOut?: true;
  /** `add \`handle: true\` if it is used there` */
  readonly advice: string;
  /** Places that must change with it: the type that declares its value. */
  readonly needs?: readonly PlaceNode[];
  /** Not a place by itself: only a dependency of a row. */
  readonly isOnlyNeeded?: true;
}

/** The input of a transform: one intent over one snapshot of the files. */
export interface TransformContext {
  readonly project: Project;
  readonly models: readonly EntityModel[];
  /** Names of the packages in the project's workspace. */
  readonly workspacePackages: ReadonlySet<string>;
  readonly intent: CodeIntent;
  readonly model: EntityModel;
  readonly field: EntityField;
  /** The fields that a place must name to count as a copy of the whole model: all but the planned ones. */
  readonly columns: readonly EntityField[];
  /** The columns without ids, foreign keys and timestamps. They measure how much of the model a place contains. */
  readonly core: readonly EntityField[];
  /** The intent's value, if it is SQL that could be parsed. */
  readonly sql: SqlExpression | undefined;
  /** Reads SQL in code. */
  readonly codeSql: CodeSql;
  /** Edits of earlier phases (and of this run) for the same field. */
  readonly earlier: readonly PlannedEdit[];
  /** Edits for other fields, of this plan and of others: this field's edit may be part of their text. */
  readonly others: readonly PlannedEdit[];
  /** Whether an optional place gets the field: it was chosen, or it names the whole model and was not declined. */
  takes(place: PlaceNode, family: Family): boolean;
  /** Whether a required edit is not made, because a person declined it or it does not compile: other edits cannot rely on it. */
  isRefused(edit: EditFinding, file: SourceFile): boolean;
  /** The declarations that rows read the field from, once these have it. Complete when the transforms have searched all files. */
  readonly sources: Set<ts.Node>;
  /** The ORM's recognition of rows. Without a plugin, nothing is a row. */
  readonly orm: OrmCode;
  /**
   * The cached result of `fn` for `key`, or the result of `compute`: see `memoized`.
   * @param whileComputing the result while `compute` runs, if it may recurse
   */
  memo<T>(fn: object, key: unknown, compute: () => T, whileComputing?: T): T;
}

/** Finds one kind of place, edits it, and reverts its edits. */
export interface Transform {
  readonly id: string;
  /** The supported intents. */
  readonly intents: readonly CodeIntent["kind"][];
  /** It only lists places. It runs after the edits of its intent and sees their result. */
  readonly isChecklist?: true;
  /**
   * It also supports fields that are not a property with a value of their own: in an embedded object (`address.city`), a relation (`team`).
   */
  readonly servesPaths?: true;
  /** It reads documents, not code. */
  readonly isForDocuments?: true;
  /** How to recognise code of this ORM. One transform of a plugin provides it. */
  readonly orm?: OrmCode;
  find(file: SourceFile, context: TransformContext): Iterable<Finding>;
  /** Removes what `find` inserted in an earlier phase, even if the code has moved. */
  undo?(file: SourceFile, context: TransformContext): Iterable<Finding>;
  /** Whether an undo may leave this edit because other code may use it now: an import. */
  mayStay?(edit: PlannedEdit): boolean;
  /** The part of a text written by switch that contract removes; undefined if there is none. */
  scaffoldingIn?(text: string, context: TransformContext): Scaffolding | undefined;
  /** Restores, in place, the text of an earlier phase that `find` replaced. */
  restore?(file: SourceFile, context: TransformContext): Iterable<Finding>;
}

/** `?? user.email.toLowerCase()` of `handle: user.handle ?? user.email.toLowerCase()`, and `handle: user.handle`. */
export interface Scaffolding {
  readonly dropped: string;
  readonly left: string;
}

/** The facts about an ORM that ORM-neutral transforms need. */
export interface OrmCode {
  /** Whether a declaration is a model of any rows, which the ORM's plugin edits. Default: never. */
  isModel?(node: ts.Node, file: SourceFile, context: TransformContext): boolean;
  /** Whether a call has the path of an ORM call but has, or may have, another target: `sdk.user.create`, the client of another schema. */
  isForeignCall(callee: ts.Expression, file: SourceFile, project: Project): boolean;
  /** The packages whose types identify code of this ORM, and the one that each project has. Default: only names identify it. */
  readonly typed?: {
    readonly packageName: string;
    isAsked(packageName: string): boolean;
    /** How to recognise and generate code that is generated from the models. Default: the app's own code declares its rows. */
    readonly generated?: { textOf(model: string): string; readonly command: string };
  };
  /** Whether a literal's row also overwrites existing rows, so an added value replaces theirs. Default: no. */
  isUpsert?(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): boolean;
  /** Whether a type is a row of the model with all its columns. Default: no. */
  isWholeRow?(type: Type, context: TransformContext): boolean;
  /** Whether a type is a generated input type for new rows or changes of the model, which gets the field with the model. Default: no. */
  isInput?(type: Type, context: TransformContext): boolean;
  /** Whether an expression can write rows of the model: a client, a repository. Default: no. */
  canWriteModel?(value: ts.Expression, file: SourceFile, context: TransformContext): boolean;
  /** Whether a package belongs to the ORM and inserts no rows itself. Default: no. */
  isOwnPackage?(specifier: string): boolean;
  /** The rows that a call of this function with these arguments reads completely (no `select`, no `omit`). */
  readsRows(
    callee: ts.Expression,
    args: readonly ts.Expression[],
    file: SourceFile,
    context: TransformContext,
  ): RowsRead | undefined;
  /**
   * Why it is unclear whether a call reads whole rows of the model, or of a model of that name in another schema. Default: it is always
   * clear.
   */
  whyUnclear?(
    callee: ts.Expression,
    args: readonly ts.Expression[],
    file: SourceFile,
    context: TransformContext,
  ): string | undefined;
  /**
   * Whether a value of this type is a row of a model of that name in another schema; `maybe` if its type is not known.
   * Default: there is no other schema.
   */
  isRowElsewhere?(type: Type | undefined, file: SourceFile, context: TransformContext): boolean | "maybe";
  /** Whether SQL is sent to the database of another schema. Default: no. */
  isSentElsewhere?(sql: ts.Expression, file: SourceFile, project: Project): boolean;
  /** The rows of the model that a call reads, directly and through relations; undefined if it is not a read of the ORM. Default: none. */
  rowsRead?(call: ts.CallExpression, file: SourceFile, context: TransformContext): readonly RowsPart[] | undefined;
  /** Whether rows are always sent without the field because their class excludes it. Default: no. */
  isHidden?(context: TransformContext): boolean;
  /** How a read excludes the field: `omit: { handle: true }`. Default: not possible. */
  withoutField?(context: TransformContext): string;
  /** How to exclude the field from all reads. Default: not possible in one place. */
  withoutFieldAnywhere?(context: TransformContext): string;
  /**
   * A value in the form that the field accepts, for types that apps spell in different ways; undefined if that is not known.
   * Default: enums by the names of their members in quotes, `5n`, `new Date("…")`.
   */
  literalFor?(value: SpelledValue, file: SourceFile, context: TransformContext): string | undefined;
  /** Whether the field's type allows null in this phase. Default: yes. */
  mayBeNull?(context: TransformContext): boolean;
  /** How the field's declaration represents a missing value: `handle?: string` may be omitted and is never null. Default: as null. */
  nullStyle?(context: TransformContext): EmptyValues;
  /** Whether rows are made from a request class, which the ORM's plugin edits. Default: no. */
  isWritten?(node: ts.Node, context: TransformContext): boolean;
}

/** How a type represents a missing value of the field: as null, or by omitting it. */
export interface EmptyValues {
  readonly isNullable: boolean;
  readonly isOptional: boolean;
}

/** Rows of the model in the result of a call. */
export interface RowsPart {
  /** The path of relations to them, from the outside in: `["user"]` for orders with their users. */
  readonly path: readonly string[];
  /** The code that names the columns to read; undefined if all are read. */
  readonly select: ts.Node | undefined;
  /** They are the input of the call, so they have the field as soon as code writes it, even if reads omit it. */
  readonly isWritten?: true;
  /** The arguments of the read are built elsewhere and may name columns after all. */
  readonly isAssumed?: true;
}

/** `list` for `findMany`, `page` for a list with the total count. */
export type RowsRead = "row" | "list" | "page";

/** A value that has no literal that is valid for every ORM. */
export type SpelledValue =
  | { readonly kind: "enum"; readonly name: string; readonly value: string }
  /** Digits of a bigint or decimal field. */
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "datetime"; readonly iso: string };

/** The files that a transform reads. */
export function filesFor({ isForDocuments }: Transform, { files, documents }: Project): readonly SourceFile[] {
  return isForDocuments ? documents : files;
}

/** The edits by this transform to this field in earlier phases. */
export function earlierOf(transform: string, context: TransformContext): readonly PlannedEdit[] {
  return context.earlier.filter((edit) => edit.transform === transform && edit.text !== "");
}

/** The texts of those edits, in the form of `compact`. */
export const writtenTexts = memoizedBy(
  (transform: string, context): ReadonlySet<string> =>
    new Set(earlierOf(transform, context).map((edit) => compact(edit.text))),
);

/** A normalized text to compare with earlier edits: ignores formatting and quotes. */
export function compact(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\s,]*([{}()[\],;:])[\s,]*/g, "$1")
    .replaceAll(/ ?(\??\.) ?/g, "$1")
    .replaceAll(/'([^'"\\`]*)'/g, '"$1"')
    .trim();
}

/** The findings of a transform in a file, computed once per context. */
export function findingsOf(transform: Transform, file: SourceFile, context: TransformContext): readonly Finding[] {
  return context.memo(transform, file, () => [...transform.find(file, context)]);
}

/** Whether code does not access the field as a property of a row that contains its value. */
export function isPath({ model, field: { name } }: TransformContext): boolean {
  return name.includes(".") || model.relations.some((each) => each.name === name && each.fields?.includes(name));
}
