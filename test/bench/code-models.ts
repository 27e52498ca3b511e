/** The models of a generated project: names that contain each other, and fields that most of them share, as in real schemas. */
import type { EntityField, EntityModel, ScalarType } from "../../core/src/model/index.js";

const nouns =
  "User Account Order Product Invoice Payment Team Project Task Comment Message Channel Document Folder Tag Address Customer Supplier Shipment Warehouse Stock Price Coupon Campaign Lead Contact Deal Ticket Agent Article Category Review Booking Room Guest Device Sensor Alert Report Plan".split(
    " ",
  );
const endings = ["", "Item", "Event", "Note", "Setting", "Member", "Log", "Template"];

/** By how many models have it: the first ones nearly all. */
const shared: readonly (readonly [name: string, type: ScalarType])[] = [
  ["name", "string"],
  ["status", "string"],
  ["type", "string"],
  ["description", "string"],
  ["title", "string"],
  ["email", "string"],
  ["position", "int"],
  ["amountCents", "int"],
  ["currency", "string"],
  ["isActive", "boolean"],
  ["slug", "string"],
  ["locale", "string"],
  ["timezone", "string"],
  ["notes", "string"],
  ["externalId", "string"],
  ["priority", "int"],
  ["color", "string"],
  ["quantity", "int"],
  ["source", "string"],
  ["metadata", "json"],
];

/** Pseudo-random numbers from 0 to 1, the same for the same seed. */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** As many models as asked for, up to 320. The first one is `User`, to which a third of the others belong. */
export function generatedModels(count: number, random: Random): EntityModel[] {
  const names = endings.flatMap((ending) => nouns.map((noun) => `${noun}${ending}`));
  return names.slice(0, count).map((name, at) => {
    // `User` gets its `status` by the change that is measured.
    const isGiven = ([each]: (typeof shared)[number], rank: number) =>
      at === 0 ? each !== "status" : random() < 0.75 / (1 + rank * 0.12);
    const own = shared.filter(isGiven).slice(0, 11);
    const special = `${camel(name)}Code`;
    const isOwned = at > 0 && random() < 0.34;
    const fields = [
      field("id", "int", { isId: true, hasDefault: true }),
      ...own.map(([each, type]) => field(each, type)),
      field(special, "string"),
      ...(isOwned ? [field("userId", "int", { isForeignKey: true })] : []),
      field("createdAt", "datetime", { hasDefault: true }),
      field("updatedAt", "datetime", { hasDefault: true, isUpdatedAt: true }),
    ];
    const relations = isOwned ? [{ name: "user", model: "User", fields: ["userId"], references: ["id"] }] : [];
    return { name, table: { name: `${camel(name)}s` }, primaryKey: ["id"], relations, fields };
  });
}

/** A model that no code names: a project in which nothing but the model changes. */
export function unusedModel(): EntityModel {
  const fields = [
    field("id", "int", { isId: true, hasDefault: true }),
    ...["ledgerPeriod", "closingBalance", "openingBalance", "reconciledBy"].map((name) => field(name, "string")),
  ];
  return { name: "Reconciliation", table: { name: "reconciliations" }, primaryKey: ["id"], relations: [], fields };
}

export function field(name: string, type: ScalarType, extra: Partial<EntityField> = {}): EntityField {
  const no = { isList: false, isOptional: false, isId: false, isUnique: false, hasDefault: false };
  return { name, column: name, type, ...no, isForeignKey: false, isUpdatedAt: false, documentation: "", ...extra };
}

export function camel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** `OrderItem` → `order-item` */
export function kebab(name: string): string {
  return name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** The columns that features show and take: neither key nor timestamp. */
export function plain(model: EntityModel): readonly EntityField[] {
  return model.fields.filter((field) => !field.isId && !field.isForeignKey && field.type !== "datetime");
}

/** A column's type in TypeScript. */
export function typeOf({ type }: EntityField): string {
  const types: Partial<Record<EntityField["type"], string>> = { int: "number", boolean: "boolean", datetime: "Date" };
  return types[type] ?? (type === "json" ? "unknown" : "string");
}

/** A text so many times, with a line between. */
export function repeat(count: number, text: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => text(at)).join("\n");
}
