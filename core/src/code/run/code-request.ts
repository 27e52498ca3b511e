import type {
  CodeIntent,
  DialectId,
  EntityModel,
  FileChange,
  MissingTypes,
  Place,
  PlannedEdit,
} from "../../model/index.js";
import type { OriginalSplice } from "../ast/origins.js";
import type { FileKind } from "../ast/source-file.js";
import type { Choose } from "../candidates/choose.js";
import type { ColumnHistory } from "../contract/column-history.js";
import type { Scorecard } from "../contract/scorecard.js";
import type { Transform } from "../contract/transform.js";
import type { GeneratedClients } from "../project/generated-clients.js";
import type { TypeClock } from "../types/type-clock.js";

export interface CodeRequest {
  /** Absolute path of the project; only what says types is read there. */
  readonly root: string;
  /** The system whose SQL the code has. Default: PostgreSQL. */
  readonly dialect?: DialectId;
  /** Candidates, see `readSourceFiles` and `readDocuments`. */
  readonly files: readonly ({ readonly file: string; readonly text: string } & FileKind)[];
  /** All models of the schema: nested writes lead from one to the other. */
  readonly models: readonly EntityModel[];
  /** Where the repository has schemas of other clients as well. Default: it has none. */
  readonly clients?: GeneratedClients | undefined;
  /** Names of the packages of its workspace. Default: it is part of none. */
  readonly workspacePackages?: ReadonlySet<string>;
  readonly intents: readonly CodeIntent[];
  readonly transforms: readonly Transform[];
  /** What the compiler may take to say what values are: one for all plans of a command. Default: as long as it takes. */
  readonly typeClock?: TypeClock;
  /** Edits of earlier phases: `plan.state.edits`. */
  readonly earlier: readonly PlannedEdit[];
  /** Which ranked places are edited. Default: `chooseUnattended`. */
  readonly choose?: Choose;
  /** Why places are not edited though they were chosen once, by `choiceId`. */
  readonly refused?: ReadonlyMap<string, string>;
  /** Places that a person has declined though they must change, by `declinedId`: how many of each. Default: none. */
  readonly declined?: ReadonlyMap<string, number>;
  /** Why edits that must be made are not, by `declinedId`: they are listed. Default: all are made. */
  readonly broken?: ReadonlyMap<string, string>;
  /** What git knows of a model; asked where there are places to rank. Default: nothing. */
  readHistory?(asked: HistoryQuestion): Promise<ColumnHistory | undefined>;
  /** Default: `defaultScorecard`. */
  readonly scorecard?: Scorecard;
  /** Columns of other open plans: a place need not name them to count as a copy of the whole model. */
  readonly alsoPlanned?: readonly { readonly model: string; readonly field: string }[];
  /** The edits of other plans. */
  readonly editsOfOthers?: readonly PlannedEdit[];
}

export interface HistoryQuestion {
  readonly model: string;
  /** The names of its fields, without the planned ones. */
  readonly columns: readonly string[];
  /** The files with places to rank. */
  readonly candidateFiles: readonly string[];
}

/** What one edit does to the texts of the request: where in them, whatever was edited before it. */
export interface WrittenEdit
  extends Pick<PlannedEdit, "transform" | "phase" | "model" | "field" | "file" | "what" | "site" | "role" | "text"> {
  /** Of the ranked place that it is made in; undefined where it must be made, and of an import. */
  readonly key: string | undefined;
  /** In the order of the text. */
  readonly splices: readonly OriginalSplice<unknown>[];
}

export interface CodeResult {
  /** Of `planCodeEdits`: `edits` as changes of the request's texts. */
  readonly written?: readonly WrittenEdit[];
  readonly changes: readonly FileChange[];
  /** `planCodeEdits`: edits made. `planCodeUndo`: earlier edits that were taken back. */
  readonly edits: readonly PlannedEdit[];
  /** What a person has to look at. */
  readonly places: readonly Place[];
  /** Places that little speaks for: only their number. */
  readonly silent: number;
  /** Why names alone said what values are; absent where the compiler did, or nobody had to ask. */
  readonly missingTypes?: MissingTypes | undefined;
}
