import { declinedPlace, owner, phase, placeChoice, role } from "../model/code-schema.js";
import { exposures, purposes } from "../model/evidence.js";
import {
  boolean,
  either,
  isTrue,
  list,
  literal,
  number,
  type Of,
  object,
  objectOf,
  oneOf,
  optional,
  record,
  type Schema,
  string,
} from "../model/schema.js";

// The output of `lockstep code --json`, version 1. `npm run docs` generates core/schemas/code-1.json from it.

export const codeDocumentId = "https://unpkg.com/@lockstep/core/schemas/code-1.json";

const said = <T>(schema: Schema<T>, text: string): Schema<T> => schema.describe(text);
/** Creates a separate definition in the JSON schema. */
const named = <T>(id: string, schema: Schema<T>): Schema<T> => schema.meta({ id });

const file = said(string, "Path from the root of the git repository, with `/`; without git from the project's folder.");
const reason = said(string, "Why the place is listed, and what to write there.");

const positionShape = {
  offset: said(number, "From 0, in UTF-16 code units of the file's text."),
  line: said(number, "From 1."),
  column: said(number, "From 1, in UTF-16 code units."),
} as const;
const position = named("position", object(positionShape));
const rangeShape = { start: position, end: said(position, "The offset after the last character.") } as const;
const range = named("range", object(rangeShape));
const textEditShape = {
  file,
  ...rangeShape,
  text: said(string, "Replaces the range. If the range is empty, it is inserted."),
} as const;
/** One change of a file's text. */
export interface TextEdit extends Of<typeof textEditShape> {}
const textEdits = said(
  list(named("textEdit", object(textEditShape))),
  "Changes to the current text of files. They do not overlap. Apply changes at one offset in this order. If two places have an equal change, such as an import, apply it once.",
);

const checks = [
  { result: literal("compiles") },
  {
    result: literal("error"),
    file,
    line: said(number, "In the edited text."),
    code: said(number, "Of the TypeScript compiler."),
    message: string,
  },
  { result: literal("unchecked"), why: string },
] as const;
/** The compiler's result for an edit. */
export type CheckJson = Of<(typeof checks)[number]>;
const check = said(
  named("check", objectOf(checks, "result")),
  "The compiler's result for the edit, together with those of its chain. `unchecked`: the compiler did not run, or did not finish.",
);

const whereShape = {
  file,
  line: said(number, "The first line of the place, from 1."),
  range: optional(said(range, "The code of the place, or its line if only the line is known.")),
  model: string,
  field: string,
  what: said(string, "Its name for people: `listUsers: select of prisma.user.findMany`."),
  site: optional(said(string, "The names around it in the syntax tree.")),
  owner: optional(owner),
  role: optional(role),
  family: optional(said(string, "The kind of code: `select`, `zod`, `mapper`.")),
  purpose: optional(said(oneOf(purposes), "What the place does with the column.")),
  key: optional(said(string, "The name for `--only` and `--not`. It does not change when lines move.")),
  chain: optional(said(list(string), "The keys of the places that are edited together with it.")),
  check: optional(check),
} as const;

const restShape = {
  ...whereShape,
  reason,
  reasonId: optional(oneOf(["refused", "typed-read"])),
  reasons: optional(said(list(string), "Evidence for and against it, the strongest first.")),
  score: optional(said(number, "The strength of its evidence.")),
  isLike: optional(said(isTrue, "It names the columns that the new one is like.")),
  text: optional(said(string, "The code to write there. Replace `…` yourself.")),
  hint: optional(said(string, "What the most similar column has there.")),
  textEdits: optional(said(textEdits, "How Lockstep would edit it; absent where it cannot.")),
  made: said(boolean, "Whether this run made the edit."),
  next: optional(
    said(string, "The command that makes the edit, in the project's folder. Absent if you must edit it yourself."),
  ),
} as const;
const placeShape = {
  ...restShape,
  kind: said(oneOf(["required", "likely", "possible"]), "`required`: the phase may break without it."),
  mayLeaveOut: optional(said(isTrue, "It creates rows that may omit the column.")),
  fingerprint: optional(string),
  declined: optional(said(string, "Why the edit is not needed, from the person who declined it.")),
} as const;
/** A place still to edit. */
export interface PlaceJson extends Of<typeof placeShape> {}
/** A place with little evidence. */
export interface RestJson extends Of<typeof restShape> {}

