import type { Choose } from "../../../../core/src/code/candidates/choose.js";
import { coreTransforms } from "../../../../core/src/code/index.js";
import type { CodeRequest } from "../../../../core/src/code/run/code-request.js";
import { planCodeEdits } from "../../../../core/src/code/run/plan-edits.js";
import { planCodeUndo } from "../../../../core/src/code/run/plan-undo.js";
import type {
  CodeIntent,
  EntityField,
  EntityModel,
  FileChange,
  PlannedEdit,
} from "../../../../core/src/model/index.js";
import { chooseAll } from "../../../support/choices.js";

export type File = CodeRequest["files"][number];

const intentsOf = {
  expand: ["write", "keepFromReads", "acceptInRequests"],
  switch: ["read"],
  contract: ["dropFallback", "requireInRequests"],
} as const satisfies Record<string, readonly CodeIntent["kind"][]>;
export type Phase = keyof typeof intentsOf;
export const phases = Object.keys(intentsOf) as Phase[];

export interface About {
  readonly added?: Partial<EntityField>;
  readonly exposure?: "internal";
  readonly choose?: Choose;
  readonly staysOptional?: true;
}

const flags = { isList: false, isOptional: false, isId: false, isUnique: false, hasDefault: false };

function field(name: string, extra: Partial<EntityField> = {}): EntityField {
  const plain = { column: name, type: "string", isForeignKey: false, isUpdatedAt: false, documentation: "" } as const;
  return { name, ...plain, ...flags, ...extra };
}

/** A model, and one that has the same fields. */
function models({ added, staysOptional }: About): EntityModel[] {
  const fields = [
    field("id", { type: "int", isId: true, hasDefault: true }),
    field("email"),
    field("name"),
    field("loginCount", { type: "int" }),
    field("createdAt", { type: "datetime", hasDefault: true }),
    ...(staysOptional ? [field("nickname", { isOptional: true })] : []),
  ];
  const rest = { primaryKey: ["id"], relations: [] };
  const handle = field("handle", { isOptional: true, ...added });
  return [
    { ...rest, name: "User", table: { name: "User" }, fields: [...fields, handle] },
    { ...rest, name: "Admin", table: { name: "Admin" }, fields },
    { ...rest, name: "Order", table: { name: "Order" }, fields: [field("id"), field("totalCents", { type: "int" })] },
  ];
}

function request(files: readonly File[], of: readonly Phase[], earlier: readonly PlannedEdit[], about: About) {
  const all = models(about);
  const name = all[0]?.fields.at(-1)?.name ?? "";
  const value = { kind: "sql", sql: "lower(email)" } as const;
  const { exposure, staysOptional } = about;
  const column = { model: "User", field: name, value, exposure, ...(staysOptional && { staysOptional }) };
  const intents = of.flatMap((phase) => intentsOf[phase].map((kind) => ({ ...column, kind })));
  const { choose = chooseAll } = about;
  return { root: "/project", files, models: all, intents, transforms: coreTransforms, earlier, choose };
}

/** Every place is chosen that is offered. */
export function edit(files: readonly File[], of: readonly Phase[], earlier: readonly PlannedEdit[], about: About = {}) {
  return planCodeEdits(request(files, of, earlier, about));
}

export async function undo(
  files: readonly File[],
  of: readonly Phase[],
  earlier: readonly PlannedEdit[],
  about: About = {},
) {
  const { changes, places } = await planCodeUndo(request(files, phases, earlier, about), of);
  return { files: apply(files, changes), places };
}

export function apply(files: readonly File[], changes: readonly FileChange[]): readonly File[] {
  const after = new Map(changes.map((change) => [change.file, change.after ?? ""]));
  return files.map((each) => ({ ...each, text: after.get(each.file) ?? each.text }));
}
