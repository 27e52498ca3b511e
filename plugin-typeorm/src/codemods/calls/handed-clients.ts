import type { SourceFile, TransformContext, ts } from "@lockstep/core/codemods";
import { concerns } from "../receivers/entities.js";
import { ormValueOf } from "../receivers/orm-value-of.js";

/** Whether rows of the entity can be written through an expression: its repository, a manager, a data source. */
export function canWriteModel(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  const found = ormValueOf(value, file, context);
  if (found?.kind === "repository") return concerns(found.model, context);
  return found?.kind === "manager" || found?.kind === "source";
}

/** Packages that call their argument as the app would. */
export function isOwnPackage(specifier: string): boolean {
  return /^(?:typeorm|@nestjs\/typeorm|@lockstep\/[^/]+|typeorm-transactional)(?:$|\/)/.test(specifier);
}
