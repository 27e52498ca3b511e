import {
  builtRows,
  passedRows as handedOn,
  namesColumns,
  type PassedRows,
  type SourceFile,
  type TransformContext,
  ts,
} from "@lockstep/core/codemods";
import { inputNamed, isCheckedInput, literalLookup } from "./input-literals.js";

/** The input type of a function's parameter. */
export interface Input {
  /** It takes relations only, and not the fields that store their keys. */
  readonly isChecked: boolean;
}

/** Rows that callers pass to functions which write them, declared as one of the client's inputs. */
export function passedInputs(
  written: readonly { readonly value: ts.Expression; readonly file: SourceFile }[],
  context: TransformContext,
): PassedRows<Input> {
  const take = ({ type }: ts.ParameterDeclaration): Input | undefined => {
    const input = type && inputNamed(type, context);
    return input === undefined ? undefined : { isChecked: isCheckedInput(input) };
  };
  const all = written.map((each) => ({ ...each, about: { isChecked: false } }));
  return handedOn<Input>(all, take, literalLookup(context));
}

/** Rows that functions and methods build for writes. If the app declares their type, that needs the field as well. */
export function builtInputs(
  written: readonly { readonly value: ts.Expression; readonly file: SourceFile }[],
  context: TransformContext,
): PassedRows<Input> {
  const all = written.map((each) => ({ ...each, about: { isChecked: false } }));
  return builtRows<Input>(all, {
    project: context.project,
    hasRoom: isInput,
    isRow: (literal) => namesColumns(literal, 2, context),
  });
}

/** `Prisma.UserCreateInput` gets the field with the model. */
function isInput(type: ts.TypeNode): boolean {
  return ts.isTypeReferenceNode(type) && ts.isQualifiedName(type.typeName) && /Create/.test(type.typeName.right.text);
}
