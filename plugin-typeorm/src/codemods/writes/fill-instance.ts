import type { EntityModel } from "@lockstep/core";
import {
  type CallerValue,
  callerValueAmong,
  computedOver,
  describe,
  type FieldText,
  type Finding,
  insertStatement,
  isAmongStatements,
  offerNewRow,
  orCallerValue,
  relationOver,
  type SourceFile,
  sourceAmong,
  type TransformContext,
  takeCallerValueIn,
  textOf,
  textsOfRow,
  ts,
  valueText,
  whyNoValue,
  withCallerValue,
} from "@lockstep/core/codemods";
import { isComplete, mayExist, mayExistToo, referenceIn } from "../instances/keys.js";
import type { MadeInstance } from "../instances/made-instances.js";
import { classOf } from "../receivers/entities.js";
import { allFieldsOf } from "../receivers/heritage.js";
import { isRelation } from "./fill-path.js";
import { chosenIn, type WholeDto, wholeDto } from "./request-dtos.js";
import { isPassedIn } from "./written-rows.js";

/** Makes code that fills a row field by field also set the new field. */
export function* fillInstance(instance: MadeInstance, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { origin, name, model, given, elsewhere, assigned, last, use } = instance;
  const { field } = context;
  const relation = relationOver(context);
  if (isFollowed(instance, context)) return;
  if (use === "none" || (relation && given.has(relation.name))) return;
  const what = whatOfInstance(origin, context);
  const written = given.get(field.name);
  if (written !== undefined) {
    const chosen = choiceOf(instance, file, context) ?? dtoOf(instance, file, context)?.chosen;
    yield* takeCallerValueIn(written, [written.parent.parent], chosen, what, file, context);
    return;
  }
  const offset = origin.getStart(file.ast);
  const target = `${name}.${field.name}`;
  const value = valueToSet(instance, file, context);
  const text = `${target} = ${value ?? "…"}`;
  const place = (certainty: "required" | "likely", reason: string): Finding => {
    return { kind: "place", certainty, offset, what, reason, mayLeaveOut: true };
  };
  if (mayExist(model, given, false)) {
    // An instance with its key updates a part of a row, unless it is complete.
    if (isComplete(given, context))
      yield place("likely", `it has its key, so it may be a row that exists: unless it is, add \`${text}\``);
    return;
  }
  const reference = elsewhere.size + assigned.length > 0 ? undefined : referenceIn(model, given, context);
  if (reference === "sure") return;
  if (reference === "unsure") {
    yield place("likely", `it has its key, and may only refer to a row that exists: unless it does, add \`${text}\``);
    return;
  }
  if (elsewhere.has(field.name)) {
    yield place(
      "likely",
      `${field.name} is set only under a condition, or late: give it a value in every case, \`${text}\``,
    );
    return;
  }
  if (mayBeThere(instance)) {
    yield place(
      "likely",
      `it may be a row that exists, whose ${field.name} is not read here: set it only where it is new, \`${text}\``,
    );
    return;
  }
  if (field.name.includes(".") || isRelation(context)) {
    yield place("required", `add \`${target} = …\` before it is used`);
    return;
  }
  if (isNotAssignable(model, context)) {
    const call = `create({ ${field.name}: ${value ?? "…"} })`;
    yield place("required", `${field.name} cannot be assigned from outside of its class: make the row by \`${call}\``);
    return;
  }
  const [source] = assigned;
  const dto = dtoOf(instance, file, context);
  if (dto !== undefined && last !== undefined && use === "row") {
    yield { kind: "edit", what, ...insertStatement(last, `${target} = ${dto.value}`, file) };
    return;
  }
  if (source !== undefined && assigned.every((each) => isPassedIn(each, context))) return;
  if (source !== undefined) {
    const from = textOf(source, file).replaceAll(/\s+/g, " ");
    const whole = valueText(textsOfRow(name), file, context) ?? "…";
    const advice = `unless ${field.name} is in it, add \`${target} = ${whole}\``;
    yield place("likely", `its fields come from \`${from}\`: ${advice}`);
    return;
  }
  if (use === "unknown") {
    yield place("likely", `it goes to a function that may save it: unless ${field.name} is set there, add \`${text}\``);
    return;
  }
  if (value === undefined && instance.isHandedOn) {
    yield place("likely", `it goes to a function that may fill it: unless ${field.name} is set there, add \`${text}\``);
    return;
  }
  if (value === undefined) {
    yield place(
      "required",
      whyNoValue((source) => given.has(source), `${target} = `, "", file, context),
    );
    return;
  }
  if (!isAmongStatements(origin)) {
    yield place("required", `it is made where no statement can follow: give it a block, and add \`${text}\``);
    return;
  }
  const choice = choiceOf(instance, file, context);
  const statement = insertStatement(last ?? origin, `${target} = ${orCallerValue(value, choice)}`, file);
  yield* withCallerValue({ kind: "edit", what, ...statement }, choice, file, context);
}

