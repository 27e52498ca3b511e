import { isDeepStrictEqual } from "node:util";
import type { Change } from "./change.js";
import { modelNames } from "./change.js";
import type { GeneratedClient } from "./clients.js";
import type { Field, Model } from "./dmmf.js";
import { nextNumber, sample } from "./samples.js";

type Row = Record<string, unknown>;
type Delegate = Record<string, (args: object) => Promise<never>>;

/** What a build of the application knows beside its client. */
export interface Knowledge {
  /** Told of everything that goes wrong: the change whose table it is, and what happened. */
  report(change: Change, what: string): void;
  /** Fields that the change adds, by model: rows with values for them are this build's own. */
  readonly added: ReadonlyMap<string, ReadonlySet<string>>;
  /** Fields that stay optional for good: there NULL is a value that code may choose. */
  isOptionalForGood(model: string, field: string): boolean;
  /** Whether the fields that the change adds may still be left out, because the database fills them. */
  mayLeaveOut(change: Change): boolean;
}

/** A build of the application: Prisma's client of one phase, with the requests of an ordinary app on every model. */
export class App {
  readonly name: string;
  readonly #generated: GeneratedClient;
  readonly #client: ReturnType<GeneratedClient["connect"]>;
  readonly #changes: readonly Change[];
  #kept: { change: Change; model: Model; row: Row; given: Row }[] = [];

  constructor(name: string, generated: GeneratedClient, url: string, changes: readonly Change[]) {
    this.name = name;
    this.#generated = generated;
    this.#client = generated.connect(url);
    this.#changes = changes;
  }

  /** One round of requests on every model; each that fails is reported. */
  async serve(knowledge: Knowledge): Promise<void> {
    for (const change of this.#changes) {
      for (const name of modelNames(change.after)) {
        const model = this.#generated.models.find((candidate) => candidate.name === name);
        if (model !== undefined) await this.#requests(change, model, knowledge);
      }
    }
  }

  /**
   * The rows in which this build chose the new values itself must have kept them. Then they go, so that only rows with
   * filled values are left to look at.
   */
  async settle(knowledge: Knowledge): Promise<void> {
    for (const { change, model, row, given } of this.#kept.reverse()) {
      try {
        const now = (await this.#table(model).findUnique!({ where: whereOf(model, row) })) as Row | null;
        for (const [field, value] of Object.entries(given)) {
          if (!isSame(now?.[field], value))
            knowledge.report(
              change,
              `${this.name} wrote ${model.name}.${field} ${show(value)}, and it became ${show(now?.[field])}`,
            );
        }
        await this.#table(model).delete!({ where: whereOf(model, row) });
      } catch (error) {
        knowledge.report(change, `${this.name}: reading back a row of ${model.name}: ${messageOf(error)}`);
      }
    }
    this.#kept = [];
  }

  /** From before the changes: it leaves out what will be required. */
  get isBefore(): boolean {
    return this.name === "the build before";
  }

  close(): Promise<void> {
    return this.#client.$disconnect();
  }

  async #requests(change: Change, model: Model, knowledge: Knowledge): Promise<void> {
    const table = this.#table(model);
    const attempt = async <T>(what: string, request: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await request();
      } catch (error) {
        knowledge.report(change, `${this.name}: ${what} of ${model.name} failed: ${messageOf(error)}`);
        return undefined;
      }
    };
    const keep = (row: Row | undefined, data: Row) => {
      if (row !== undefined) this.#keep(change, model, row, data, knowledge);
    };

    const whole = await this.#data(change, model, "whole", knowledge);
    const created = (await attempt("create", () => table.create!({ data: whole }))) as Row | undefined;
    const rows = [
      await this.#data(change, model, "least", knowledge),
      await this.#data(change, model, "nulls", knowledge),
    ];
    const many = (await attempt("createMany", () => table.createManyAndReturn!({ data: rows }))) as Row[] | undefined;
    for (const [index, row] of (many ?? []).entries()) keep(row, rows[index]!);

