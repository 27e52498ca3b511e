import { type FieldRename, LockstepError, type PlannedColumn, patternOf, type RenamedName } from "@lockstep/core";
import { quoted, type SourceFile, type Splice, ts } from "@lockstep/core/codemods";
import { indexesOf, keyColumns, membersOf, optionsOf, ownName } from "../columns.js";
import { Entities } from "../entities.js";
import type { EntityFile, RelationMember } from "../model.js";
import { type Place, placeOf } from "../place.js";
import { targetOf } from "../read.js";
import { ormDecorators } from "../read-class.js";
import { type Change, changed } from "./changes.js";
import { importOrm } from "./imports.js";
import { setOptions } from "./options.js";
import { verifyEdits } from "./verify.js";

/**
 * Maps a property to its column, and renames it where decorators name it in strings. The property itself and its typed uses are renamed
 * with the code.
 *
 * @param hasStrategy whether the project has a naming strategy of its own: the name of a column is only known if the entity has it
 * @throws LS4002 no such column · LS4010 declared by an EntitySchema, by a naming strategy, or one of several columns of a relation
 */
export function mapField(
  files: readonly EntityFile[],
  rename: FieldRename,
  hasStrategy = false,
): { readonly files: readonly EntityFile[]; readonly names: readonly RenamedName[] } {
  const entities = new Entities(files);
  const place = currentPlace(entities, rename);
  const { member, owner } = place;
  if (owner.kind !== "class") throw refused(rename, "an EntitySchema declares it");
  const own =
    member.kind === "column" ? mapColumn(place, rename, entities) : mapRelation(member, place, rename, entities);
  if (own.length > 0 && hasStrategy)
    throw refused(rename, "the naming strategy of the data source decides its column's name");
  const former = lastPart(rename.name);
  const newName = lastPart(rename.newName);
  const edited = changed(entities, [...own, ...stringsNaming(place, rename, entities)]);
  const column = { model: rename.model, field: place.field } as PlannedColumn;
  verifyEdits(entities, edited, [{ kind: "openReads", column, original: undefined }]);
  return {
    files: edited.files,
    names: [{ name: former, newName, types: `^${patternOf(owner.name)}$`, file: owner.file.file }],
  };
}

/** Under the old name, or under the new one if the entity has it already. */
function currentPlace(entities: Entities, { model, name, newName }: FieldRename): Place {
  const isDone = entities.entities.some(
    (entity) => entity.name === model && membersOf(entity, entities).some(({ path }) => path === newName),
  );
  return placeOf(entities, { model, field: isDone ? newName : name });
}

function mapColumn({ member }: Place, { name }: FieldRename, entities: Entities): readonly Change[] {
  if (member.kind !== "column" || optionsOf(member, entities).get("name") !== undefined) return [];
  const column = ownName(member, entities) === member.name ? lastPart(name) : ownName(member, entities);
  return [{ file: member.file, splices: setOptions(member, [["name", quoted(column, member.file.style)]], entities) }];
}

/** `@JoinColumn({ name })`: its default contains the property's name. */
function mapRelation(
  member: RelationMember,
  { entity }: Place,
  rename: FieldRename,
  entities: Entities,
): readonly Change[] {
  const { file, node, joinColumns } = member;
  const members = membersOf(entity, entities);
  const relation = members.find((each) => each.member === member);
  const keys = keyColumns(
    { ...relation, member: { ...member, name: lastPart(rename.name) } } as never,
    members,
    entities,
    targetOf(member, entity, entities),
  );
  const [key, ...others] = keys;
  if (key === undefined || others.length > 0) throw refused(rename, "the relation has several columns");
  if (joinColumns.some(({ name }) => name !== undefined)) return [];
  const decorators = ormDecorators(node, file, entities.project);
  const join = decorators.find(({ name }) => name === "JoinColumn");
  const option = `name: ${quoted(key.column, file.style)}`;
  const [argument] = join?.call.arguments ?? [];
  if (join !== undefined && argument === undefined) {
    const at = join.call.end - 1;
    return [{ file, splices: [{ start: at, end: at, text: `{ ${option} }` }] }];
  }
  if (argument !== undefined) {
    if (!ts.isObjectLiteralExpression(argument)) throw refused(rename, "its @JoinColumn has no object literal");
    const at = argument.getStart(file.ast) + 1;
    return [
      { file, splices: [{ start: at, end: at, text: argument.properties.length > 0 ? ` ${option},` : ` ${option} ` }] },
    ];
  }
  const last = decorators.at(-1)?.node;
  const at = last?.end ?? node.getStart(file.ast);
  const indent = /[^\S\n]*$/.exec(file.text.slice(0, (last ?? node).getStart(file.ast)))?.[0] ?? "";
  const isLine =
    last !== undefined && file.text.slice(last.end).trimStart() !== "" && /^\s*\n/.test(file.text.slice(last.end));
  const text = `${isLine ? `${file.style.eol}${indent}` : " "}@JoinColumn({ ${option} })`;
  return [
    {
      file,
      splices: [
        { start: at, end: at, text },
        ...(file.identifiers("JoinColumn").length > 0 ? [] : importOrm("JoinColumn", file)),
      ],
    },
  ];
}

/** `@Index(["name"])`, `@OneToMany(() => Post, "author")`, `@RelationId("author")`: typed lambdas are renamed with the code. */
function stringsNaming(place: Place, rename: FieldRename, entities: Entities): readonly Change[] {
  const { name, newName } = rename;
  const marks = entities.entities
    .filter((entity) => membersOf(entity, entities).some(({ member }) => member === place.member))
    .flatMap((entity) => indexesOf(entity, entities))
    .filter(({ properties }) => properties.includes(name))
    .map(({ node, file }): Change => ({ file, splices: namesIn(node, file, name, newName) }));
  const relations = entities.declarations.flatMap((owner) =>
    owner.members.flatMap((member): Change[] => {
      const { file } = member;
      if (member.kind === "relation-id" && member.relation === name && owner === place.owner)
        return [{ file, splices: namesIn(member.node, file, name, newName) }];
      const isInverse =
        member.kind === "relation" && member.inverse === name && targetOf(member, owner, entities) === place.entity;
      return isInverse && member.mark.call !== undefined
        ? [{ file, splices: namesIn(member.mark.call, file, name, newName) }]
        : [];
    }),
  );
  return [...marks, ...relations];
}

/** Strings, and properties of a parameter without a type. */
function namesIn(node: ts.Node, file: SourceFile, name: string, newName: string): readonly Splice[] {
  const splices: Splice[] = [];
  const visit = (child: ts.Node): void => {
    const isUntyped = ts.isPropertyAccessExpression(child) && child.name.text === lastPart(name);
    if (ts.isStringLiteralLike(child) && child.text === name)
      splices.push({ start: child.getStart(file.ast) + 1, end: child.end - 1, text: newName });
    else if (isUntyped && ts.isIdentifier(child.expression))
      splices.push({ start: child.name.getStart(file.ast), end: child.name.end, text: lastPart(newName) });
    ts.forEachChild(child, visit);
  };
  visit(node);
  return splices;
}

function lastPart(path: string): string {
  return path.split(".").at(-1) ?? path;
}

function refused({ model, name }: FieldRename, why: string): LockstepError {
  return new LockstepError("LS4010", `${model}.${name} cannot be renamed automatically: ${why}.`, {
    hint: "Add the name of its column to its decorator (@Column, @JoinColumn), then run the command again. Or rename it in your editor.",
  });
}