/** The same for a column without a defined value: the row is ranked, and gets the field where it was chosen. */
export function* offerInstance(instance: MadeInstance, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { origin, name, given, elsewhere, last, use } = instance;
  const { field } = context;
  if (use === "none" || given.size + elsewhere.size === 0 || field.name.includes(".") || isRelation(context)) return;
  const what = whatOfInstance(origin, context);
  const after = last ?? origin;
  yield* offerNewRow(
    {
      node: origin,
      what,
      given: settable(instance),
      names: [...given.keys(), ...elsewhere.keys()],
      caution: mayBeThere(instance) ? "it may be a row that exists" : undefined,
      written: (value) => `${name}.${field.name} = ${value}`,
      edit: (text) =>
        isAmongStatements(after) ? { kind: "edit", what, ...insertStatement(after, text, file) } : undefined,
    },
    file,
    context,
  );
}

/** Whether an instance may be an existing row with a change that a mirror follows: `update-data` handles it. */
export function isFollowed(instance: MadeInstance, context: TransformContext): boolean {
  const { model, given, elsewhere } = instance;
  if (!mayExist(model, given, false) && !mayBeThere(instance)) return false;
  return sourceAmong([...given.keys(), ...elsewhere.keys()], context) !== undefined;
}

/** Whether it was found where a row exists, or gets the key of one. */
function mayBeThere({ mayBeFound, model, elsewhere }: MadeInstance): boolean {
  return mayBeFound || mayExistToo(model, elsewhere);
}

/** The value that callers may choose: the request may also be read under conditions only. */
function choiceOf(instance: MadeInstance, file: SourceFile, context: TransformContext): CallerValue | undefined {
  const chosen = chosenIn(instance.given, file, context);
  return chosen ?? callerValueAmong([...settable(instance)], file, context, context.sources);
}

/** The fields that an instance may get, under conditions or not. */
function settable({ given, elsewhere }: MadeInstance): ReadonlyMap<string, ts.Expression> {
  const set = [...elsewhere].flatMap(([field, value]) => (value === undefined ? [] : [[field, value] as const]));
  return new Map([...set, ...given]);
}

/** The only DTO that provides the fields of a row. */
function dtoOf(instance: MadeInstance, file: SourceFile, context: TransformContext): WholeDto | undefined {
  const [source, ...others] = instance.assigned;
  return source && others.length === 0 ? wholeDto(source, ofGiven(instance), file, context) : undefined;
}

/** Whether TypeScript rejects `user.handle = …`. */
function isNotAssignable(model: EntityModel, context: TransformContext): boolean {
  const owner = classOf(model, context);
  const property = owner && allFieldsOf(owner.node, owner.file, context).get(context.field.name);
  const { ReadonlyKeyword, PrivateKeyword, ProtectedKeyword } = ts.SyntaxKind;
  return (
    property?.modifiers?.some(({ kind }) => [ReadonlyKeyword, PrivateKeyword, ProtectedKeyword].includes(kind)) ?? false
  );
}

/** The display name of the code that creates a row. */
export function whatOfInstance(node: ts.Node, context: TransformContext): string {
  return describe(node, `new ${context.model.name}`);
}

/** The value computed from the fields that are already set: `user.email.toLowerCase()`. */
function valueToSet(instance: MadeInstance, file: SourceFile, context: TransformContext): string | undefined {
  const computed = computedOver((field) => instance.given.get(field), file, context);
  return computed ?? valueText(ofGiven(instance), file, context);
}

function ofGiven({ name, given }: MadeInstance): FieldText {
  const row = textsOfRow(name);
  return (field) => (given.has(field.name) ? row(field) : undefined);
}
