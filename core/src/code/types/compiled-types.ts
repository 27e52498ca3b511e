import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import type { Project } from "../project/project.js";
import type { Type, Types } from "../project/type-facts.js";
import type { TypeClock } from "./type-clock.js";
import { packageOf } from "./type-program.js";

/**
 * @param program over the files of the project, see `TypeProgram`
 * @param root absolute path of the project
 * @param clock after its limit, no type is returned
 * @param mayKnow whether the ORM's types can reach a file
 */
export function typesOf(
  program: compiler.Program,
  project: Project,
  { root, clock, mayKnow }: { readonly root: string; readonly clock: TypeClock; mayKnow(file: ts.SourceFile): boolean },
): Types {
  const checker = program.getTypeChecker();
  const folder = `${root.replaceAll("\\", "/")}/`;
  const files = new Map(project.files.map((file) => [file.ast, file]));
  const awaitedNonNullable = (type: Type): Type => {
    const present = checker.getNonNullableType(type);
    return checker.getNonNullableType(checker.getAwaitedType(present) ?? present);
  };
  const calledBy: Types["calledBy"] = (call) => clock.run(() => checker.getResolvedSignature(call)?.declaration);
  return {
    checker,
    awaitedNonNullable,
    calledBy,
    of(expression) {
      const isPossible = mayKnow(expression.getSourceFile());
      const type = isPossible ? clock.run(() => awaitedNonNullable(checker.getTypeAtLocation(expression))) : undefined;
      return type && isKnown(type) ? type : undefined;
    },
    mayBeMissing(expression) {
      const isPossible = mayKnow(expression.getSourceFile());
      const type = isPossible ? clock.run(() => checker.getTypeAtLocation(expression)) : undefined;
      const parts = type?.isUnion() ? type.types : [type];
      return parts.some(
        (part) => part !== undefined && (part.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) !== 0,
      );
    },
    expectedOf: (expression) =>
      mayKnow(expression.getSourceFile()) ? clock.run(() => checker.getContextualType(expression)) : undefined,
    methodOf(call) {
      const declaration = calledBy(call);
      const name = declaration === undefined ? undefined : (declaration as { readonly name?: ts.Node }).name;
      if (declaration === undefined || name === undefined) return undefined;
      return { name: name.getText(), packageName: packageOf(declaration.getSourceFile().fileName) };
    },
    fileOf: (node) => files.get(node.getSourceFile()),
    pathOf(node) {
      const { fileName } = node.getSourceFile();
      return fileName.startsWith(folder) ? fileName.slice(folder.length) : fileName;
    },
  };
}

function isKnown({ flags }: Type): boolean {
  return (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) === 0;
}
