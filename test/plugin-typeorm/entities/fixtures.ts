import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PlannedColumn } from "../../../core/src/model/index.js";
import type { EntityFile } from "../../../plugin-typeorm/src/entities/model.js";

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));

/** Entity files as a user wrote them, and the columns of a change to them. */
export interface Fixture {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly EntityFile[];
  readonly columns: readonly PlannedColumn[];
}

/** Every folder of `fixtures/`: `before/` with the files, `edits.txt` with a line for each column: `User.handle character varying`. */
export function fixtures(): Fixture[] {
  return readdirSync(folder)
    .sort()
    .map((name) => ({
      name,
      folder: join(folder, name),
      files: filesIn(join(folder, name, "before")),
      columns: readFileSync(join(folder, name, "edits.txt"), "utf8")
        .trim()
        .split("\n")
        .map(columnOf),
    }));
}

function filesIn(path: string): EntityFile[] {
  return readdirSync(path)
    .sort()
    .map((file) => ({ path: file, content: readFileSync(join(path, file), "utf8") }));
}

function columnOf(line: string): PlannedColumn {
  const [, model = "", field = "", type = ""] = /^(\w+)\.(\S+) (.+)$/.exec(line) ?? [];
  return plannedColumn(model, field, type);
}

/** A column that is required in the end. */
export function plannedColumn(model: string, field: string, type: string): PlannedColumn {
  return {
    table: { name: model },
    name: field,
    type,
    notNull: true,
    uniqueKeys: [],
    model,
    field,
    write: { kind: "none" },
    isRelaxed: true,
  };
}
