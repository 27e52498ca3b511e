import * as z from "zod";

// The type of data written to disk is inferred from its zod schema. Types that zod infers are mutable, and their declarations name zod,
// which plugin authors do not have installed. These forms make the same schemas, and infer readonly types with readable declarations. Use
// `import type` for a type: the schema loads zod.

/** A zod schema of `T`. An optional key has the type `T | undefined`. */
export interface Schema<T> extends z.ZodType<T> {
  /** For the types alone. */
  readonly of?: T;
}

/** The keys of an object. */
export type Shape = Readonly<Record<string, Schema<unknown>>>;

type TypeOf<E> = E extends { readonly of?: infer T } ? T : never;
type OptionalKeys<S> = { [K in keyof S]-?: undefined extends TypeOf<S[K]> ? K : never }[keyof S];
type RequiredOf<S, K extends keyof S> = { readonly [P in K]: TypeOf<S[P]> };
type OptionalOf<S, K extends keyof S> = {
  readonly [P in K]?: "isLenient" extends keyof S[P] ? TypeOf<S[P]> : Exclude<TypeOf<S[P]>, undefined>;
};
type Flat<T> = T extends infer U ? { [K in keyof U]: U[K] } : never;

/** The type of an object with these keys, and with their docstrings. A union of shapes becomes a union of types. */
export type Of<S> = S extends unknown
  ? Flat<RequiredOf<S, Exclude<keyof S, OptionalKeys<S>>> & OptionalOf<S, OptionalKeys<S>>>
  : never;

export const string: Schema<string> = z.string();
export const number: Schema<number> = z.number();
export const boolean: Schema<boolean> = z.boolean();
export const unknown: Schema<unknown> = z.unknown();
/** For flags that are absent when they are false. */
export const isTrue: Schema<true> = z.literal(true);

export function literal<const T extends string | number>(value: T): Schema<T> {
  return z.literal(value) as z.ZodType<T>;
}

export function oneOf<const T extends string>(values: readonly T[]): Schema<T> {
  return z.enum(values as readonly string[]) as z.ZodType<string> as z.ZodType<T>;
}

export function list<T>(item: Schema<T>): Schema<readonly T[]> {
  return z.array(item);
}

/** A list with at least one item. */
export function filledList<T>(item: Schema<T>): Schema<readonly [T, ...T[]]> {
  return z.array(item).min(1) as z.ZodType<readonly T[]> as z.ZodType<[T, ...T[]]>;
}

export function record<T>(value: Schema<T>): Schema<Readonly<Record<string, T>>> {
  return z.record(z.string(), value);
}

/** A key that may be absent. Its type has no `undefined`. */
export function optional<T>(value: Schema<T>): Schema<T | undefined> {
  return z.optional(value);
}

/** A key that may be absent or `undefined`. */
export function undefinable<T>(value: Schema<T>): Schema<T | undefined> & { readonly isLenient?: true } {
  return z.optional(value);
}

/** An object without other keys: an edit of `plan.json` that has no effect is an error. */
export function object<const S extends Shape>(shape: S): Schema<Of<S>> {
  return z.strictObject(shape) as unknown as z.ZodType<Of<S>>;
}

/** An object that keeps its other keys. */
export function looseObject<const S extends Shape>(shape: S): Schema<Of<S>> {
  return z.looseObject(shape) as unknown as z.ZodType<Of<S>>;
}

/** An object of one of these shapes. Pass the key that determines the shape, if one does. */
export function objectOf<const S extends readonly Shape[]>(
  shapes: S,
  kind?: "kind" | "result" | "why",
): Schema<Of<S[number]>> {
  const [first, ...others] = shapes.map((shape) => z.strictObject(shape));
  if (first === undefined) throw new Error("no shape");
  const schema = kind === undefined ? z.union([first, ...others]) : z.discriminatedUnion(kind, [first, ...others]);
  return schema as unknown as z.ZodType<Of<S[number]>>;
}

export function either<A, B>(one: Schema<A>, other: Schema<B>): Schema<A | B> {
  return z.union([one, other]);
}
