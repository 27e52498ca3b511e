import type { AlterTableCmd, AlterTableStmt, DropStmt, Node, RangeVar, RenameStmt } from "libpg-query";
import {
  type FormName,
  formOf,
  type GoneKind,
  isForm,
  type LockMode,
  type Operation,
  type OperationOf,
  type TableName,
} from "../../model/index.js";
import { qualifiedName, tableOf } from "./read-names.js";
import { strings } from "./read-type.js";
import { nameParts, walkInto } from "./walk.js";

/** The common properties of a statement's operations. */
export type Whole = Pick<Operation, "statement" | "sql" | "line">;
type Form = OperationOf<"form">;

/** A form on tables, with the lock of its row or another one. */
export function form(
  whole: Whole,
  what: FormName,
  tables: readonly TableName[] = [],
  more: Partial<Pick<Form, "gone" | "column" | "index" | "isCascade" | "name" | "reads" | "tables">> & {
    readonly mode?: LockMode;
  } = {},
): Form {
  const { mode = formOf(what)?.mode, ...rest } = more;
  const locks = mode === undefined ? [] : tables.map((table) => ({ table, mode }));
  return { ...whole, kind: "form", what, locks, ...rest };
}

/** Reads a statement that is listed as a form; undefined: it is not. */
export function readForm(node: Node, whole: Whole): Operation[] | undefined {
  if ("RenameStmt" in node) return [readRename(node.RenameStmt, whole)];
  if ("DropStmt" in node) return readDrop(node.DropStmt, whole);
  if ("AlterObjectSchemaStmt" in node) {
    const { objectType, relation, object, newschema: schema = "" } = node.AlterObjectSchemaStmt;
    const what = goneOf[objectType ?? ""];
    const name = relation === undefined ? nameOf(object) : tableOf(relation);
    const gone = what === undefined ? {} : { gone: { what, name, newName: `${schema}.${name.name}` } };
    return relation === undefined || objectType === "OBJECT_SEQUENCE"
      ? [form(whole, "RENAME", [], gone)]
      : [form(whole, "SET SCHEMA", [name], gone)];
  }
  if ("AlterDomainStmt" in node) {
    const { subtype = "", typeName, def } = node.AlterDomainStmt;
    const does = domainClauses[subtype];
    const isNotValid = def !== undefined && "Constraint" in def && def.Constraint.skip_validation === true;
    if (does === undefined) return undefined;
    const name = qualifiedName(strings(typeName));
    return [{ ...whole, kind: "alterDomain", name, does, ...(isNotValid ? { isNotValid: true } : {}) }];
  }
  if ("VacuumStmt" in node) {
    const { is_vacuumcmd: isVacuum = false, options = [], rels = [] } = node.VacuumStmt;
    const tables = rels.flatMap((each) => ("VacuumRelation" in each ? [tableOf(each.VacuumRelation.relation)] : []));
    const isFull = options.some(
      (each) => "DefElem" in each && each.DefElem.defname === "full" && !isOff(each.DefElem.arg),
    );
    return [form(whole, !isVacuum ? "ANALYZE" : isFull ? "VACUUM FULL" : "VACUUM", tables)];
  }
  if ("LockStmt" in node) {
    const { relations, mode = 0 } = node.LockStmt;
    const taken = lockNumbers[mode];
    return [form(whole, "LockStmt", rangesOf(relations), taken === undefined ? {} : { mode: taken })];
  }
  if ("ClusterStmt" in node && node.ClusterStmt.relation === undefined) return [form(whole, "CLUSTER")];
  if ("RefreshMatViewStmt" in node && node.RefreshMatViewStmt.concurrent === true)
    return [form(whole, "REFRESH CONCURRENTLY")];
  const access = readAccess(node, whole);
  if (access !== undefined) return [access];
  if ("CopyStmt" in node && node.CopyStmt.is_from === true && node.CopyStmt.relation !== undefined)
    return [{ ...whole, kind: "insert", table: tableOf(node.CopyStmt.relation), isOfValues: true }];
  if ("CallStmt" in node)
    return [{ ...whole, kind: "select", functions: [strings(node.CallStmt.funccall?.funcname).join(".")] }];
  const [what = ""] = Object.keys(node);
  if (!isForm(what)) return undefined;
  const own = Object.values(node)[0] as {
    readonly relation?: RangeVar;
    readonly table?: RangeVar;
    readonly relations?: readonly Node[];
    readonly pubobjects?: readonly Node[];
  };
  const relation = own.relation ?? own.table;
  return [form(whole, what, relation === undefined ? rangesOf(own.relations ?? own.pubobjects) : [tableOf(relation)])];
}

