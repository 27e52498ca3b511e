import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Choose } from "../../../core/src/code/candidates/choose.js";
import { coreTransforms } from "../../../core/src/code/index.js";
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
import { typeormTransforms } from "../../../plugin-typeorm/src/codemods/index.js";

/** Where TypeORM is installed: types are asked. */
const installed = fileURLToPath(new URL("../../..", import.meta.url));

/** Where nothing is installed. */
export const untyped = { root: "/project" };

export type Files = readonly { readonly file: string; readonly text: string }[];

export const intentsOf = {
  expand: ["write", "keepFromReads", "completeFixtures", "acceptInRequests"],
  switch: ["read"],
  contract: ["dropFallback", "requireInRequests"],
} as const satisfies Record<string, readonly CodeIntent["kind"][]>;
export type CodePhase = keyof typeof intentsOf;
export const codePhases = Object.keys(intentsOf) as CodePhase[];

export const transforms = [...typeormTransforms, ...coreTransforms];

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
const email = field("email", { isUnique: true });
const name = field("name");
export const handle = field("handle", { isOptional: true, isUnique: true });

/** The entities of `entities/`, with the new field. */
export function shopModels(added: EntityField = handle): EntityModel[] {
  const base = { primaryKey: ["id"] };
  return [
    {
      ...base,
      name: "User",
      table: { name: "users" },
      relations: [{ name: "orders", model: "Order" }],
      fields: [id, email, name, createdAt, updatedAt, added],
    },
    {
      ...base,
      name: "Order",
      table: { name: "orders" },
      relations: [{ name: "user", model: "User", fields: ["userId"], references: ["id"] }],
      fields: [
        id,
        field("userId", { type: "int", isForeignKey: true }),
        field("totalCents", { type: "int" }),
        createdAt,
      ],
    },
    {
      ...base,
      name: "Account",
      table: { name: "accounts" },
      relations: [],
      fields: [id, email, name, createdAt, updatedAt],
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
  readonly toggle?: Toggle;
  readonly models?: readonly EntityModel[];
  /** Where packages are looked for. */
  readonly root?: string;
}

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
    models = shopModels(added),
    choose,
    toggle,
    staysOptional,
    follows,
    root = installed,
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
    })),
  );
  return {
    root,
    files,
    models,
    intents,
    transforms,
    earlier,
    ...(choose && { choose }),
  };
}

export function editFor(phase: CodePhase, files: Files, earlier: readonly PlannedEdit[], column: Column = {}) {
  return planCodeEdits(request(files, [phase], earlier, column));
}

/** Both phases of the pace that has only two deployments. */
export function editForBoth(files: Files, earlier: readonly PlannedEdit[], column: Column = {}) {
  return planCodeEdits(request(files, ["switch", "contract"], earlier, column));
}

/** What `lockstep undo` does to the code: the last phases go. Reads are kept away by the entity: no code has to be edited again for that. */
export async function undoOf(
  phase: CodePhase,
  files: Files,
  earlier: readonly PlannedEdit[],
  column: Column = {},
): Promise<{ files: Files; places: CodeResult["places"] }> {
  const phases = codePhases.slice(codePhases.indexOf(phase));
  const undone = await planCodeUndo(request(files, codePhases, earlier, column), phases);
  return { files: apply(files, undone), places: undone.places };
}

export function apply(files: Files, { changes }: Pick<CodeResult, "changes">): Files {
  const after = new Map(changes.map((change) => [change.file, change.after ?? ""]));
  return files.map(({ file, text }) => ({ file, text: after.get(file) ?? text }));
}

const folder = fileURLToPath(new URL("./fixtures/entities/", import.meta.url));

const dataSource = `import { DataSource } from "typeorm";
export declare const AppDataSource: DataSource;
export declare const connection: DataSource;
`;

/** The entities beside a file of code. They are the plugin's to edit: here they stay as they are. */
export function withEntities(text: string, file = "src/code.ts"): Files {
  const entities = readdirSync(folder).map((name) => ({
    file: `src/entities/${name}`,
    text: readFileSync(`${folder}${name}`, "utf8").replace("// @ts-nocheck\n", ""),
  }));
  return [{ file, text }, ...entities, { file: "src/data-source.ts", text: dataSource }];
}

export const textOf = (files: Files, file = "src/code.ts") => files.find((each) => each.file === file)?.text ?? "";
