import { join } from "node:path";
import ts from "typescript";
import { afterAll, describe, expect, test } from "vitest";
import type { EntityFile } from "../../../plugin-typeorm/src/entities/model.js";
import { readEntities } from "../../../plugin-typeorm/src/entities/read.js";
import { byName, ofMetadata, ofModel } from "./expected-models.js";
import { type Fixture, fixtures } from "./fixtures.js";
import { compilerOptions, EntityProject, type Loaded, type LoadedEntity, type Version, versions } from "./load.js";
import { Phases } from "./phases.js";

const states = ["before", "optional", "open", "required", "removed"] as const;
type State = (typeof states)[number];

const all = fixtures().map((fixture) => {
  const phases = new Phases(fixture);
  const { optional, open, required, removed } = phases;
  const files: Record<State, readonly EntityFile[]> = { before: fixture.files, optional, open, required, removed };
  return { name: fixture.name, fixture, files };
});
/** What a class has to have because an interface says so is for a person to take away. */
const isRemovable = ({ name }: { readonly name: string }) => !["implemented", "read-inside"].includes(name);
const folders = all.flatMap(({ name }) => states.map((state) => `${name}/${state}`));

describe.each(Object.keys(versions) as Version[])("TypeORM %s", (version) => {
  const project = new EntityProject(version);
  afterAll(() => project.remove());
  for (const { name, files } of all) for (const state of states) project.write(`${name}/${state}`, files[state]);
  const loaded = { "ts-node": project.load("ts-node", folders), tsx: project.load("tsx", folders) };

  test.each(all)("sees in $name what is read", ({ name, files }) => {
    const entities = entitiesOf(loaded["ts-node"].get(`${name}/before`));
    expect(byName(readEntities(files.before).map(ofModel))).toEqual(byName(entities.map(ofMetadata)));
  });

  describe.each(["ts-node", "tsx"] as const)("by %s", (runner) => {
    const of = (name: string, state: State) => loaded[runner].get(`${name}/${state}`);
    // tsx emits no types of properties: where all types of a fixture are reflected, TypeORM itself refuses it there.
    const running = all.filter(({ name }) => "entities" in (of(name, "before") ?? {}));

    test("loads the fixtures", () => {
      const failed = all.filter((each) => !running.includes(each)).map(({ name }) => name);
      expect(failed).toEqual(
        runner === "tsx"
          ? [
              "bare",
              "embedded",
              "implemented",
              "import-names",
              "inherited",
              "one-line",
              "options-constants",
              "property-types",
              "read-inside",
              "reflected-type",
              "relations",
              "special-columns",
              "crlf-tabs",
            ].sort()
          : [],
      );
    });

    test.each(running)("$name: optional and kept from reads, then open, then as it was", ({ name, fixture }) => {
      const before = entitiesOf(of(name, "before"));
      expect(entitiesOf(of(name, "optional"))).toEqual(relaxed(before, fixture, false));
      expect(entitiesOf(of(name, "open"))).toEqual(relaxed(before, fixture, true));
      expect(entitiesOf(of(name, "required"))).toEqual(before);
    });

    test.each(running.filter(isRemovable))("$name: without the columns", ({ name, fixture }) => {
      const left = entitiesOf(of(name, "removed")).flatMap((entity) =>
        entity.columns.map(({ path }) => `${entity.name}.${path}`),
      );
      const gone = fixture.columns.map(({ model, field }) => `${model}.${field}`);
      const was = entitiesOf(of(name, "before")).flatMap((entity) =>
        entity.columns.map(({ path }) => `${entity.name}.${path}`),
      );
      expect(left.filter((path) => gone.includes(path))).toEqual([]);
      expect(was.filter((path) => !left.includes(path)).length).toBeGreaterThanOrEqual(gone.length);
    });
  });

  test("every state type-checks as the fixture does", () => {
    const roots = all.flatMap(({ name, files }) =>
      (isRemovable({ name }) ? states : states.slice(0, -1)).flatMap((state) =>
        files[state]
          .filter(({ path }) => path.endsWith(".ts"))
          .map(({ path }) => join(project.root, name, state, path)),
      ),
    );
    const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, project.root);
    const program = ts.createProgram(roots, options);
    const errors = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
      return `${file?.fileName.replace(project.root, "")}:${line} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
    expect(errors).toEqual([]);
  });
});

const reflected: Readonly<Record<string, string>> = {
  String: "varchar",
  Number: "int",
  Boolean: "boolean",
  Date: "timestamp",
};

/** What TypeORM made of a folder; a type that is reflected and one that is written down are the same. */
function entitiesOf(loaded: Loaded | undefined): readonly LoadedEntity[] {
  if (loaded === undefined || "error" in loaded) throw new Error(loaded?.error ?? "not loaded");
  return loaded.entities.map((entity) => ({
    ...entity,
    columns: entity.columns.map((column) => ({ ...column, declared: reflected[column.declared] ?? column.declared })),
  }));
}

/** What TypeORM has to see while the columns of a change are optional: nothing else is different. */
function relaxed(before: readonly LoadedEntity[], { columns }: Fixture, isOpen: boolean): readonly LoadedEntity[] {
  return before.map((entity) => {
    const paths = columns.filter(({ model }) => model === entity.name).map(({ field }) => field);
    // A base class, an embedded one and the class with the table say it for everybody who has the property.
    const isPlanned = (path: string, target: string) =>
      paths.includes(path) ||
      columns.some(({ model, field }) => {
        const own = before.find(({ name }) => name === model)?.columns.find((column) => column.path === field);
        return own !== undefined && own.target === target && field.split(".").at(-1) === path.split(".").at(-1);
      });
    const relations = entity.relations.map((relation) => {
      const isOver = entity.columns.some(
        ({ column, path, target }) =>
          relation.columns.includes(column) && (isPlanned(path, target) || paths.includes(path.replace(/\.id$/, ""))),
      );
      return { ...relation, isNullable: relation.isNullable || isOver };
    });
    return {
      ...entity,
      relations,
      columns: entity.columns.map((column) => {
        const relation = relations.find(({ columns: keys }) => keys.includes(column.column));
        if (!column.isProperty) return { ...column, isNullable: column.isNullable || relation?.isNullable === true };
        if (!isPlanned(column.path, column.target)) return column;
        return { ...column, isNullable: true, isSelect: isOpen && column.isSelect };
      }),
    };
  });
}