/** Statements about access to rows: policies, rules, privileges, sequences, publications. */
function readAccess(node: Node, whole: Whole): Operation | undefined {
  if ("CreatePolicyStmt" in node) {
    const { table, policy_name: name = "", permissive, qual, with_check: check } = node.CreatePolicyStmt;
    const on = tableOf(table);
    const what = permissive === true ? "CreatePolicyStmt" : "RESTRICTIVE POLICY";
    return form(whole, what, [on], { name, reads: ownColumns([qual, check], on.name) });
  }
  if ("RuleStmt" in node) {
    const { relation, instead, actions = [] } = node.RuleStmt;
    const isNothing = instead === true && actions.length === 0;
    return form(whole, isNothing ? "DO INSTEAD NOTHING" : "RuleStmt", [tableOf(relation)]);
  }
  if ("GrantStmt" in node && node.GrantStmt.is_grant !== true)
    return form(whole, "REVOKE", [], { tables: rangesOf(node.GrantStmt.objects) });
  if ("AlterSeqStmt" in node && hasOption(node.AlterSeqStmt.options, "restart"))
    return form(whole, "RESTART SEQUENCE", [], { tables: [tableOf(node.AlterSeqStmt.sequence)] });
  if ("CreatePublicationStmt" in node) {
    const { pubobjects, options = [], for_all_tables: isOfAll } = node.CreatePublicationStmt;
    const tables = rangesOf(pubobjects);
    const publish = options.flatMap((each) =>
      "DefElem" in each && each.DefElem.defname === "publish" ? strings([each.DefElem.arg ?? ({} as Node)]) : [],
    );
    const isOfChanges = publish.every((each) => /update|delete/.test(each));
    const changed = isOfChanges ? tables : [];
    return form(whole, "CreatePublicationStmt", tables, isOfAll && isOfChanges ? {} : { tables: changed });
  }
  if ("AlterPublicationStmt" in node) {
    const { pubobjects, action } = node.AlterPublicationStmt;
    const tables = rangesOf(pubobjects);
    return form(whole, "AlterPublicationStmt", tables, { tables: action === "AP_DropObjects" ? [] : tables });
  }
  return undefined;
}

function hasOption(options: readonly Node[] = [], name: string): boolean {
  return options.some((each) => "DefElem" in each && each.DefElem.defname === name);
}

/** The columns of a table that an expression names. In an inner query, only qualified names count. */
function ownColumns(tree: unknown, table: string): string[] {
  const found = new Set<string>();
  const look = (part: unknown, isInQuery: boolean) =>
    walkInto(part, (kind, node) => {
      if (kind === "SelectStmt" && !isInQuery) {
        look([{ SelectStmt: node }], true);
        return "skip";
      }
      if (kind !== "ColumnRef") return "into";
      const names = nameParts(node.fields);
      const [of, column] = names.length === 1 ? [isInQuery ? undefined : table, names[0]] : names.slice(-2);
      if (of === table && column !== undefined) found.add(column);
      return "skip";
    });
  look(tree, false);
  return [...found];
}

function rangesOf(nodes: readonly Node[] = []): TableName[] {
  return nodes.flatMap((node) => {
    if ("RangeVar" in node) return [tableOf(node.RangeVar)];
    const published = "PublicationObjSpec" in node ? node.PublicationObjSpec.pubtable?.relation : undefined;
    return published === undefined ? [] : [tableOf(published)];
  });
}

/** `VACUUM (FULL false)` */
function isOff(value: Node | undefined): boolean {
  if (value === undefined) return false;
  const [said] = Object.values(value) as {
    readonly sval?: string;
    readonly ival?: number;
    readonly boolval?: boolean;
  }[];
  return /^(?:false|off|0)$/i.test(String(said?.sval ?? said?.boolval ?? said?.ival ?? 0));
}

/** Lock modes by their number in PostgreSQL, without those that do not block an application. */
const lockNumbers: Readonly<Record<number, LockMode>> = {
  3: "ROW EXCLUSIVE",
  4: "SHARE UPDATE EXCLUSIVE",
  5: "SHARE",
  6: "SHARE ROW EXCLUSIVE",
  7: "EXCLUSIVE",
  8: "ACCESS EXCLUSIVE",
};

const domainClauses: Readonly<Record<string, OperationOf<"alterDomain">["does"]>> = {
  T: "default",
  N: "dropNotNull",
  O: "setNotNull",
  C: "addCheck",
  X: "dropConstraint",
  V: "validate",
};

/** Objects that code refers to by name. */
const goneOf: Readonly<Record<string, GoneKind>> = {
  OBJECT_TABLE: "table",
  OBJECT_FOREIGN_TABLE: "table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "view",
  OBJECT_TYPE: "type",
  OBJECT_DOMAIN: "type",
  OBJECT_SCHEMA: "schema",
  OBJECT_EXTENSION: "extension",
  OBJECT_FUNCTION: "function",
  OBJECT_PROCEDURE: "function",
  OBJECT_ROUTINE: "function",
  OBJECT_AGGREGATE: "function",
};

