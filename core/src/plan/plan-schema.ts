import * as z from "zod";
import { dialectIds, exposures, lockModes, type Plan, type PlanState, purposes } from "../model/index.js";
import { remark, tableName, verdict } from "./verdict-schema.js";

const fill = z.strictObject({
  kind: z.enum(["backfill", "mirror"]),
  sql: z.string(),
  rowSql: z.string(),
  newSql: z.string(),
  oldSql: z.string(),
  reads: z.array(z.string()),
  isBuiltinOnly: z.boolean(),
  dependsOnSession: z.literal(true).optional(),
  lookUps: z.array(z.strictObject({ table: tableName, columns: z.array(z.string()) })).optional(),
  withoutTrigger: z.literal(true).optional(),
  source: z.string(),
});
const compute = z.strictObject({
  name: z.string(),
  reads: z.array(z.string()),
  fallback: fill.optional(),
  source: z.string(),
});
const sequence = z.strictObject({ name: z.string() });
const deferrable = z.enum(["no", "immediate", "deferred"]);
const index = z.strictObject({
  name: z.string(),
  isUnique: z.boolean(),
  columns: z.array(z.string()),
  method: z.string(),
  definition: z.string().optional(),
  constraint: z.strictObject({ deferrable }).optional(),
});
const action = z.enum(["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]);
const foreignKey = z.strictObject({
  name: z.string(),
  columns: z.array(z.string()),
  references: tableName,
  referencedColumns: z.array(z.string()),
  onUpdate: action,
  onDelete: action,
  isMatchFull: z.boolean(),
  deferrable,
});
const constraints = z.strictObject({
  indexes: z.array(z.strictObject({ name: z.string(), columns: z.array(z.string()), isUnique: z.boolean() })),
  foreignKeys: z.array(foreignKey),
  hasOther: z.literal(true).optional(),
});
const attributes = {
  storageSql: z.string().optional(),
  collationSql: z.string().optional(),
  onUpdateSql: z.string().optional(),
  comment: z.string().optional(),
  position: z.union([z.literal("first"), z.strictObject({ after: z.string() })]).optional(),
};
const unitColumn = z.strictObject({
  name: z.string(),
  type: z.string(),
  ...attributes,
  defaultSql: z.string().optional(),
  laterDefaultSql: z.string().optional(),
  sequence: sequence.optional(),
  notNull: z.literal(true).optional(),
  fill: fill.optional(),
  constraints: constraints.optional(),
});
const columnsOf = (kind: string) =>
  z.strictObject({
    kind: z.literal(kind),
    table: tableName,
    columns: z.array(unitColumn),
    hasChildren: z.literal(true).optional(),
  });
const indexOf = (kind: string) =>
  z.strictObject({ kind: z.literal(kind), table: tableName, index, isPartitioned: z.literal(true).optional() });
const foreignKeyOf = (kind: string) => z.strictObject({ kind: z.literal(kind), table: tableName, foreignKey });
const query = z.strictObject({ sql: z.string(), parameters: z.array(z.unknown()).optional() });
const outcome = z.union([
  z.strictObject({ kind: z.literal("column"), table: tableName, name: z.string(), type: z.string() }),
  z.strictObject({
    kind: z.literal("constraint"),
    table: tableName,
    name: z.string(),
    isGone: z.literal(true).optional(),
  }),
  z.strictObject({ kind: z.literal("relation"), name: tableName, isGone: z.literal(true).optional() }),
  z.strictObject({ kind: z.literal("type"), name: tableName }),
]);
const spec = z.union([
  columnsOf("expand"),
  columnsOf("prove"),
  columnsOf("enforce"),
  columnsOf("undo-expand").extend({
    references: z.array(tableName).optional(),
    types: z.array(tableName).optional(),
  }),
  columnsOf("undo-contract"),
  indexOf("create-index").extend({ ifMissing: z.literal(true).optional() }),
  indexOf("assert-index"),
  indexOf("attach-unique"),
  indexOf("drop-index"),
  foreignKeyOf("add-foreign-key").extend({ isToNew: z.literal(true).optional() }),
  foreignKeyOf("validate-foreign-key"),
  z.strictObject({
    kind: z.literal("online-copy"),
    table: tableName,
    changes: z.array(
      z.strictObject({
        clause: z.string(),
        adds: z.strictObject({ kind: z.enum(["column", "index", "check"]), name: z.string() }).optional(),
        back: z.string().optional(),
      }),
    ),
  }),
  z.strictObject({
    kind: z.literal("original"),
    sql: z.string(),
    queries: z.array(query).optional(),
    down: z.array(query).optional(),
    transaction: z.boolean().optional(),
    frame: z.strictObject({ tables: z.array(tableName).min(1), mode: z.enum(lockModes) }).optional(),
    outcomes: z.array(outcome).optional(),
  }),
]);
const unit = z.strictObject({
  id: z.string(),
  phase: z.enum(["expand", "switch", "contract"]),
  spec,
  isJoined: z.literal(true).optional(),
  title: z.string(),
  ddl: z.string(),
  verdict,
  undo: z.string(),
});
const key = z.array(z.strictObject({ column: z.string(), type: z.string() })).min(1);
const writeValue = z.union([
  z.strictObject({ kind: z.literal("typescript"), text: z.string() }),
  z.strictObject({ kind: z.literal("sql"), sql: z.string() }),
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("listed") }),
]);
const exposure = z.enum(["internal", "exposed"]).optional();
const uniqueKeys = z.array(z.array(z.string()));
const column = z.strictObject({
  table: tableName,
  name: z.string(),
  type: z.string(),
  ...attributes,
  notNull: z.boolean(),
  defaultSql: z.string().optional(),
  sequence: sequence.optional(),
  uniqueKeys,
  foreignKeys: z.array(foreignKey).optional(),
  constraints: constraints.optional(),
  model: z.string(),
  field: z.string(),
  fill: fill.optional(),
  compute: compute.optional(),
  write: writeValue,
  exposure,
  isRelaxed: z.boolean(),
  key: key.optional(),
  descendants: z.enum(["partitions", "children"]).optional(),
});
const intent = z.strictObject({
  kind: z.enum([
    "write",
    "keepFromReads",
    "completeFixtures",
    "acceptInRequests",
    "read",
    "dropFallback",
    "requireInRequests",
    "leaveUnique",
  ]),
  phase: z.literal("switch").optional(),
  model: z.string(),
  field: z.string(),
  value: writeValue,
  exposure,
  unique: z.string().optional(),
});
const keptUnique = z.strictObject({
  table: tableName,
  index,
  model: z.string(),
  fields: z.array(z.string()),
  selector: z.string(),
  attribute: z.string(),
  replacedBy: z.array(z.string()),
});
const gate = z.strictObject({
  gate: z.string(),
  table: tableName,
  column: z.string(),
});
const written = z.strictObject({ id: z.string(), file: z.string(), sha256: z.string() });
const judged = { line: z.number(), sql: z.string() };

