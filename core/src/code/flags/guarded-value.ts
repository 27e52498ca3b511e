import type { TransformContext } from "../contract/transform.js";
import type { AssignedMapper } from "../mappers/assigned-mappers.js";
import type { Mapper } from "../mappers/object-mappers.js";
import { groupedFallback, operandText } from "../values/sql-to-typescript.js";
import { type FieldText, optionalText, valueText } from "../values/value-text.js";
import { whyFlagIsOutOfReach } from "./can-check-flag.js";
import { readToggle } from "./template.js";

/** The text that shows the field until contract. */
export interface GuardedValue {
  readonly text: string;
  /** The name of the flag that guards it. */
  readonly flag: string | undefined;
  /** It is behind a flag, and there is nothing to show while the flag is off. */
  readonly isLeftOut: boolean;
  /** Why the flag cannot be checked there, or the row may be missing in a way that the text cannot handle. */
  readonly reason: string | undefined;
}

type Read = Pick<Mapper, "key" | "read" | "texts" | "access" | "file">;

/** `handle: user.handle ?? user.email.toLowerCase()`, behind the flag if the config has one. */
export function guardedProperty(mapper: Read & Pick<Mapper, "literal">, context: TransformContext): GuardedValue {
  const { key, read } = mapper;
  const property = (value: string) => (key === value ? key : `${key}: ${value}`);
  return behindFlag(mapper, mapper.literal, context, {
    write: property,
    writeIf: (condition) => `...(${grouped(condition)} ? { ${property(read)} } : {})`,
  });
}

/** `dto.handle = user.handle ?? user.email.toLowerCase()`, without a semicolon. */
export function guardedStatement(
  mapper: Read & Pick<AssignedMapper, "owner" | "last">,
  context: TransformContext,
): GuardedValue {
  const { owner, key, read } = mapper;
  return behindFlag(mapper, mapper.last, context, {
    write: (value) => `${owner}.${key} = ${value}`,
    writeIf: (condition) => `if (${condition}) ${owner}.${key} = ${read}`,
  });
}

/** Whether rows may lack a value without a fallback. */
export function mayShowNull(mapper: Read, context: TransformContext): boolean {
  return mayBeNull(context) && fallbackOf(mapper, context) === undefined;
}

function behindFlag(
  mapper: Read,
  node: Mapper["literal"] | AssignedMapper["last"],
  context: TransformContext,
  { write, writeIf }: { write(value: string): string; writeIf(condition: string): string },
): GuardedValue {
  const { read, file } = mapper;
  const { toggle } = context.intent;
  const fallback = fallbackOf(mapper, context);
  const isGuarded = fallback !== undefined && mayBeNull(context);
  const value = isGuarded ? `${operandText(read)} ?? ${groupedFallback(fallback)}` : read;
  const unsure = whyUnsure(mapper, fallback, context);
  if (toggle === undefined) return { text: write(value), flag: undefined, isLeftOut: false, reason: unsure };
  const template = readToggle(toggle);
  const flag = template.flagOf(context);
  const asked = template.ask(flag, file);
  const condition = template.isAsync ? `await ${asked}` : asked;
  const reason = unsure ?? whyFlagIsOutOfReach(node, template, file);
  const isLeftOut = fallback === undefined;
  if (isLeftOut) return { text: writeIf(condition), flag, isLeftOut, reason };
  const shown = isGuarded ? `(${value})` : value;
  return { text: write(`${grouped(condition)} ? ${shown} : ${fallback}`), flag, isLeftOut, reason };
}

/** `(await flags.isOn("…"))`, parenthesized as formatters do before `?`. */
function grouped(condition: string): string {
  return condition.startsWith("await ") ? `(${condition})` : condition;
}

function fallbackOf({ texts, file, access }: Read, context: TransformContext): string | undefined {
  return access === "sure" ? valueText(texts, file, context) : optionalText(texts, file, context);
}

/** The other properties define what is shown for a missing row. The new one must do the same, unless that is only null or undefined. */
function whyUnsure(
  { texts, file, access }: Read,
  fallback: string | undefined,
  context: TransformContext,
): string | undefined {
  if (access === "sure") return undefined;
  const ofRow: FieldText = (field) => {
    const text = texts(field);
    return text && { ...text, isNullable: field.isOptional };
  };
  const isLost = fallback === undefined && valueText(ofRow, file, context) !== undefined;
  return access === "other" || isLost ? rowMayBeMissing : undefined;
}

export const rowMayBeMissing = "the row may be missing there";

/**
 * Whether a row may lack a value until contract. A property with a non-null type always has one by now: the database fills values that SQL
 * can compute. Old code does not write values that code computes.
 */
export function mayBeNull(context: TransformContext): boolean {
  if (context.intent.neverNull) return false;
  return context.intent.value.kind !== "sql" || context.orm.mayBeNull?.(context) !== false;
}
