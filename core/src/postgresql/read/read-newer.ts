import type { Node } from "libpg-query";
import { type NewerForm, newerForms } from "../../model/index.js";
import { type AnyNode, walk } from "./walk.js";

/** Statements that may hold such forms: rows that are inserted are not looked through. */
const kinds = ["AlterTableStmt", "CreateStmt", "IndexStmt", "CreateTrigStmt", "MergeStmt", "ViewStmt"];

const clauses: Readonly<Record<string, NewerForm>> = {
  AT_SetCompression: "column-compression",
  AT_SetAccessMethod: "access-method",
  AT_SetExpression: "set-expression",
  AT_DetachPartitionFinalize: "detach-concurrently",
};

/** What servers below some version refuse in a statement, or in a clause of ALTER TABLE. */
export function newerIn(node: Node): { readonly newer?: readonly NewerForm[] } {
  const [kind = ""] = Object.keys(node);
  if (!kinds.includes(kind) && kind !== "AlterTableCmd") return {};
  const found = new Set<NewerForm>();
  walk([node], (each, part) => {
    for (const form of formsOf(each, part)) found.add(form);
  });
  return found.size === 0 ? {} : { newer: (Object.keys(newerForms) as NewerForm[]).filter((form) => found.has(form)) };
}

function formsOf(kind: string, part: AnyNode): readonly NewerForm[] {
  switch (kind) {
    case "AlterTableCmd":
      return [clauses[String(part.subtype)] ?? []].flat();
    case "PartitionCmd":
      return part.concurrent === true ? ["detach-concurrently"] : [];
    case "ColumnDef":
      return [
        ...(part.compression === undefined ? [] : (["column-compression"] as const)),
        ...(part.storage_name === undefined ? [] : (["column-storage"] as const)),
      ];
    case "Constraint":
      return constraintForms(part);
    case "ATAlterConstraint":
      return part.alterEnforceability === true ? ["not-enforced"] : [];
    case "IndexStmt":
      return part.nulls_not_distinct === true ? ["nulls-not-distinct"] : [];
    case "MergeStmt":
      return ["merge"];
    case "CreateTrigStmt":
      return part.replace === true ? ["replaced-trigger"] : [];
    case "DefElem":
      return part.defname === "security_invoker" ? ["security-invoker"] : [];
    default:
      return [];
  }
}

function constraintForms(part: AnyNode): NewerForm[] {
  const is = (...types: readonly string[]) => types.includes(String(part.contype));
  const forms: readonly (readonly [NewerForm, boolean])[] = [
    ["nulls-not-distinct", part.nulls_not_distinct === true],
    [
      "not-enforced",
      is("CONSTR_ATTR_NOT_ENFORCED") || (is("CONSTR_CHECK", "CONSTR_FOREIGN") && part.is_enforced !== true),
    ],
    // Behind a column it has no keys.
    ["not-null-constraint", is("CONSTR_NOTNULL") && part.keys !== undefined],
    [
      "temporal-constraint",
      part.without_overlaps === true || part.fk_with_period === true || part.pk_with_period === true,
    ],
    ["virtual-column", is("CONSTR_GENERATED") && part.generated_kind === "v"],
  ];
  return forms.flatMap(([form, isIt]) => (isIt ? [form] : []));
}
