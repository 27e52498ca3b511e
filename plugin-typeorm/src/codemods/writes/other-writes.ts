import {
  describe,
  literalsOf,
  namesColumns,
  pathOf,
  propertiesOf,
  type SourceFile,
  type TransformContext,
  ts,
} from "@lockstep/core/codemods";
import { entityCalls } from "../calls/entity-calls.js";
import { isComplete } from "../instances/keys.js";
import { entityOfValue } from "../receivers/entities.js";
import { ormValueOf } from "../receivers/orm-value-of.js";

/** A literal in a call that looks like a write of the entity, but that the visible code does not identify as one. */
export interface OtherWrite {
  readonly literal: ts.ObjectLiteralExpression;
  readonly what: string;
  readonly reason: string;
  /** It may be a write of the entity: the receiver is unresolved. */
  readonly isUnknown: boolean;
}

/** `userRepository.save({ … })` with an unresolved receiver, or `sdk.users.create({ … })` of another package. */
export function* otherWrites(file: SourceFile, context: TransformContext): Iterable<OtherWrite> {
  const known = new Set<ts.Node>(entityCalls(file, context).map(({ call }) => call));
  const named = new RegExp(`^_?(?:\\w*${context.model.name})(?:s|es)?(?:Repo|Repository|Repositories)?$`, "i");
  for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
    const path = pathOf(call.expression);
    if (known.has(call) || path.length < 2 || !/^(?:create|insert|save|upsert)$/.test(path.at(-1) ?? "")) continue;
    const [first, second] = call.arguments;
    if (first === undefined || !ts.isPropertyAccessExpression(call.expression)) continue;
    const ofEntity = second !== undefined && entityOfValue(first, file, context) === context.model;
    const owner = ormValueOf(call.expression.expression, file, context);
    const isOwn = owner?.kind === "repository" && owner.model === context.model;
    const isNamed = ofEntity || isOwn || named.test(path.at(-2) ?? "");
    // The receiver is unresolved, and the literal has everything that a row requires.
    const isWhole = (literal: ts.ObjectLiteralExpression) => owner === undefined && namesRow(literal, context);
    const label = path.slice(-2).join(".");
    // The parameters of another entity's repository are known.
    if (!isOwn && /^(?:repository|builder|other|any)$/.test(owner?.kind ?? "")) continue;
    const reason =
      owner?.kind === "foreign"
        ? `${path.at(-2)} is from "${owner.specifier}"`
        : owner === undefined
          ? `nothing says what ${path.at(-2)} is`
          : `${label} is one of the app's own`;
    for (const literal of literalsOf(ofEntity ? second : first)) {
      if (ts.isObjectLiteralExpression(literal) && (isNamed || isWhole(literal)))
        yield { literal, what: describe(call, `row of ${label}`), reason, isUnknown: ofEntity || owner === undefined };
    }
  }
}

/** Whether a literal has everything that a new row requires, and more than one name. */
function namesRow(literal: ts.ObjectLiteralExpression, context: TransformContext): boolean {
  const given = new Map([...propertiesOf(literal).keys()].map((name) => [name, undefined]));
  return namesColumns(literal, 2, context) && isComplete(given, context);
}
