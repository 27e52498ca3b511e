import type { Migration } from "../../model/index.js";

/** Removes the schema `public` from names, as most people write them, so each table has one name. */
export function withoutPublic(migration: Migration): Migration {
  if (!/\bpublic\b/i.test(migration.sql)) return migration;
  return { ...migration, operations: bare(migration.operations) };
}

function bare<T>(value: T): T {
  if (Array.isArray(value)) return value.map((each: unknown) => bare(each)) as T;
  if (typeof value !== "object" || value === null) return value;
  const own = Object.entries(value).filter(
    ([key, part]) => !(key === "schema" && part === "public" && "name" in value),
  );
  return Object.fromEntries(own.map(([key, part]) => [key, bare(part)])) as T;
}
