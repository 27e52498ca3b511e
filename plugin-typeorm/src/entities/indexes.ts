import type { DeclaredIndex } from "@lockstep/core";
import { type SourceFile, ts } from "@lockstep/core/codemods";
import { columnsIn, indexesOf, membersOf, optionsOf, relationsIn } from "./columns.js";
import type { Entities } from "./entities.js";
import { ormDecorators } from "./read-class.js";
import { flag, readOptions, stringOf } from "./value.js";

/**
 * What the entities declare over their columns, on classes and properties, and in schemas; that of a base for each of its entities. A view
 * declares the text that it is made of.
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
    // A builder names fields in texts of TypeScript.
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
