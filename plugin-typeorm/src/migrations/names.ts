import type { Plan } from "@lockstep/core";
import type { TypeormProject } from "../project.js";

/** TypeORM orders migrations by the last 13 digits of their class names: milliseconds. */
const leading = /^(\d{13})(?!\d)-?/;
const trailing = /(\d{13})$/;

/**
 * Stamps of `count` new migrations: from a moment on, a millisecond apart, after every existing migration.
 *
 * @example stamps(new Date(1763648123456), ["1763648000000-Base"], 2) // ["1763648123456", "1763648123457"]
 */
export function stamps(moment: Date, existing: readonly string[], count: number): string[] {
  const latest = Math.max(0, ...existing.map((name) => Number(stampOf(name) ?? 0)));
  const first = Math.max(moment.getTime(), latest + 1);
  return Array.from({ length: count }, (_, index) => String(first + index));
}

/** The stamp in the name of a file. Undefined if it has none. */
export function stampOf(name: string): string | undefined {
  return leading.exec(name)?.[1] ?? trailing.exec(name)?.[1];
}

/** TypeORM's names of the migrations in a text: the `name` of the instance, else that of the class; 13 digits at its end. */
export function migrationsIn(source: string): string[] {
  const heads = [...source.matchAll(/\bclass\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu)];
  return heads
    .map((head, at) => {
      const body = source.slice(head.index, heads[at + 1]?.index);
      return ownName.exec(body)?.[2] ?? head[1] ?? "";
    })
    .filter((name) => /\d{13}$/.test(name));
}

/** `name = "AddHandle1763648123456"` as a property, or as compilers write it in a constructor. */
const ownName = /^[ \t]*(?:public |readonly |this\.)*name(?:\s*:\s*string)?\s*=\s*(["'`])([^"'`]*)\1/m;

/**
 * `1763648123457-AddHandleCreateIndex`: the stamp, the plan's own name, and what the migration does. In the style of the plan's first file:
 * `1763648123457-add-handle-create-index` after `1763648123456-add-handle`.
 */
export function migrationName({ id }: Pick<Plan, "id">, stamp: string, slug: string): string {
  const own = id.replace(leading, "");
  if (/^[a-z\d]+(?:-[a-z\d]+)+$/.test(own)) return [stamp, own, slug].filter((part) => part !== "").join("-");
  if (/^[a-z\d]+(?:_[a-z\d]+)+$/.test(own))
    return `${stamp}-${[own, slug.replaceAll("-", "_")].filter((part) => part !== "").join("_")}`;
  const words = `${pascalCase(own)}${pascalCase(slug)}`;
  return `${stamp}-${/^[a-z\d]+[A-Z][A-Za-z\d]*$/.test(own) ? words.charAt(0).toLowerCase() + words.slice(1) : words}`;
}

/** `src/migrations/1763648123457-AddHandleCreateIndex.ts`, from the root. */
export function migrationPath(
  { migrationsFolder, flavour }: Pick<TypeormProject, "migrationsFolder" | "flavour">,
  name: string,
): string {
  return `${migrationsFolder}/${name}.${flavour.language}`;
}

/** The class of a migration, as `typeorm migration:generate` names it: `AddHandle1763648123456`. */
export function className(migration: string): string {
  const stamp = stampOf(migration) ?? "";
  const words = pascalCase(migration.replace(leading, "").replace(trailing, ""));
  return `${/^[\p{ID_Start}$_]/u.test(words) ? "" : "_"}${words}${stamp}`;
}

/** As TypeORM's own camelCase; a character that is not allowed in identifiers ends a word as well. */
function pascalCase(text: string): string {
  return ` ${text}`.replace(/[^\p{ID_Continue}$]+([\p{ID_Continue}$]?)|_(\w)/gu, (_, a?: string, b?: string) =>
    (a ?? b ?? "").toUpperCase(),
  );
}
