import { patternOf, type TableName } from "@lockstep/core";
import type { DataSource } from "typeorm";
import { stampOf } from "../migrations/names.js";

/**
 * What the migrations of a project say that they do, by their code: nothing else tells how the database came to be. All of them have
 * run here.
 */
export class Migrated {
  /** Names, and what `up` says, the oldest first. */
  readonly #migrations: readonly { readonly name: string; readonly up: string }[];
  /** The SQL of all of them stands in their `up`: none puts it together, reads it elsewhere or leaves it to TypeORM to name things. */
  readonly #isWhole: boolean;

  constructor({ migrations }: Pick<DataSource, "migrations">) {
    const read = migrations.map((migration) => ({
      name: migration.name ?? migration.constructor.name,
      up: migration.up.toString().replace(/\\[nrt]/g, " "),
    }));
    this.#migrations = read.toSorted((a, b) => Number(stampOf(a.name) ?? 0) - Number(stampOf(b.name) ?? 0));
    this.#isWhole = this.#migrations.every(({ up }) => saysAll(up));
  }

  /** Whether it is certain that the column was made by something else: the table was made by a migration, and none knows the column. */
  isStranger(table: TableName, column: string): boolean {
    if (!this.#isWhole || !isPlain(table.name) || !isPlain(column)) return false;
    const known = this.#migrations.filter(({ up }) => says(up, table.name));
    return known.some(({ up }) => /create\s*table/i.test(up)) && !known.some(({ up }) => says(up, column));
  }

  /** The same of an index or a constraint. */
  isStrangeName(name: string): boolean {
    if (!this.#isWhole || !isPlain(name)) return false;
    const makesTables = this.#migrations.some(({ up }) => /create\s*table/i.test(up));
    return makesTables && !this.#migrations.some(({ up }) => says(up, name));
  }

  /** The migration that has made a column, and none after it has taken it away; undefined where that is not certain. */
  makerOf(table: TableName, column: string): string | undefined {
    if (!this.#isWhole) return undefined;
    const last = this.#migrations.findLast(({ up }) => says(up, table.name) && says(up, column));
    if (last === undefined || /\b(?:drop|rename)\b/i.test(last.up)) return undefined;
    return new RegExp(`(?:\\badd|create\\s*table)\\b[^;]*${wordOf(column)}`, "i").test(last.up) ? last.name : undefined;
  }
}

/** Compilers may write other letters as numbers. */
function isPlain(name: string): boolean {
  return /^[\w$ .-]+$/.test(name);
}

function says(text: string, name: string): boolean {
  return new RegExp(wordOf(name)).test(text);
}

function wordOf(name: string): string {
  return `(?<!\\w)${patternOf(name)}(?!\\w)`;
}

function saysAll(up: string): boolean {
  const head = /^\s*(?:async\s+)?(?:function\s*)?\w*\s*\(\s*(\w+)\s*\)/.exec(up);
  const runner = head?.[1] ?? "queryRunner";
  // What every migration of a plan begins with: its SQL stands inside of the call.
  const body = up.slice(head?.[0].length ?? 0).replaceAll(`outsideTransaction(${runner},`, "");
  const isElsewhere = new RegExp(`\\$\\{|\\.query\\(\\s*[^\`"'\\s]|[(,]\\s*${runner}\\s*[,)]`);
  // Names that TypeORM gives stand in no text.
  return !isElsewhere.test(body) && !/\bTable(?:Index|Unique|Check|ForeignKey)\b/.test(body);
}
