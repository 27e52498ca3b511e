import type { Field } from "./dmmf.js";

let counter = 1000;

/** A number that no other call got, and no row of a seed: values made from it are distinct. Small enough for every integer type. */
export function nextNumber(): number {
  counter += 1;
  return counter;
}

/** A value of the field's type that differs from `n` to `n`, as an application would give it to Prisma's client. */
export function sample(field: Field, n: number, enums: ReadonlyMap<string, readonly string[]>): unknown {
  if (field.isList) return [scalar(field, n, enums), scalar(field, n + 1, enums)];
  return scalar(field, n, enums);
}

function scalar(field: Field, n: number, enums: ReadonlyMap<string, readonly string[]>): unknown {
  const labels = enums.get(field.type);
  if (labels !== undefined) return labels[n % labels.length];
  const [native, [size] = []] = (field.nativeType ?? []) as [string?, string[]?];
  switch (field.type) {
    case "String":
      return text(native, size, n, field.name);
    case "Int":
      return n;
    case "BigInt":
      return BigInt(n);
    case "Float":
      return n + 0.5;
    case "Decimal":
      return `${n % 100}.5`;
    case "Boolean":
      return n % 2 === 0;
    case "DateTime":
      return time(native, n);
    case "Json":
      return { n };
    case "Bytes":
      return Uint8Array.from([n % 256, (n >> 8) % 256]);
    default:
      throw new Error(`no sample for ${field.name} ${field.type}`);
  }
}

/** Prisma gives days as midnight, and times of day as of 1970. */
function time(native: string | undefined, n: number): Date {
  const [year, month, day] = native === "Time" || native === "Timetz" ? [1970, 0, 1] : [2026, 0, 1 + (n % 300)];
  const [hour, minute, second] = native === "Date" ? [0, 0, 0] : [n % 24, n % 60, Math.floor(n / 60) % 60];
  return new Date(Date.UTC(year, month, day, hour, minute, second));
}

function text(native: string | undefined, size: string | undefined, n: number, name: string): string {
  const hex = n.toString(16).padStart(12, "0");
  switch (native) {
    case "Uuid":
      return `00000000-0000-4000-8000-${hex}`;
    case "Inet":
      return `10.${(n >> 16) % 256}.${(n >> 8) % 256}.${n % 256}`;
    case "Xml":
      return `<n>${n}</n>`;
    case "Bit":
    case "VarBit":
      return (n % 2 ** Number(size ?? 1)).toString(2).padStart(Number(size ?? 1), "0");
    case "Char":
      return String(n)
        .padStart(Number(size ?? 1), "0")
        .slice(-Number(size ?? 1));
    case "VarChar":
      return `v${n}`.slice(0, size === undefined ? undefined : Number(size));
    default:
      return `${name}-${n}`;
  }
}
