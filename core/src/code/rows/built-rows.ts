import { ts } from "../ast/compiler.js";
import { returnedBy, unwrap } from "../ast/expressions.js";
import { literalsOf } from "../ast/literals.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { callsOf, functionCalledBy, functionName, isOverridden } from "../flow/callers.js";
import type { PassedRow, PassedRows, WrittenValue } from "./passed-rows.js";

/** A plugin's facts about the rows that functions return. */
interface RowTypes<About> extends Pick<TransformContext, "project"> {
  /** Whether a function's declared type gets the field together with the model. */
  hasRoom(type: ts.TypeNode, file: SourceFile, about: About): boolean;
  isRow(literal: ts.ObjectLiteralExpression, about: About): boolean;
}

/**
 * The rows that functions and methods of the app only build for writes: `create({ data: toRow(dto) })`, `save(this.toRow(dto))`,
 * `save(this.mapper.toRow(dto))`. They are filled in the returned literals. No other code may receive the new property.
 */
export function builtRows<About>(written: readonly WrittenValue<About>[], types: RowTypes<About>): PassedRows<About> {
  const makers = new Map<
    ts.Node,
    { file: SourceFile; values: Map<ts.Node, ts.Expression>; rows: PassedRow<About>[] }
  >();
  for (const { value, file, about } of written) {
    const call = calledFor(value);
    const maker = call && functionCalledBy(call, file, types);
    if (call === undefined || maker === undefined) continue;
    const known = makers.get(maker.node);
    if (known === undefined) {
      const rows = rowsBuiltBy(maker.node, maker.file, about, types);
      makers.set(maker.node, { file: maker.file, values: new Map([[call, value]]), rows });
    } else known.values.set(call, value);
  }
  const built = [...makers].filter(([node, { file, values, rows }]) => {
    const calls = rows.length === 0 ? undefined : callsOf(node as ts.SignatureDeclaration, file, types);
    return calls?.length === values.size && calls.every(({ call }) => values.has(call));
  });
  return {
    rows: built.flatMap(([, { rows }]) => rows),
    followed: new Set(built.flatMap(([, { values }]) => [...values.values()])),
  };
}

/** `toRow(dto)` of `await toRow(dto)` */
function calledFor(value: ts.Expression): ts.CallExpression | undefined {
  const inner = unwrap(value);
  const awaited = ts.isAwaitExpression(inner) ? unwrap(inner.expression) : inner;
  return ts.isCallExpression(awaited) ? awaited : undefined;
}

/**
 * The literals that a function returns; none if it also returns other values, or declares a type of its own, which would need the field.
 */
function rowsBuiltBy<About>(
  maker: ts.SignatureDeclaration,
  file: SourceFile,
  about: About,
  types: RowTypes<About>,
): PassedRow<About>[] {
  const name = functionName(maker)?.text;
  if (!("body" in maker) || name === undefined || isOverridden(maker, types)) return [];
  const type = promised(maker.type);
  if (type !== undefined && !types.hasRoom(type, file, about)) return [];
  const values = returnedBy(maker as ts.FunctionLikeDeclaration).flatMap((each) => [...literalsOf(each)]);
  const literals = values.filter(ts.isObjectLiteralExpression).filter((each) => types.isRow(each, about));
  if (literals.length !== values.length) return [];
  return literals.map((value) => ({ value, file, about, what: `row of ${name}`, besides: undefined }));
}

/** `Row` of `Promise<Row>` and `Row[]` */
function promised(type: ts.TypeNode | undefined): ts.TypeNode | undefined {
  if (type !== undefined && ts.isArrayTypeNode(type)) return promised(type.elementType);
  const isPromise = type !== undefined && ts.isTypeReferenceNode(type) && type.typeName.getText() === "Promise";
  return isPromise ? promised(type.typeArguments?.[0]) : type;
}
