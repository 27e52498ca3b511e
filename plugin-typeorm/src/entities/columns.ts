import { ts } from "@lockstep/core/codemods";
import type { Entities } from "./entities.js";
import type { ColumnMember, Declaration, EmbeddedMember, IndexMark, Member, RelationMember } from "./model.js";
import { defaultNames } from "./names.js";
import { flag, type Options, readOptions, stringOf } from "./value.js";

/** A member of an entity: its own, inherited, or of a class that it embeds. */
export interface Placed<M extends Member = Member> {
  readonly member: M;
  /** The class or schema that contains it. */
  readonly owner: Declaration;
  /** Its path in code: `handle`, `address.city`. */
  readonly path: string;
  /** The path of the class that embeds it; empty for members of the entity itself. */
  readonly within: string;
  /** The prefixes of the embedded classes for the column. */
  readonly prefixes: readonly string[];
  /** A column of a subclass in the table of its base: rows of other classes have none. */
  readonly isAlwaysOptional: boolean;
}

/** Every member of an entity in the order of its class; of duplicate names, the one of the base counts, as in TypeORM. */
export function membersOf(entity: Declaration, entities: Entities): readonly Placed[] {
  const owners = [entity, ...entities.basesOf(entity)].reverse();
  const isShared = owners.some((owner) => owner.entity?.isInherited === true);
  const placed = owners.flatMap((owner) => {
    const isAlwaysOptional = owner.entity?.kind === "child";
    return owner.members.flatMap((member) =>
      place(member, owner, { within: "", prefixes: [], isAlwaysOptional, isShared }, entities, 0),
    );
  });
  return [...new Map(placed.reverse().map((each) => [each.path, each])).values()].reverse();
}

interface Surroundings {
  readonly within: string;
  readonly prefixes: readonly string[];
  readonly isAlwaysOptional: boolean;
  readonly isShared: boolean;
}

function place(
  member: Member,
  owner: Declaration,
  around: Surroundings,
  entities: Entities,
  depth: number,
): readonly Placed[] {
  const { within, prefixes, isAlwaysOptional } = around;
  const path = within === "" ? member.name : `${within}.${member.name}`;
  const own: Placed = { member, owner, path, within, prefixes, isAlwaysOptional };
  const embedded =
    member.kind === "embedded" && member.target !== undefined ? entities.resolve(member.target) : undefined;
  if (member.kind !== "embedded" || embedded === undefined || depth > 8) return [own];
  const inner: Surroundings = {
    within: path,
    prefixes: [...prefixes, ...prefixOf(member, entities)],
    isAlwaysOptional: isAlwaysOptional || around.isShared,
    isShared: around.isShared,
  };
  const owners = [embedded, ...entities.basesOf(embedded)].reverse();
  return [
    own,
    ...owners.flatMap((each) => each.members.flatMap((one) => place(one, each, inner, entities, depth + 1))),
  ];
}

/** `{ prefix: false }` and `{ prefix: "" }` add no prefix. */
function prefixOf({ name, mark, file }: EmbeddedMember, { project }: Entities): readonly string[] {
  const prefix = readOptions(mark.options, file, project).get("prefix");
  if (prefix === undefined || prefix.node.kind === ts.SyntaxKind.TrueKeyword) return [name];
  const text = stringOf(prefix.node, prefix.file, project);
  return text === undefined || text === "" ? [] : [text];
}

/** The options of a column, wherever they are written. */
export function optionsOf({ mark, file }: ColumnMember | RelationMember, { project }: Entities): Options {
  return readOptions(mark.options, file, project);
}

/** The column's name by the default strategy. */
export function columnName({ member, prefixes }: Placed<ColumnMember>, entities: Entities): string {
  return defaultNames.column(ownName(member, entities), prefixes);
}

/** The same without the prefix of embedding: `@JoinColumn({ name })` means this one. */
export function ownName(member: ColumnMember, entities: Entities): string {
  const name = optionsOf(member, entities).get("name");
  return (name && stringOf(name.node, name.file, entities.project)) ?? member.name;
}

/** Whether rows may lack a value. */
export function isOptional({ member, isAlwaysOptional }: Placed<ColumnMember>, entities: Entities): boolean {
  const options = optionsOf(member, entities);
  const isDeleted = member.mark.decorator === "DeleteDateColumn" || flag(options, "deleteDate") === true;
  const hasNull = options.get("default")?.node.kind === ts.SyntaxKind.NullKeyword;
  const nullable = options.get("nullable") === undefined ? hasNull : flag(options, "nullable") === true;
  return isAlwaysOptional || isDeleted || nullable;
}

export function isPrimary(member: ColumnMember, entities: Entities): boolean {
  const { decorator } = member.mark;
  if (decorator === "PrimaryColumn" || decorator === "PrimaryGeneratedColumn") return true;
  return flag(optionsOf(member, entities), "primary") === true;
}

/** A column of a relation: a declared one, or one that only the relation creates. */
export interface KeyColumn {
  readonly field: string;
  readonly column: string;
  /** The property that declares it. Undefined if only the relation does. */
  readonly declared: Placed<ColumnMember> | undefined;
  readonly referenced: Placed<ColumnMember>;
}

/** The columns that the owning side of a relation stores, in the order of the referenced key. */
export function keyColumns(
  relation: Placed<RelationMember>,
  members: readonly Placed[],
  entities: Entities,
  target: Declaration | undefined,
): readonly KeyColumn[] {
  const { joinColumns, isOwner, name } = relation.member;
  if (!isOwner || target === undefined) return [];
  const columns = columnsIn(membersOf(target, entities));
  const named = joinColumns.flatMap(({ referenced }) => referenced ?? []);
  const referenced =
    named.length === 0
      ? columns.filter(({ member }) => isPrimary(member, entities))
      : named.flatMap((property) => columns.filter(({ path }) => path === property));
  const siblings = columnsIn(members).filter(({ within }) => within === relation.within);
  return referenced.map((each) => {
    const given = joinColumns.find(
      (join) => join.name !== undefined && (join.referenced === undefined || join.referenced === each.member.name),
    );
    const own = given?.name ?? defaultNames.joinColumn(name, each.member.name);
    const declared = siblings.find(({ member }) => ownName(member, entities) === own);
    const implied = referenced.length === 1 ? relation.path : `${relation.path}.${each.member.name}`;
    return {
      field: declared?.path ?? implied,
      column: defaultNames.column(own, relation.prefixes),
      declared,
      referenced: each,
    };
  });
}

export function columnsIn(members: readonly Placed[]): readonly Placed<ColumnMember>[] {
  return members.filter((each): each is Placed<ColumnMember> => each.member.kind === "column");
}

export function relationsIn(members: readonly Placed[]): readonly Placed<RelationMember>[] {
  return members.filter((each): each is Placed<RelationMember> => each.member.kind === "relation");
}

/** Unique constraints and indexes that an entity and its bases declare beside their columns. */
export function indexesOf(entity: Declaration, entities: Entities): readonly IndexMark[] {
  return [entity, ...entities.basesOf(entity)].flatMap((owner) => owner.indexes);
}
