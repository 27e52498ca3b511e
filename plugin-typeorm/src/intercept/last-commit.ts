import { committedText, type EntityModel, isSameTable, type TableName } from "@lockstep/core";
import { textOf } from "@lockstep/core/codemods";
import { dirtyFiles, isRepository, lastCommitOf } from "@lockstep/core/planning";
import { partsOf } from "../entities/edit/originals.js";
import { Entities } from "../entities/entities.js";
import type { EntityFile } from "../entities/model.js";
import { isAlike } from "../entities/names.js";
import { findPlace } from "../entities/place.js";
import { entityModels, type KnownColumn } from "../entities/read.js";
import { readMigrationFiles } from "../migrations/list.js";
import { knownColumns } from "./columns.js";
import type { Interception } from "./interception.js";

interface State {
  readonly entities: Entities;
  readonly models: readonly EntityModel[];
}

/** The entities now and in a commit, by default the last: what the user has edited since. */
export class LastCommit {
  readonly #now: State;
  readonly #then: State;

  private constructor(now: State, former: State) {
    this.#now = now;
    this.#then = former;
  }

  /** Undefined outside of a repository. */
  static async of(
    root: string,
    entityFiles: () => Promise<readonly EntityFile[]>,
    known: readonly KnownColumn[],
    commit?: string,
  ): Promise<LastCommit | undefined> {
    if (!isRepository(root)) return undefined;
    const files = await entityFiles();
    const paths = files.map(({ path }) => path);
    const changed = commit === undefined ? dirtyFiles(root, paths) : new Set(paths);
    const former = files.flatMap((file) => {
      if (!changed.has(file.path)) return [file];
      const content = committedText(root, file.path, commit);
      return content === undefined ? [] : [{ path: file.path, content }];
    });
    const now = new Entities(files);
    const then = new Entities(former, now);
    return new LastCommit(
      { entities: now, models: entityModels(now, known) },
      { entities: then, models: entityModels(then, known) },
    );
  }

  /** In the commit of the newest migration. Undefined if none is committed. */
  static async ofMigrations(about: Interception): Promise<LastCommit | undefined> {
    const files = readMigrationFiles(await about.project()).map(({ file }) => file);
    const commit = lastCommitOf(about.root, files);
    const known = knownColumns(about.call.dataSource);
    return commit === undefined ? undefined : LastCommit.of(about.root, () => about.entityFiles(), known, commit);
  }

  /** Whether one of its entities had the column. */
  had(table: TableName, column: string): boolean {
    return this.#then.models.some(
      (model) =>
        isSameTable(model.table, table) &&
        // A naming strategy may spell it differently, and cannot be queried for a removed column.
        model.fields.some((field) => isAlike(field.column, column) || isAlike(field.name, column)),
    );
  }

  /** `User.nick`, if its declaration is unchanged since then. Undefined if it changed, or if it has no property of its own. */
  unchanged(table: TableName, column: string): string | undefined {
    const now = declared(this.#now, table, column);
    return now !== undefined && now.text === declared(this.#then, table, column)?.text ? now.name : undefined;
  }

  /** Whether the column was added to an entity since, or its declaration changed. */
  isEdited(table: TableName, column: string): boolean {
    const now = declared(this.#now, table, column)?.text;
    return now !== undefined && now !== declared(this.#then, table, column)?.text;
  }
}

function declared(
  { entities, models }: State,
  table: TableName,
  column: string,
): { readonly name: string; readonly text: string } | undefined {
  for (const model of models) {
    const field = isSameTable(model.table, table) && model.fields.find((each) => each.column === column);
    if (!field) continue;
    const place = findPlace(entities, { model: model.name, field: field.name, table });
    // Only the key of a relation follows what it references.
    if (place?.member.kind !== "column") return undefined;
    const text = partsOf(place, entities)
      .map(({ node, file }) => textOf(node, file))
      .join("\n");
    return { name: `${model.name}.${field.name}`, text };
  }
  return undefined;
}
