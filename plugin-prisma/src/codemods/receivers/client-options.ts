import {
  declarationOf,
  type Project,
  pathOf,
  propertiesOf,
  type SourceFile,
  spreadsOf,
  type Type,
  type Types,
  textOf,
  ts,
  unwrap,
} from "@lockstep/core/codemods";

/** Whether a value in a client's options contains an omit: no; maybe, with this type; unknown. */
export type HeldOmit = { readonly kind: "none" | "unknown" } | { readonly kind: "typed"; readonly path: string };

/** The omit that `...value` adds, by the type of options that are built elsewhere. */
export function heldOmit(value: ts.Expression, file: SourceFile, { types }: Project): HeldOmit {
  if (isWithoutOmit(value, types)) return { kind: "none" };
  const inner = unwrap(value);
  if (pathOf(inner).includes("…")) return { kind: "unknown" };
  const text = textOf(inner, file);
  // JavaScript has no types to break. But a call must not run twice there either.
  if (file.isJavaScript) return { kind: "typed", path: `${text}?.omit` };
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  const [omit] = types?.of(inner)?.getProperty("omit")?.declarations ?? [];
  // The client's declaration allows every model; a declaration in code only its own models.
  if (declaration === undefined || omit === undefined || types?.fileOf(omit) !== undefined) return { kind: "unknown" };
  const isOptional =
    (ts.isParameter(declaration) && declaration.questionToken !== undefined) ||
    ((ts.isParameter(declaration) || ts.isVariableDeclaration(declaration)) &&
      declaration.type !== undefined &&
      ts.isUnionTypeNode(declaration.type));
  return { kind: "typed", path: `${text}${isOptional ? "?." : "."}omit` };
}

function isWithoutOmit(value: ts.Expression, types: Types | undefined): boolean {
  const all = (...values: ts.Expression[]) => values.every((each) => isWithoutOmit(each, types));
  const inner = unwrap(value);
  if (ts.isObjectLiteralExpression(inner)) {
    const isNamed = inner.properties.every(({ name }) => name === undefined || !ts.isComputedPropertyName(name));
    return isNamed && !propertiesOf(inner).has("omit") && all(...spreadsOf(inner).map(({ expression }) => expression));
  }
  const type = types?.of(inner);
  if (type !== undefined) return !holdsOmit(type) && type.getStringIndexType() === undefined;
  // `process.env.DEBUG && { log }`: the types of Node.js are not read.
  if (ts.isConditionalExpression(inner)) return all(inner.whenTrue, inner.whenFalse);
  if (ts.isBinaryExpression(inner)) {
    const { kind } = inner.operatorToken;
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return all(inner.right);
    const isEither = kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken;
    return isEither && all(inner.left, inner.right);
  }
  return ["undefined", "null", "false"].includes(inner.getText());
}

function holdsOmit(type: Type): boolean {
  return (type.isUnion() ? type.types : [type]).some((each) => each.getProperty("omit") !== undefined);
}
