import { codeSqlOf } from "../../databases/code-sql-of.js";
import type { CodeSql, SqlExpression } from "../../dialect/code-sql.js";
import type { CodeIntent, EntityField, EntityModel, Family, PlannedEdit } from "../../model/index.js";
import type { PlaceNode } from "../ast/source-file.js";
import { declinedAs, declinedId } from "../candidates/declined-id.js";
import { memory } from "../contract/memoized.js";
import type { OrmCode, TransformContext } from "../contract/transform.js";
import { loadYaml } from "../formats/yaml-tree.js";
import { isTechnicalColumn } from "../names/technical-columns.js";
import type { Project } from "../project/project.js";
import { namesTable } from "../sql/names-table.js";
import { identityOf } from "../write/identity.js";
import type { CodeRequest } from "./code-request.js";
import type { Start } from "./plan-start.js";
import type { Workspace } from "./workspace.js";

/** The contexts of intents over the snapshots of a workspace, each created once. */
export class CodeContexts {
  private readonly known = new WeakMap<Project, Map<CodeIntent, TransformContext | undefined>>();

  constructor(
    private readonly workspace: Workspace,
    private readonly request: CodeRequest,
    start: Start,
  ) {
    this.known.set(start.project, start.contexts);
  }

  /** The context without optional places; undefined if the model no longer exists. */
  of(intent: CodeIntent): TransformContext | undefined {
    const { project } = this.workspace;
    const ofProject = this.known.get(project) ?? new Map<CodeIntent, TransformContext | undefined>();
    this.known.set(project, ofProject);
    if (!ofProject.has(intent)) ofProject.set(intent, createContext(this.workspace, this.request, intent));
    return ofProject.get(intent);
  }

  /** The context with these places chosen. */
  taking(intent: CodeIntent, places: ReadonlyMap<PlaceNode, Family>): TransformContext | undefined {
    return places.size === 0 ? this.of(intent) : createContext(this.workspace, this.request, intent, places);
  }
}

/**
 * The context of the transforms for one intent; undefined if the model no longer exists.
 *
 * @param places the chosen ones, in the workspace's current snapshot
 */
export function createContext(
  workspace: Workspace,
  request: CodeRequest,
  intent: CodeIntent,
  places: ReadonlyMap<PlaceNode, Family> = new Map(),
): TransformContext | undefined {
  const model = request.models.find((each) => each.name === intent.model);
  if (model === undefined) return undefined;
  const field = model.fields.find((each) => each.name === intent.field) ?? unknownField(intent.field);
  const all = [...request.intents, ...request.earlier, ...(request.alsoPlanned ?? [])];
  const planned = new Set(all.filter((each) => each.model === model.name).map((each) => each.field));
  const columns = model.fields.filter((each) => !planned.has(each.name));
  const { project } = workspace;
  const edits = [...request.earlier, ...workspace.made];
  const isOwn = (edit: PlannedEdit) => edit.model === model.name && edit.field === intent.field;
  const codeSql = codeSqlIn(request);
  return {
    project,
    models: request.models,
    workspacePackages: request.workspacePackages ?? new Set(),
    intent,
    model,
    field,
    columns,
    core: columns.filter((each) => !isTechnicalColumn(each)),
    sql: valueSql(intent, model, codeSql),
    codeSql,
    earlier: edits.filter(isOwn),
    others: [...edits.filter((edit) => !isOwn(edit)), ...(request.editsOfOthers ?? [])],
    takes: (place, family) => places.get(place) === family,
    isRefused(finding, file) {
      const { declined = new Map(), broken = new Map() } = request;
      if (declined.size + broken.size === 0) return false;
      const { model, field } = intent;
      const place = { model, field, file: file.file, what: finding.what, ...identityOf(finding, file) };
      const unit = `${declinedId(place)}\n`;
      return declined.has(declinedAs(place, declined)) || [...broken.keys()].some((each) => each.startsWith(unit));
    },
    orm: request.transforms.find((transform) => transform.orm !== undefined)?.orm ?? noOrm,
    sources: new Set(),
    memo: memory(),
  };
}

/** The SQL reader for a project's code. */
function codeSqlIn({ dialect = "postgresql" }: Pick<CodeRequest, "dialect">): CodeSql {
  return codeSqlOf[dialect];
}

const parsed = new WeakMap<CodeIntent, SqlExpression | undefined>();

/** The value's SQL. Cached, because each intent is read several times. */
function valueSql(intent: CodeIntent, { fields }: EntityModel, codeSql: CodeSql): SqlExpression | undefined {
  if (intent.value.kind !== "sql") return undefined;
  const read = ({ sql }: { readonly sql: string }) =>
    codeSql.expression(
      sql,
      fields.map(({ column }) => column),
    );
  const known = parsed.has(intent) ? parsed.get(intent) : read(intent.value);
  parsed.set(intent, known);
  return known;
}

/**
 * Loads the parsers that are needed. PostgreSQL's costs 60 ms, so it is only loaded for SQL values and for files that may contain SQL over
 * the tables.
 */
export async function loadParsers(request: CodeRequest): Promise<void> {
  const { intents, models, files } = request;
  const names = new Set(intents.map((intent) => intent.model));
  const tables = models.filter(({ name }) => names.has(name)).map(({ table }) => table.name);
  const hasSql = () => files.some(({ text }) => tables.some((table) => namesTable(text, table)));
  if (intents.some((intent) => intent.value.kind === "sql") || hasSql()) await codeSqlIn(request).load();
  if (files.some(({ file, isDocument }) => isDocument && /\.ya?ml$/.test(file))) await loadYaml();
}

/** During an undo of a plan, its field may no longer be in the model. */
function unknownField(name: string): EntityField {
  const flags = { isList: false, isOptional: true, isId: false, isUnique: false, hasDefault: false };
  return { name, column: name, type: "string", ...flags, isForeignKey: false, isUpdatedAt: false, documentation: "" };
}

const noOrm: OrmCode = {
  isForeignCall: () => false,
  readsRows: () => undefined,
};