const editShape = {
  ...whereShape,
  kind: placeShape.kind,
  transform: string,
  phase,
  text: said(string, "The written text, without commas. Empty if the edit removes text."),
  replaces: optional(string),
  written: optional(string),
  flag: optional(string),
  textEdits: optional(said(textEdits, "How Lockstep would make the edit. Absent once it is made.")),
  made: restShape.made,
} as const;
/** An edit of this run. */
export interface EditJson extends Of<typeof editShape> {}

const declarationShape = {
  model: string,
  field: string,
  table: object({ schema: optional(string), name: string }),
  column: said(string, "Its name in the database."),
  type: said(
    string,
    "As the ORM declares it: string, int, bigint, float, decimal, boolean, datetime, json, bytes, enum.",
  ),
  isNullable: boolean,
  isList: boolean,
  isUnique: boolean,
  isId: boolean,
  isForeignKey: boolean,
  hasDefault: said(boolean, "The ORM or the database fills it where the code does not."),
  default: optional(said(either(either(string, number), boolean), "The constant, if it is known.")),
  enum: optional(
    object({
      name: string,
      values: list(
        object({ name: said(string, "As code names it."), value: said(string, "As the database stores it.") }),
      ),
    }),
  ),
  documentation: optional(string),
  plan: optional(
    said(
      object({ id: string, phase: said(string, "The last released one.") }),
      "Absent where the column needs no plan.",
    ),
  ),
} as const;
export interface DeclarationJson extends Of<typeof declarationShape> {}

const questionShape = {
  id: said(string, "`exposure` or `like`. Later versions may have more questions."),
  column: said(string, "`User.alias`"),
  question: string,
  options: list(object({ value: string, label: string, hint: string })),
  answerWith: said(string, "The option that answers it, with `<value>` instead of one of the values."),
} as const;
export interface QuestionJson extends Of<typeof questionShape> {}

const documentShape = {
  $schema: literal(codeDocumentId),
  schemaVersion: literal(1),
  command: literal("code"),
  root: said(
    string,
    "The project's folder from the root of the git repository: `.` or `packages/db`. Commands are for this folder.",
  ),
  plan: optional(said(string, "Absent for columns without a plan.")),
  columns: said(list(string), "`User.alias`"),
  declarations: said(list(named("declaration", object(declarationShape))), "The columns as the models declare them."),
  questions: said(list(named("question", object(questionShape))), "Open questions. An answer changes the places."),
  written: said(boolean, "No: nothing was written (--dry-run)."),
  edits: said(list(named("edit", object(editShape))), "The edits that this run made, or would make."),
  places: said(list(named("place", object(placeShape))), "What is left."),
  leftOut: optional(said(list(named("rest", object(restShape))), "With --all: places with little evidence.")),
  silent: said(number, "The number of places with little evidence."),
  unchecked: optional(said(object({ why: string, leftOut: number }), "Chosen edits that were not compiled.")),
  missingTypes: optional(
    said(
      objectOf(
        [
          { why: literal("absent"), packageName: string },
          { why: literal("not-generated"), model: string, command: string },
          { why: literal("limit") },
        ],
        "why",
      ),
      "Why names alone decided what values are.",
    ),
  ),
  unformatted: optional(said(object({ formatter: string, why: string }), "The formatter that failed.")),
  unread: said(list(object({ file, why: string })), "Files that may matter and could not be read."),
  choices: list(placeChoice),
  declined: said(list(declinedPlace), "Required places that a person has declined."),
  exposure: said(record(oneOf(exposures)), "What was answered, by column."),
  like: said(record(list(string)), "What was answered, by column."),
  diff: optional(said(string, "With --dry-run: a patch for `git apply`, from the root of the repository.")),
  next: said(string, "What to do next."),
  nextCommand: optional(said(string, "The command in `next`. Absent if no command is needed.")),
} as const;
/** The output of `lockstep code --json`. */
export interface CodeDocument extends Of<typeof documentShape> {}
/** Strips unknown keys. Readers should ignore keys of later releases. */
export const codeDocument: Schema<CodeDocument> = object(documentShape);