/** `OBJECT_TABCONSTRAINT` → `CONSTRAINT`. */
function objectWord(type: string | undefined): string {
  return (type ?? "").replace(/^OBJECT_/, "").replace("TABCONSTRAINT", "CONSTRAINT");
}

function readRename(statement: RenameStmt, whole: Whole): Operation {
  const { renameType, relation, object, subname = "", newname: newName = "" } = statement;
  if (renameType === "OBJECT_COLUMN")
    return { ...whole, kind: "renameColumn", table: tableOf(relation), column: subname, newName };
  if (renameType === "OBJECT_TABLE") return { ...whole, kind: "renameTable", table: tableOf(relation), newName };
  if (renameType === "OBJECT_TYPE" || renameType === "OBJECT_DOMAIN")
    return { ...whole, kind: "renameType", name: nameOf(object), newName };
  if (renameType === "OBJECT_ROLE" || renameType === "OBJECT_DATABASE")
    return { ...whole, kind: "unknown", what: `RENAME ${objectWord(renameType)}`, tables: [] };
  const tables = relation === undefined ? [] : [tableOf(relation)];
  if (renameType === "OBJECT_ATTRIBUTE") {
    const gone = { what: "column", name: { name: subname }, newName } as const;
    if (statement.behavior !== "DROP_CASCADE") return form(whole, "RENAME", [], { gone });
    return { ...form(whole, "ALTER TYPE", [], { gone }), isCascade: true, tables };
  }
  const own = `RENAME ${objectWord(renameType)}`;
  const what = goneOf[renameType ?? ""];
  const name = renameType === "OBJECT_SCHEMA" ? { name: subname } : (tables[0] ?? nameOf(object));
  return form(whole, isForm(own) ? own : "RENAME", tables, what === undefined ? {} : { gone: { what, name, newName } });
}

/** The statement does not list what CASCADE drops. */
function readDrop({ objects = [], removeType, concurrent, behavior }: DropStmt, whole: Whole): Operation[] {
  const names = objects.map(nameOf);
  const cascade = behavior === "DROP_CASCADE" ? ({ isCascade: true } as const) : {};
  switch (removeType) {
    case "OBJECT_TABLE":
      return names.map((table) => ({ ...whole, kind: "dropTable", table, ...cascade }));
    case "OBJECT_INDEX":
      return names.map((name) => ({ ...whole, kind: "dropIndex", name, isConcurrent: concurrent === true }));
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return names.map((name) => ({ ...whole, kind: "dropType", name, ...cascade }));
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
      return names.map((name) => ({ ...whole, kind: "dropView", name, ...cascade }));
    case "OBJECT_TRIGGER":
    case "OBJECT_POLICY":
    case "OBJECT_RULE":
      // Nothing depends on these objects.
      return objects.map((object) => {
        const name = partsOf(object).at(-1) ?? "";
        const on = qualifiedName(partsOf(object).slice(0, -1));
        return form(whole, `DROP ${objectWord(removeType)}` as FormName, [on], { name });
      });
  }
  const own = `DROP ${objectWord(removeType)}`;
  const gone = goneOf[removeType ?? ""];
  return objects.map((object) => {
    const name = nameOf(object);
    // Without CASCADE, a dropped schema is empty.
    const isSaid = gone !== undefined && (removeType !== "OBJECT_SCHEMA" || behavior === "DROP_CASCADE");
    const sequence = removeType === "OBJECT_SEQUENCE" ? { tables: [name] } : {};
    const more = { ...cascade, ...sequence, ...(isSaid ? { gone: { what: gone, name } } : {}) };
    return form(whole, isForm(own) ? own : "DROP", removeType === "OBJECT_FOREIGN_TABLE" ? [name] : [], more);
  });
}

function nameOf(object: Node | undefined): TableName {
  return qualifiedName(object === undefined ? [] : partsOf(object));
}

function partsOf(object: Node): string[] {
  if ("List" in object) return strings(object.List.items);
  if ("ObjectWithArgs" in object) return strings(object.ObjectWithArgs.objname);
  return "TypeName" in object ? strings(object.TypeName.names) : strings([object]);
}

/** Parameters that are read while queries run: setting them takes a lock that blocks queries. The others are for VACUUM and the planner. */
const strictParameters: ReadonlySet<string> = new Set([
  "user_catalog_table",
  "security_barrier",
  "security_invoker",
  "check_option",
]);

