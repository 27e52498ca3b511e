import { posix } from "node:path";
import {
  type DeclaredIndex,
  type EntityModel,
  type FieldEdit,
  type FieldRename,
  type FileChange,
  type ModelEdit,
  type PlannedColumn,
  type Project,
  sourcesMention,
} from "@lockstep/core";
import { type SourceFile, ts } from "@lockstep/core/codemods";
import { readPlans } from "@lockstep/core/planning";
import { attempt, isNoBug } from "@lockstep/core/text";
import { columnsIn, indexesOf, membersOf, optionsOf, relationsIn } from "./columns.js";
import { enumsBehind } from "./edit/enum.js";
import { editEntities } from "./edit/index.js";
import { openReads } from "./edit/reads.js";
import { Entities } from "./entities.js";
import { entityFiles } from "./files.js";
import { type KnownColumn, readEntities } from "./read.js";
import { ormDecorators } from "./read-class.js";
import { flag, readOptions, stringOf } from "./value.js";

/** The entities in the project's files; names that only its naming strategy defines come from its plans. */
export async function readProjectEntities(project: Project): Promise<readonly EntityModel[]> {
  return readEntities(await entityFiles(project), plannedColumns(project));
}

/** The same for a folder with nothing but its files. */
export async function readEntitiesIn(root: string, migrations: readonly string[]): Promise<readonly EntityModel[]> {
  return readEntities(await filesIn(root, migrations), plannedColumns({ root }));
}

/** The columns with a `select: false` that is not the user's own. A column that no entity declares is not among them. */
export async function closedReadsIn(
  root: string,
  migrations: readonly string[],
  columns: readonly Omit<FieldEdit, "kind">[],
): Promise<readonly PlannedColumn[]> {
  const entities = new Entities(await filesIn(root, migrations));
  const isClosed = ({ column, original }: (typeof columns)[number]) =>
    attempt(() => openReads(entities, column, original).some(({ splices }) => splices.length > 0), isNoBug) === true;
  return columns.filter(isClosed).map(({ column }) => column);
}

function filesIn(root: string, migrations: readonly string[]): ReturnType<typeof entityFiles> {
  const [migrationsFolder = "migrations"] = migrations.map((file) => posix.dirname(file));
  return entityFiles({ root, migrationsFolder, generatedFolders: [] });
}

/** The indexes, unique constraints, checks and exclusions of the entities. */
export async function readProjectIndexes(project: Project): Promise<readonly DeclaredIndex[]> {
  return declaredIndexes(new Entities(await entityFiles(project)));
}

/** The files that edits of the entities change. Errors as `editEntities`. */
export async function editProjectEntities(
  project: Project,
  edits: readonly ModelEdit[],
): Promise<readonly FileChange[]> {
  if (edits.length === 0) return [];
  const own = await entityFiles(project);
  const enums = enumsBehind(new Entities(own), edits).map(({ name }) => name);
  // Any file may use an enum.
  const before = enums.length === 0 ? own : await entityFiles(project, enums);
  const after = editEntities(before, edits);
  return before.flatMap(({ path, content }, index): FileChange[] => {
    const now = after[index]?.content ?? content;
    if (now === content) return [];
    return [{ file: path, before: content, after: now.trim() === "" ? undefined : now }];
  });
}

/** The files that map a field to its column, and its names in code. Errors as `mapField`. */
export async function renameProjectField(project: Project, rename: FieldRename) {
  const { mapField } = await import("./edit/rename.js");
  const [before, hasStrategy] = await Promise.all([
    entityFiles(project),
    sourcesMention(project.root, /\bnamingStrategy\b/, ["lockstep"]),
  ]);
  const { files, names } = mapField(before, rename, hasStrategy);
  const changes = before.map(({ path, content }, index) => ({
    file: path,
    before: content,
    after: files[index]?.content ?? content,
  }));
  return { changes: changes.filter((change) => change.before !== change.after), names };
}

function plannedColumns({ root }: Pick<Project, "root">): readonly KnownColumn[] {
  return readPlans(root)
    .plans.filter(({ state }) => state.released !== "undone")
    .flatMap(({ columns }) => columns);
}

/**
 * What the entities declare over their columns, on classes and properties, and in schemas; a base's declaration counts for each of its
 * entities. A view declares its query text.
 */
export function declaredIndexes(entities: Entities): DeclaredIndex[] {
  return [...declaredViews(entities), ...ofEntities(entities)];
}

function declaredViews({ declarations, project }: Entities): DeclaredIndex[] {
  return declarations.flatMap((declaration): DeclaredIndex[] => {
    if (declaration.kind !== "class") return [];
    const { name: model, node, file } = declaration;
    const view = ormDecorators(node, file, project).find(({ name }) => name === "ViewEntity");
    const made = readOptions(view?.call.arguments.at(-1), file, project).get("expression");
    if (view === undefined || made === undefined) return [];
    // A builder names fields in TypeScript text.
    const built = () => made.node.getText(made.file.ast).replace(/["'`]/g, " ");
    const expression = stringOf(made.node, made.file, project) ?? built();
    return [{ kind: "view", model, fields: [], expression, ...placeOf(view.node, file), text: `the view ${model}` }];
  });
}

function ofEntities(entities: Entities): DeclaredIndex[] {
  return entities.entities.flatMap((entity) => {
    const model = entity.name;
    const members = membersOf(entity, entities);
    const beside = indexesOf(entity, entities).map(
      ({ node, file, properties, isUnique }): DeclaredIndex => ({
        kind: isUnique ? "unique" : "index",
        model,
        fields: properties,
        ...placeOf(node, file),
      }),
    );
    const checks = [entity, ...entities.basesOf(entity)].flatMap((owner) =>
      owner.checks.map(
        ({ node, file, expression }): DeclaredIndex => ({
          kind: "check",
          model,
          fields: [],
          expression,
          ...placeOf(node, file),
        }),
      ),
    );
    const ofFields = [...columnsIn(members), ...relationsIn(members)].flatMap(({ member, path }): DeclaredIndex[] => {
      const { node, file } = member;
      const marks = ormDecorators(node, file, entities.project).filter(({ name }) => /^(?:Index|Unique)$/.test(name));
      const found = marks.map(({ name, node: mark, call }): DeclaredIndex => {
        const options = call.arguments.find((each) => ts.isObjectLiteralExpression(each));
        const isUnique = name === "Unique" || flag(readOptions(options, file, entities.project), "unique") === true;
        return { kind: isUnique ? "unique" : "index", model, fields: [path], ...placeOf(mark, file) };
      });
      const isOption = member.kind === "column" && flag(optionsOf(member, entities), "unique") === true;
      if (!isOption) return found;
      return [
        ...found,
        { kind: "unique", model, fields: [path], ...placeOf(node, file), text: `unique: true of ${model}.${path}` },
      ];
    });
    return [...beside, ...checks, ...ofFields];
  });
}

function placeOf(node: ts.Node, { ast, file }: SourceFile): Pick<DeclaredIndex, "text" | "at"> {
  const { line } = ast.getLineAndCharacterOfPosition(node.getStart(ast));
  return { text: node.getText(ast).replace(/\s+/g, " "), at: `${file}:${line + 1}` };
}
