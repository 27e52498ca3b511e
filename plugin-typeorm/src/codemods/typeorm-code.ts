import {
  isInstancing,
  lookUp,
  type OrmCode,
  pathOf,
  quoted,
  type RowsRead,
  type SourceFile,
  type SpelledValue,
  type TransformContext,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { readsRows } from "./calls/entity-calls.js";
import { canWriteModel, isOwnPackage } from "./calls/handed-clients.js";
import { isHidden, rowsRead } from "./reads/rows-read.js";
import { mayReadNull, nullStyle } from "./reads/typed-reads.js";
import { classOf, concerns, entityOfValue, isEntity } from "./receivers/entities.js";
import { allFieldsOf } from "./receivers/heritage.js";
import { isTypeorm } from "./receivers/modules.js";
import { isWholeRow } from "./receivers/whole-row.js";
import { requestPlans } from "./writes/request-dtos.js";

/** What the transforms of the core need to know about TypeORM. */
export const typeormCode: OrmCode = {
  typed: { packageName: "typeorm", isAsked: isTypeorm },
  isWholeRow,
  isForeignCall: () => false,
  isModel: isEntity,
  isWritten: (node, context) => requestPlans(context).some((plan) => plan.node === node && plan.reason === undefined),
  canWriteModel,
  isOwnPackage,
  readsRows: (callee, args, file, context) => {
    const found = readsRows(callee, args, file, context);
    if (found !== undefined) return concerns(found.model, context) ? found.rows : undefined;
    return instanced(callee, args, file, context);
  },
  rowsRead,
  isHidden,
  literalFor,
  mayBeNull: mayReadNull,
  nullStyle,
};

/** `Object.assign(new User(), dto)`, `plainToInstance(User, rows)` */
function instanced(
  callee: ts.Expression,
  [target, value]: readonly ts.Expression[],
  file: SourceFile,
  context: TransformContext,
): RowsRead | undefined {
  const path = pathOf(callee);
  const made = target && unwrap(target);
  const isAssigned = path.join(".") === "Object.assign" && made !== undefined && ts.isNewExpression(made);
  const name = isAssigned ? made.expression : isInstancing(path.at(-1)) ? target : undefined;
  const model = name && entityOfValue(name, file, context);
  if (model === undefined || !concerns(model, context)) return undefined;
  const given = value && unwrap(value);
  return !isAssigned && given !== undefined && ts.isArrayLiteralExpression(given) ? "list" : "row";
}

/** A value of the property's type: TypeORM returns bigints and decimals as strings unless the app configures otherwise. */
function literalFor(value: SpelledValue, file: SourceFile, context: TransformContext): string | undefined {
  const owner = classOf(context.model, context);
  const property = owner && allFieldsOf(owner.node, owner.file, context).get(context.field.name);
  const declared = property?.type?.getText().replaceAll(/\s*\|\s*(?:null|undefined)\b/g, "");
  switch (value.kind) {
    case "number":
      if (declared === "number") return value.text;
      if (declared === "bigint") return /^-?\d+$/.test(value.text) ? `${value.text}n` : undefined;
      return declared === "string" ? quoted(value.text, file.style) : undefined;
    case "datetime":
      if (declared === "string") return quoted(value.iso, file.style);
      return declared === "Date" || declared === undefined ? `new Date(${quoted(value.iso, file.style)})` : undefined;
    case "enum": {
      const found = declared && owner ? lookUp(context.project, owner.file, declared, "type") : undefined;
      if (found?.kind !== "declaration" || !ts.isEnumDeclaration(found.node)) {
        // A union of strings, or a type derived from an object: the value itself.
        return found?.kind === "external" ? undefined : quoted(value.value, file.style);
      }
      const here = lookUp(context.project, file, declared ?? "", "value");
      return here?.kind === "declaration" && here.node === found.node ? `${declared}.${value.name}` : undefined;
    }
    default:
      return value satisfies never;
  }
}