/** Reads a clause that is listed as a form; undefined: it is not. */
export function readFormClause(command: AlterTableCmd, table: TableName, whole: Whole): Operation | undefined {
  const { def, name: column } = command;
  const what = formOfClause(command);
  // ENFORCED checks every row, in both tables of a foreign key.
  const isEnforced = def !== undefined && "ATAlterConstraint" in def && def.ATAlterConstraint.alterEnforceability;
  if (!isForm(what) || isEnforced) return undefined;
  const clause = form(whole, what, [table], {
    ...(column === undefined ? {} : { column }),
    ...(def !== undefined && "ReplicaIdentityStmt" in def && def.ReplicaIdentityStmt.name !== undefined
      ? { index: def.ReplicaIdentityStmt.name }
      : {}),
    ...(isStrict(def) ? { mode: "ACCESS EXCLUSIVE" } : {}),
  });
  const other = def !== undefined && "PartitionCmd" in def ? tableOf(def.PartitionCmd.name) : undefined;
  if (what === "AT_DetachPartitionFinalize" && other !== undefined)
    return { ...clause, locks: [...clause.locks, { table: other, mode: "ACCESS EXCLUSIVE" }] };
  if (what === "AT_AddInherit" && def !== undefined && "RangeVar" in def)
    return { ...clause, locks: [...clause.locks, { table: tableOf(def.RangeVar), mode: "SHARE UPDATE EXCLUSIVE" }] };
  return clause;
}

/** The parser's name, or one of our own if the effect depends on the arguments. */
function formOfClause({ subtype, def }: AlterTableCmd): string {
  if (subtype === undefined || def === undefined) return subtype ?? "";
  if ("ReplicaIdentityStmt" in def && def.ReplicaIdentityStmt.identity_type === "n") return "REPLICA IDENTITY NOTHING";
  if (subtype === "AT_AddIdentity")
    return "Constraint" in def && def.Constraint.generated_when === "a" ? "IDENTITY ALWAYS" : subtype;
  if (subtype !== "AT_SetIdentity" || !("List" in def)) return subtype;
  const { items = [] } = def.List;
  if (hasOption(items, "restart")) return "IDENTITY RESTART";
  const isAlways = items.some(
    (each) => "DefElem" in each && each.DefElem.defname === "generated" && numberOf(each.DefElem.arg) === always,
  );
  return isAlways ? "IDENTITY ALWAYS" : subtype;
}

/** ATTRIBUTE_IDENTITY_ALWAYS as a character code. */
const always = "a".charCodeAt(0);

function numberOf(value: Node | undefined): number | undefined {
  return value !== undefined && "Integer" in value ? value.Integer.ival : undefined;
}

function isStrict(def: Node | undefined): boolean {
  const items = def !== undefined && "List" in def ? (def.List.items ?? []) : [];
  return items.some((each) => "DefElem" in each && strictParameters.has(each.DefElem.defname ?? ""));
}

/** ALTER of an object other than a table: an index, a sequence, a view, a composite type. */
export function readAlterOther({ objtype, relation, cmds = [] }: AlterTableStmt, whole: Whole): Operation[] {
  const name = tableOf(relation);
  return cmds.map((cmd): Operation => {
    const command = "AlterTableCmd" in cmd ? cmd.AlterTableCmd : {};
    const { subtype = "", behavior, def } = command;
    const unknown = { ...whole, kind: "unknown", what: `${objectWord(objtype)} ${subtype}`, tables: [name] } as const;
    switch (objtype) {
      case "OBJECT_SEQUENCE":
        return form(whole, "ALTER SEQUENCE");
      case "OBJECT_TYPE": {
        const attribute = command.name ?? (def !== undefined && "ColumnDef" in def ? def.ColumnDef.colname : undefined);
        // Typed tables change with the type. A table with a column of this type makes the statement fail.
        const cascade = behavior === "DROP_CASCADE" ? ({ isCascade: true, tables: [name] } as const) : {};
        if (subtype === "AT_AddColumn") return { ...form(whole, "ALTER TYPE"), ...cascade };
        if (subtype === "AT_AlterColumnType")
          return { ...form(whole, "ALTER TYPE"), ...cascade, ...(attribute && { column: attribute }) };
        return {
          ...form(whole, "ALTER TYPE", [], { gone: { what: "column", name: { name: attribute ?? "" } } }),
          ...cascade,
        };
      }
      case "OBJECT_INDEX": {
        const what = `INDEX ${subtype}`;
        if (!isForm(what)) return unknown;
        const child = def !== undefined && "PartitionCmd" in def ? tableOf(def.PartitionCmd.name) : undefined;
        return form(whole, what, [child ?? name]);
      }
      case "OBJECT_VIEW":
        // Every change of a view blocks its readers.
        return subtype === "AT_ColumnDefault"
          ? form(whole, "AT_SetOptions", [name], { mode: "ACCESS EXCLUSIVE" })
          : isForm(subtype)
            ? form(whole, subtype, [name], { mode: "ACCESS EXCLUSIVE" })
            : unknown;
      default:
        return unknown;
    }
  });
}
