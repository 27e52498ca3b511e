import {
  addToList,
  callerValueAmong,
  callsOfChain,
  candidateFor,
  declarationOf,
  describe,
  enclosingName,
  type Finding,
  isTestFile,
  pathOf,
  propertiesOf,
  quoted,
  type SourceFile,
  settableValuesOf,
  sourceAmong,
  type TransformContext,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import { entityCalls } from "../calls/entity-calls.js";
import { concerns } from "../receivers/entities.js";
import { writtenRows } from "./written-rows.js";

/** The columns that an insert overwrites on a conflict: `["name"]` of `.values(…).orUpdate(["name"], ["email"])`. */
interface OverwrittenColumns {
  readonly node: ts.ArrayLiteralExpression;
  readonly columns: readonly string[];
  /** The columns that conflict. */
  readonly keys: readonly string[];
  /** The rows that it inserts, as far as they are literals. */
  readonly rows: readonly ts.ObjectLiteralExpression[];
  readonly what: string;
}

/** All of a file. */
export function* overwrittenColumnsIn(file: SourceFile, context: TransformContext): Iterable<OverwrittenColumns> {
  for (const { call, method, model, builder } of entityCalls(file, context)) {
    if (method !== "values" || builder?.verb !== "insert" || !concerns(model, context)) continue;
    const rows = writtenRows(file, context).filter(({ values }) => values === call);
    const literals = rows.map(({ value }) => unwrap(value)).filter(ts.isObjectLiteralExpression);
    for (const each of callsOfChain(call)) {
      if (pathOf(each.expression).at(-1) !== "orUpdate") continue;
      const [first, second] = each.arguments;
      const given = first && unwrap(first);
      // `{ conflict_target: ["email"], overwrite: ["name"] }` is the older form.
      const options = given && ts.isObjectLiteralExpression(given) ? given : undefined;
      const node = listOf(options ? valueAt(options, "overwrite") : given);
      if (node === undefined) continue;
      const keys = listOf(options ? valueAt(options, "conflict_target") : second);
      const what = describe(call, `orUpdate of insert into ${model.name}`);
      yield { node, columns: namesOf(node), keys: keys ? namesOf(keys) : [], rows: literals, what };
    }
  }
}

/** A list of columns to overwrite may need the new one, or only the first save of a row stores its value. */
export function* offerOverwrite(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { field, model, intent } = context;
  if (isTestFile(file) || field.name.includes(".")) return;
  const columnOf = (name: string) => model.fields.find((each) => each.name === name || each.column === name)?.column;
  for (const { node, columns, keys, rows, what } of overwrittenColumnsIn(file, context)) {
    const names = columns.flatMap((column) => model.fields.find((each) => each.column === column)?.name ?? []);
    // The row of a mirror lists both.
    if (columns.includes(field.column) || sourceAmong(names, context) !== undefined) continue;
    const inserted = new Set(rows.flatMap((row) => [...propertiesOf(row).keys()]).map(columnOf));
    const others = [...inserted].filter((column) => column !== undefined && column !== field.column);
    const isAll = others.length > 0 && others.every((column) => columns.includes(column!) || keys.includes(column!));
    const isSent = rows.some((row) => callerValueAmong([...settableValuesOf(row)], file, context) !== undefined);
    const isFilled = rows.every((row) => intent.value.kind !== "none" || context.takes(row, "create"));
    const text = quoted(field.column, file.style);
    const edit = isFilled && context.takes(node, "update") ? addToList(node, text, what, file) : undefined;
    if (edit !== undefined) {
      yield edit;
      continue;
    }
    const because = isAll
      ? "on a conflict it overwrites every other column that it inserts"
      : isSent
        ? `callers may send ${field.name}`
        : undefined;
    // The inserted value is the fill, or the default, where a caller sends none.
    const caution = `a save without ${field.name} would replace the stored one`;
    const advice = `add \`${text}\` if every save has it: otherwise only the first save of a row stores its ${field.name}`;
    const listed = { family: "update", tie: "orm", node, what, anchor: enclosingName(node), names } as const;
    const found = candidateFor({ ...listed, because, caution, text, advice }, file, context);
    // A row with a known value gets it anyway.
    const lacking = intent.value.kind === "none" ? rows.filter((row) => !propertiesOf(row).has(field.name)) : [];
    if (found !== undefined) yield { ...found, needs: lacking };
  }
}

/** The list that a value is, or that a constant holds. */
function listOf(value: ts.Expression | undefined): ts.ArrayLiteralExpression | undefined {
  const inner = value && unwrap(value);
  if (inner === undefined) return undefined;
  if (ts.isArrayLiteralExpression(inner)) return inner.elements.every(ts.isStringLiteralLike) ? inner : undefined;
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  const isConstant = declaration !== undefined && ts.isVariableDeclaration(declaration);
  return isConstant && declaration.initializer && !ts.isIdentifier(unwrap(declaration.initializer))
    ? listOf(declaration.initializer)
    : undefined;
}

function namesOf({ elements }: ts.ArrayLiteralExpression): readonly string[] {
  return elements.flatMap((each) => (ts.isStringLiteralLike(each) ? each.text : []));
}
