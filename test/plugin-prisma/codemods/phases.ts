import type { Choose } from "../../../core/src/code/candidates/choose.js";
import { coreTransforms } from "../../../core/src/code/index.js";
import type { GeneratedClients } from "../../../core/src/code/project/generated-clients.js";
import type { CodeRequest, CodeResult } from "../../../core/src/code/run/code-request.js";
import { planCodeEdits } from "../../../core/src/code/run/plan-edits.js";
import { planCodeUndo } from "../../../core/src/code/run/plan-undo.js";
import type {
  CodeIntent,
  EntityField,
  EntityModel,
  PlannedEdit,
  Toggle,
  WriteValue,
} from "../../../core/src/model/index.js";
import { prismaTransforms } from "../../../plugin-prisma/src/codemods/index.js";
import { generatedClients } from "../../support/generated-clients.js";

export type Files = readonly { readonly file: string; readonly text: string }[];

export const intentsOf = {
  expand: ["write", "keepFromReads", "completeFixtures", "acceptInRequests"],
  switch: ["read"],
  contract: ["dropFallback", "requireInRequests"],
} as const satisfies Record<string, readonly CodeIntent["kind"][]>;
export type CodePhase = keyof typeof intentsOf;
export const codePhases = Object.keys(intentsOf) as CodePhase[];

export const transforms = [...prismaTransforms, ...coreTransforms];

export function field(name: string, extra: Partial<EntityField> = {}): EntityField {
  return {
    name,
    column: name,
    type: "string",
    isList: false,
    isOptional: false,
    isId: false,
    isUnique: false,
    hasDefault: false,
    isForeignKey: false,
    isUpdatedAt: false,
    documentation: "",
    ...extra,
  };
}

const id = field("id", { type: "int", isId: true, hasDefault: true });
const createdAt = field("createdAt", { type: "datetime", hasDefault: true });
const updatedAt = field("updatedAt", { type: "datetime", hasDefault: true, isUpdatedAt: true });
export const handle = field("handle", { isOptional: true, isUnique: true });

/** The models of examples/prisma-shop as far as code edits need them, with the new field. */
export function shopModels(added: EntityField = handle): EntityModel[] {
  return [
    {
      name: "User",
      table: { name: "User" },
      primaryKey: ["id"],
      relations: [{ name: "orders", model: "Order" }],
      fields: [id, field("email", { isUnique: true }), field("name"), createdAt, updatedAt, added],
    },
    {
      name: "Order",
      table: { name: "Order" },
      primaryKey: ["id"],
      relations: [{ name: "user", model: "User" }],
      fields: [
        id,
        field("userId", { type: "int", isForeignKey: true }),
        field("totalCents", { type: "int" }),
        createdAt,
      ],
    },
  ];
}

export interface Column {
  readonly added?: EntityField;
  readonly value?: WriteValue;
  readonly exposure?: "internal" | "exposed";
  readonly choose?: Choose;
  readonly staysOptional?: true;
  /** Of a mirror: the columns that it follows. */
  readonly follows?: readonly string[];
  readonly neverNull?: true;
  readonly toggle?: Toggle;
  readonly clients?: GeneratedClients;
  /** Default: where clients are generated. */
  readonly root?: string;
}

/** A project whose client nobody generated: names are all there is. */
export const withoutTypes = { root: "/project" } as const;

/** What the plan's columns say of the end: the database has a default where the model has one. */
const endOf = (kind: CodeIntent["kind"], value: WriteValue) =>
  kind === "write" && value.kind !== "none" ? { isCodeOnly: true as const } : {};

export const lowerEmail: WriteValue = { kind: "sql", sql: "lower(email)" };

export function request(
  files: Files,
  phases: readonly CodePhase[],
  earlier: readonly PlannedEdit[],
  column: Column,
): CodeRequest {
  const {
    added = handle,
    value = lowerEmail,
    exposure,
    choose,
    toggle,
    clients,
    root,
    staysOptional,
    follows,
    neverNull,
  } = column;
  const about = { model: "User", field: added.name, value, exposure };
  const intents = phases.flatMap((phase) =>
    intentsOf[phase].map((kind) => ({
      ...about,
      kind,
      ...(kind === "read" && toggle && { toggle }),
      ...endOf(kind, value),
      ...(staysOptional && { staysOptional }),
      ...(follows && { follows }),
      ...(neverNull && { neverNull }),
    })),
  );
  return {
    root: root ?? generatedClients(),
    files,
    models: shopModels(added),
    intents,
    transforms,
    earlier,
    ...(choose && { choose }),
    ...(clients && { clients }),
  };
}

/** What is asked about reads at switch. */
export function readRequest(files: Files, column: Column = {}): CodeRequest {
  return request(files, ["switch"], [], column);
}

export function editFor(phase: CodePhase, files: Files, earlier: readonly PlannedEdit[], column: Column = {}) {
  return planCodeEdits(request(files, [phase], earlier, column));
}

/** Both phases of the pace that has only two deployments. */
export function editForBoth(files: Files, earlier: readonly PlannedEdit[], column: Column = {}) {
  return planCodeEdits(request(files, ["switch", "contract"], earlier, column));
}

export function undo(files: Files, earlier: readonly PlannedEdit[], column: Column = {}): Promise<CodeResult> {
  return planCodeUndo(request(files, ["expand", "switch"], earlier, column));
}

/** What `lockstep undo` does to the code: the last phase goes, and reads are kept away again where it had opened them. */
export async function undoOf(
  phase: CodePhase,
  files: Files,
  earlier: readonly PlannedEdit[],
  column: Column = {},
): Promise<{ files: Files; places: CodeResult["places"] }> {
  const phases = codePhases.slice(codePhases.indexOf(phase));
  const undone = await planCodeUndo(request(files, codePhases, earlier, column), phases);
  const after = apply(files, undone);
  if (phase !== "switch") return { files: after, places: undone.places };
  const all = request(after, ["expand"], earlier, column);
  const again = await planCodeEdits({
    ...all,
    intents: all.intents.filter(({ kind }) => kind === "keepFromReads"),
    earlier: earlier.filter((edit) => !phases.includes(edit.phase)),
  });
  return { files: apply(after, again), places: [...undone.places, ...again.places] };
}

export function apply(files: Files, { changes }: Pick<CodeResult, "changes">): Files {
  const after = new Map(changes.map((change) => [change.file, change.after ?? ""]));
  return files.map(({ file, text }) => ({ file, text: after.get(file) ?? text }));
}

export function single(text: string, file = "src/code.ts"): Files {
  return [{ file, text }];
}
