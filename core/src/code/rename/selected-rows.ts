import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";

/** The compiler's own data: it has no public way from the property of a mapped type to the arguments of its alias. */
interface MappedSymbol {
  readonly links?: { readonly mappedType?: MappedType };
}
interface MappedType {
  readonly declaration: compiler.MappedTypeNode;
  readonly mapper?: Mapper;
}
/** One, several, computed or chained replacements of type parameters. */
interface Mapper {
  readonly source?: compiler.Type;
  readonly target?: compiler.Type;
  readonly sources?: readonly compiler.Type[];
  readonly targets?: readonly (compiler.Type | (() => compiler.Type))[];
  readonly func?: (type: compiler.Type) => compiler.Type;
  readonly mapper1?: Mapper;
  readonly mapper2?: Mapper;
}

/**
 * The columns of the model behind a property without a declaration. Prisma computes the type of a selected row from the arguments' keys:
 * the payload is an argument of the same alias.
 */
export function selectedColumns(symbol: compiler.Symbol, checker: compiler.TypeChecker): readonly compiler.Type[] {
  const mapped = (symbol as MappedSymbol).links?.mappedType;
  const alias =
    mapped &&
    (ts.findAncestor(mapped.declaration, ts.isTypeAliasDeclaration as never) as
      | compiler.TypeAliasDeclaration
      | undefined);
  return (alias?.typeParameters ?? []).flatMap((parameter) => {
    const type = replaced(checker.getTypeAtLocation(parameter), mapped?.mapper);
    const scalars = checker.getPropertyOfType(type, "scalars");
    return scalars === undefined ? [] : [checker.getTypeOfSymbol(scalars)];
  });
}

function replaced(type: compiler.Type, mapper: Mapper | undefined): compiler.Type {
  if (mapper === undefined) return type;
  const { source, target, sources = source && [source], targets = target && [target], func, mapper1, mapper2 } = mapper;
  if (mapper1 !== undefined) return replaced(replaced(type, mapper1), mapper2);
  if (func !== undefined) return func(type);
  const found = targets?.[sources?.indexOf(type) ?? -1];
  return typeof found === "function" ? found() : (found ?? type);
}
