import { parseAnnotations } from "../../config/annotations.js";
import type { CodeIntent, EntityModel, Plan, PlannedColumn } from "../../model/index.js";
import type { CodeState } from "../../model/plan-schema.js";
import { columnName, type NamedColumn } from "../../plan/follow-names.js";
import type { Project } from "../../plugin/plugin.js";
import { writeValue } from "../../rules/steps.js";

/**
 * A plan in memory for columns that have none, because the change that added them was safe: code can write and read them already, and the
 * database has no work left. It is never written as a plan.
 *
 * @param kept the earlier decisions about the columns
 */
export function columnPlan(
  columns: readonly NamedColumn[],
  models: readonly EntityModel[],
  { ormVersion, dialect }: Project,
  kept: CodeState,
): Plan {
  const planned = columns.map((column) => plannedColumn(column, models));
  const intents = (kinds: readonly CodeIntent["kind"][]) =>
    planned.flatMap(({ model, field, write, exposure }) =>
      kinds.map((kind): CodeIntent => ({ kind, model, field, value: write, exposure })),
    );
  return {
    schemaVersion: 1,
    id: columns.map(columnName).join(","),
    orm: "",
    dialect,
    fingerprint: "",
    versions: { lockstep: "", orm: ormVersion },
    source: { sql: "", sha256: "" },
    pace: "careful",
    paceReason: "the change is safe as it stands",
    columns: planned,
    hazards: [],
    notices: [],
    units: [],
    backfills: [],
    gates: { switch: [], contract: [] },
    intents: {
      expand: intents(["write", "completeFixtures", "acceptInRequests"]),
      switch: intents(["read"]),
      contract: [],
    },
    undo: { expand: [], contract: [] },
    originalModels: [],
    state: { released: "switch", written: [], held: [], undo: [], edits: [], places: [], ...kept },
  };
}

function plannedColumn({ table, name, model, field }: NamedColumn, models: readonly EntityModel[]): PlannedColumn {
  const declared = models.find((each) => each.name === model)?.fields.find((each) => each.name === field);
  const { write, visibility } = parseAnnotations(declared?.documentation ?? "", { file: model, line: 1 });
  return {
    table,
    name,
    type: declared?.type ?? "",
    notNull: declared?.isOptional === false,
    uniqueKeys: [],
    model,
    field,
    exposure: visibility,
    isRelaxed: false,
    write: writeValue({ fillSql: undefined, hasDefault: declared?.hasDefault === true, write: write?.text }),
  };
}
