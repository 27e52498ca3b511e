import type { Type, Types, ts } from "@lockstep/core/codemods";

/** The delegate of a generated client. */
export interface Delegate {
  /** `user` of model `User` */
  readonly accessor: string;
  /** The generated file that declares it, or the map of its types. */
  readonly path: string | undefined;
}

/**
 * The delegate that an expression is by its type: `prisma.user`, however it was passed. Undefined if the compiler knows no type, or one
 * that is no delegate of a generated client.
 *
 * @example typedDelegate(receiver, types); // { accessor: "user", … } for `this.users` of `private readonly users = createDb().user`
 */
export function typedDelegate(expression: ts.Expression, types: Types | undefined): Delegate | undefined {
  const type = types?.of(expression);
  return types && type && delegateOf(type, types);
}

/** The delegate of a type. */
export function delegateOf(type: Type, types: Types): Delegate | undefined {
  // Extended by `$extends`.
  if (type.aliasSymbol?.name === "DynamicModelExtensionThis") {
    const [map, named] = type.aliasTypeArguments ?? [];
    return named?.isStringLiteral() ? { accessor: lowered(named.value), path: declaredIn(map, types) } : undefined;
  }
  if (type.isUnion()) {
    const [first, ...others] = type.types.map((each) => delegateOf(each, types));
    const isOne = others.every((each) => each?.accessor === first?.accessor && each?.path === first?.path);
    return isOne ? first : undefined;
  }
  if (type.isIntersection())
    return type.types.map((each) => delegateOf(each, types)).find((each) => each !== undefined);
  const [, model] = /^(\w+)Delegate$/.exec(type.getSymbol()?.name ?? "") ?? [];
  return model !== undefined && isGenerated(type)
    ? { accessor: lowered(model), path: declaredIn(type, types) }
    : undefined;
}

/** The generated file that declares the client of an expression, or its class: `prisma`, `tx`, `PrismaClient`. */
export function typedClient(expression: ts.Expression, types: Types | undefined): string | undefined {
  const type = types?.of(expression);
  return types && type && clientFile(type, types);
}

function clientFile(type: Type, types: Types): string | undefined {
  const [first] = type.aliasTypeArguments ?? [];
  if (type.aliasSymbol?.name === "DynamicClientExtensionThis") return declaredIn(first, types);
  if (type.isUnion()) {
    const [path, ...others] = type.types.map((each) => clientFile(each, types));
    return others.every((each) => each === path) ? path : undefined;
  }
  const [made] = type.getConstructSignatures();
  if (made !== undefined) return clientFile(made.getReturnType(), types);
  const [declaration] = type.getProperty("$queryRaw")?.declarations ?? [];
  if (declaration !== undefined) return types.pathOf(declaration);
  // The transaction of one that was extended.
  return type.aliasSymbol?.name === "Omit" && first ? clientFile(first, types) : undefined;
}

/** The file that declares a type. */
export function declaredIn(type: Type | undefined, types: Types | undefined): string | undefined {
  const [declaration] = (type?.aliasSymbol ?? type?.getSymbol())?.declarations ?? [];
  return declaration && types?.pathOf(declaration);
}

function lowered(model: string): string {
  return model.charAt(0).toLowerCase() + model.slice(1);
}

/** Whether a type has the methods of a client's delegate: `findUniqueOrThrow` identifies one. */
function isGenerated(type: Type): boolean {
  return type.getProperty("findUniqueOrThrow") !== undefined;
}