const identity = {
  site: z.string().optional(),
  owner: z
    .strictObject({
      kind: z.enum(["function", "method", "property", "class", "interface", "type", "variable", "module", "schema"]),
      name: z.string(),
    })
    .optional(),
  role: z.enum(["import", "pattern", "fallback"]).optional(),
};

/** `plan.json`, version 1. Strict: an unknown key is an edit that nobody would see take effect. */
const planObject = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  orm: z.string(),
  dialect: z.enum(dialectIds),
  fingerprint: z.string(),
  versions: z.strictObject({ lockstep: z.string(), orm: z.string() }),
  source: z.strictObject({ sql: z.string(), sha256: z.string(), file: z.string().optional() }),
  pace: z.enum(["careful", "brisk"]),
  paceReason: z.string(),
  columns: z.array(column),
  hazards: z.array(z.strictObject({ ...judged, rule: z.string(), consequence: z.string() })),
  notices: z.array(z.strictObject({ ...judged, verdict: verdict.optional(), remarks: z.array(remark).optional() })),
  units: z.array(unit),
  backfills: z.array(
    z.strictObject({
      table: tableName,
      key,
      columns: z.array(
        z.strictObject({ name: z.string(), type: z.string(), fill: fill.optional(), compute: compute.optional() }),
      ),
      uniqueKeys,
      once: z.literal(true).optional(),
      foreignKeys: z.array(foreignKey).optional(),
    }),
  ),
  madeTables: z.array(tableName).optional(),
  keptUniques: z.array(keptUnique).optional(),
  gates: z.strictObject({ switch: z.array(gate), contract: z.array(gate) }),
  intents: z.strictObject({ expand: z.array(intent), switch: z.array(intent), contract: z.array(intent) }),
  undo: z.strictObject({ expand: z.array(unit), contract: z.array(unit) }),
  originalModels: z.array(z.strictObject({ file: z.string(), model: z.string(), text: z.string() })),
  state: z.strictObject({
    released: z.enum(["expand", "switch", "contract", "undone"]),
    written: z.array(written),
    held: z.array(written),
    undo: z.array(written),
    undos: z.number().optional(),
    edits: z.array(
      z
        .strictObject({
          transform: z.string(),
          phase: z.enum(["expand", "switch", "contract"]),
          file: z.string(),
          line: z.number(),
          what: z.string(),
          ...identity,
          text: z.string(),
          model: z.string(),
          field: z.string(),
        })
        .loose(),
    ),
    places: z.array(
      z.strictObject({
        file: z.string(),
        line: z.number(),
        kind: z.enum(["required", "likely", "possible"]),
        what: z.string(),
        ...identity,
        reason: z.string(),
        reasonId: z.enum(["refused", "typed-read"]).optional(),
        model: z.string(),
        field: z.string(),
        mayLeaveOut: z.literal(true).optional(),
        fingerprint: z.string().optional(),
        key: z.string().optional(),
        family: z.string().optional(),
        purpose: z.enum(purposes).optional(),
        text: z.string().optional(),
        score: z.number().optional(),
        reasons: z.array(z.string()).optional(),
        declined: z.string().optional(),
      }),
    ),
    silent: z.number().optional(),
    choices: z
      .array(
        z.strictObject({
          model: z.string(),
          field: z.string(),
          key: z.string(),
          site: z.string().optional(),
          phase: z.enum(["expand", "switch", "contract"]),
          choice: z.enum(["yes", "no"]),
          by: z.enum(["asked", "only", "not", "level", "kin", "needed"]),
          for: z.string().optional(),
        }),
      )
      .optional(),
    declined: z
      .array(
        z.strictObject({
          model: z.string(),
          field: z.string(),
          file: z.string(),
          what: z.string(),
          site: identity.site,
          role: identity.role,
          count: z.number(),
          phase: z.enum(["expand", "switch", "contract"]),
          reason: z.string(),
        }),
      )
      .optional(),
    exposure: z.record(z.string(), z.enum(exposures)).optional(),
    formatted: z
      .array(z.strictObject({ phase: z.enum(["expand", "switch", "contract"]), file: z.string(), back: z.string() }))
      .optional(),
    codeFiles: z.array(z.strictObject({ file: z.string(), sha256: z.string() })),
  }),
});

/** Validates what `plan.json` holds. An absent key and an undefined one are the same in JSON. */
export const planSchema = planObject as unknown as z.ZodType<Plan>;

export type CodeState = Pick<PlanState, "choices" | "declined" | "exposure" | "codeFiles">;

/** The same apart from a plan, in a file of its own. */
export const codeStateSchema = planObject.shape.state
  .pick({ choices: true, declined: true, exposure: true, codeFiles: true })
  .extend({ schemaVersion: z.literal(1) }) as unknown as z.ZodType<CodeState & { readonly schemaVersion: 1 }>;
