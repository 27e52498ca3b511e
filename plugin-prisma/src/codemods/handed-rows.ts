import {
  type HandedRows,
  handedRows as handedOn,
  type SourceFile,
  type TransformContext,
  type ts,
} from "@lockstep/core/codemods";
import { behindRows, inputNamed, isCheckedInput } from "./input-literals.js";

/** What the input says that a function takes. */
export interface Input {
  /** It takes relations only, and not the fields that store their keys. */
  readonly isChecked: boolean;
}

/** Rows that callers hand to functions which write them, and declare one of the client's inputs. */
export function handedRows(
  written: readonly { readonly value: ts.Expression; readonly file: SourceFile }[],
  context: TransformContext,
): HandedRows<Input> {
  const take = ({ type }: ts.ParameterDeclaration, file: SourceFile): Input | undefined => {
    const input = type && inputNamed(type, file, context);
    return input === undefined ? undefined : { isChecked: isCheckedInput(input) };
  };
  const all = written.map((each) => ({ ...each, about: { isChecked: false } }));
  return handedOn<Input>(all, take, behindRows(context));
}