    if (created !== undefined) {
      const data = change.hasMovingSources ? await this.#data(change, model, "whole", knowledge) : { ...whole };
      for (const field of keyOf(model)) delete data[field];
      Object.assign(whole, data);
      await attempt("update", () => table.update!({ where: whereOf(model, created), data: plainOnly(model, data) }));
      await attempt("upsert of a row that is there", () =>
        table.upsert!({ where: whereOf(model, created), create: whole, update: plainOnly(model, data) }),
      );
    }
    keep(created, whole);
    const fresh = await this.#data(change, model, "whole", knowledge);
    const where = this.#unusedKey(change, model, fresh);
    const upserted = await attempt("upsert of a new row", () => table.upsert!({ where, create: fresh, update: {} }));
    keep(upserted, fresh);

    const order = keyOf(model).map((field) => ({ [field]: "asc" }));
    const first = (await attempt("findFirst", () => table.findFirst!({ orderBy: order }))) as Row | null | undefined;
    if (first) {
      // Nothing changes, but every trigger runs, on a row that may be from long ago.
      const same = plainOnly(model, Object.fromEntries(Object.entries(first).filter(([, value]) => value !== null)));
      for (const field of [...keyOf(model), ...(knowledge.added.get(model.name) ?? [])]) delete same[field];
      await attempt("update of an old row", () => table.update!({ where: whereOf(model, first), data: same }));
    }
    await attempt("findMany", () => table.findMany!({}));
    await attempt("count", () => table.count!({}));
  }

  /** Rows whose new values are not the fill's are kept apart: the application chose them. */
  #keep(change: Change, model: Model, row: Row, data: Row, knowledge: Knowledge): void {
    const added = [...(knowledge.added.get(model.name) ?? [])];
    const given: Row = {};
    let isOwn = false;
    for (const name of added) {
      const field = model.fields.find((candidate) => candidate.name === name);
      if (field === undefined || field.kind === "object") continue;
      const value = data[name];
      const isLeftOut = value === undefined || isNull(value);
      if (!isLeftOut) given[name] = value;
      else if (knowledge.isOptionalForGood(model.name, name) && !field.hasDefaultValue) given[name] = null;
      isOwn ||= name in given || field.hasDefaultValue || field.isList || field.isUpdatedAt === true;
    }
    if (isOwn) this.#kept.push({ change, model, row, given });
  }

  /** `whole` gives every field, `least` only what must be, `nulls` an explicit NULL wherever the type allows one. */
  async #data(change: Change, model: Model, kind: "whole" | "least" | "nulls", knowledge: Knowledge): Promise<Row> {
    const n = nextNumber();
    const data: Row = {};
    const added = knowledge.added.get(model.name) ?? new Set();
    for (const field of model.fields) {
      if (field.kind !== "scalar" && field.kind !== "enum") continue;
      if (isSerial(field) || relationOf(model, field) !== undefined) continue;
      const isNeeded = field.isRequired && !field.hasDefaultValue && field.isUpdatedAt !== true && !field.isList;
      const isWritten = added.has(field.name) && !knowledge.mayLeaveOut(change) && !field.hasDefaultValue;
      if (kind === "least" && !isNeeded && !isWritten) continue;
      if (kind === "nulls" && !isNeeded && !isWritten) {
        // From contract on nobody writes NULL there any more: a default is left to the database.
        if (
          added.has(field.name) &&
          !knowledge.mayLeaveOut(change) &&
          !knowledge.isOptionalForGood(model.name, field.name)
        )
          continue;
        if (!field.isRequired && !field.isList)
          data[field.name] = field.type === "Json" ? this.#generated.namespace.DbNull : null;
        continue;
      }
      // Keys that the database makes stay the database's.
      if (field.isId && field.hasDefaultValue) continue;
      const own = change.values?.[`${model.name}.${field.name}`];
      data[field.name] = own === undefined ? sample(field, n, this.#generated.enums) : own(n);
    }
    for (const relation of model.fields.filter((field) => (field.relationFromFields?.length ?? 0) > 0)) {
      const names = relation.relationFromFields ?? [];
      const isWritten = names.some((name) => added.has(name)) && !knowledge.mayLeaveOut(change);
      if (!relation.isRequired && !isWritten && kind !== "whole") continue;
      const parent = await this.#parent(change, model, relation, knowledge);
      for (const [index, name] of names.entries()) data[name] ??= parent[relation.relationToFields?.[index] ?? ""];
    }
    // A required column of a foreign key whose other columns may be left out.
    for (const field of model.fields) {
      if (field.kind !== "scalar" || !field.isRequired || field.hasDefaultValue || field.name in data) continue;
      if (relationOf(model, field) === undefined) continue;
      data[field.name] = change.values?.[`${model.name}.${field.name}`]?.(n) ?? sample(field, n, this.#generated.enums);
    }
    return data;
  }

  /** A row to refer to: one that is there, or a new one where each may be referred to once. */
  async #parent(change: Change, model: Model, relation: Field, knowledge: Knowledge): Promise<Row> {
    const parent = this.#generated.models.find((candidate) => candidate.name === relation.type)!;
    const names = relation.relationFromFields ?? [];
    const isUnique =
      (names.length === 1 && model.fields.some((field) => field.name === names[0] && field.isUnique)) ||
      model.uniqueFields.some((fields) => fields.every((name) => names.includes(name)));
    const order = keyOf(parent).map((field) => ({ [field]: "asc" }));
    const found = isUnique ? null : ((await this.#table(parent).findFirst!({ orderBy: order })) as Row | null);
    if (found !== null) return found;
    return (await this.#table(parent).create!({ data: await this.#data(change, parent, "whole", knowledge) })) as Row;
  }

  #unusedKey(change: Change, model: Model, data: Row): Row {
    const row: Row = {};
    for (const name of keyOf(model)) {
      const field = model.fields.find((candidate) => candidate.name === name)!;
      const own = change.values?.[`${model.name}.${name}`];
      if (name in data) row[name] = data[name];
      else if (field.type === "Int") row[name] = -nextNumber();
      else if (field.type === "BigInt") row[name] = BigInt(-nextNumber());
      else row[name] = own === undefined ? sample(field, nextNumber(), this.#generated.enums) : own(nextNumber());
    }
    return whereOf(model, row);
  }

  #table(model: Model): Delegate {
    const name = model.name.charAt(0).toLowerCase() + model.name.slice(1);
    return (this.#client as unknown as Record<string, Delegate>)[name]!;
  }
}

/** The fields of the primary key. */
export function keyOf(model: Model): readonly string[] {
  return model.primaryKey?.fields ?? model.fields.filter((field) => field.isId).map((field) => field.name);
}

function whereOf(model: Model, row: Row): Row {
  const key = keyOf(model);
  const values = Object.fromEntries(key.map((name) => [name, row[name]]));
  return key.length === 1 ? values : { [model.primaryKey?.name ?? key.join("_")]: values };
}

function isSerial(field: Field): boolean {
  return typeof field.default === "object" && "name" in field.default && field.default.name === "autoincrement";
}

/** The relation whose foreign key the field belongs to. */
function relationOf(model: Model, field: Field): Field | undefined {
  return model.fields.find((candidate) => candidate.relationFromFields?.includes(field.name));
}

/** Without what an update would not take as it was read: lists of relations, and JSON whose null is ambiguous. */
function plainOnly(model: Model, data: Row): Row {
  return Object.fromEntries(
    Object.entries(data).filter(([name, value]) => {
      const field = model.fields.find((candidate) => candidate.name === name);
      return field !== undefined && field.kind !== "object" && !field.isReadOnly && !isNull(value);
    }),
  );
}

function isNull(value: unknown): boolean {
  return value === null || value?.constructor?.name === "DbNull";
}

/** As JSON has them, because Prisma gives decimals, dates and bytes as objects of its own. */
function isSame(actual: unknown, expected: unknown): boolean {
  return isDeepStrictEqual(plain(actual), plain(expected));
}

function plain(value: unknown): unknown {
  if (value === undefined) return "nothing";
  if (value instanceof Uint8Array) return [...value];
  if (typeof value === "bigint") return value.toString();
  if (value !== null && typeof value === "object" && "toFixed" in value) return String(value);
  return JSON.parse(JSON.stringify(value, (_, part) => (typeof part === "bigint" ? part.toString() : part)));
}

function show(value: unknown): string {
  return JSON.stringify(plain(value));
}

/** Prisma's messages begin with the call; what matters is their end. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .trim()
    .replace(/\s*\n\s*/g, " ")
    .slice(-500);
}
