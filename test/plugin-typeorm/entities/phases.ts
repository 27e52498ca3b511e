import type { FieldEdit } from "../../../core/src/plugin/plugin.js";
import { editEntities } from "../../../plugin-typeorm/src/entities/edit/index.js";
import { originalModels } from "../../../plugin-typeorm/src/entities/edit/originals.js";
import type { EntityFile } from "../../../plugin-typeorm/src/entities/model.js";
import type { Fixture } from "./fixtures.js";

/** What a plan does to the entities of a fixture, one kind of edit after the other. */
export class Phases {
  readonly #originals;

  constructor(readonly fixture: Pick<Fixture, "files" | "columns">) {
    this.#originals = originalModels(fixture.files, fixture.columns);
  }

  /** All columns of the change get the edits, in their order. */
  edit(files: readonly EntityFile[], ...kinds: readonly FieldEdit["kind"][]): readonly EntityFile[] {
    const edits = kinds.flatMap((kind) =>
      this.fixture.columns.map((column): FieldEdit => {
        const texts = this.#originals.filter(({ model }) => model === column.model).map(({ text }) => text);
        return { kind, column, original: texts.join("\n") };
      }),
    );
    return editEntities(files, edits);
  }

  get optional(): readonly EntityFile[] {
    return this.edit(this.fixture.files, "makeOptional");
  }

  get open(): readonly EntityFile[] {
    return this.edit(this.optional, "openReads");
  }

  /** The user's own files without annotations. */
  get required(): readonly EntityFile[] {
    return this.edit(this.open, "makeRequired");
  }

  get removed(): readonly EntityFile[] {
    return this.edit(this.fixture.files, "removeField");
  }
}
