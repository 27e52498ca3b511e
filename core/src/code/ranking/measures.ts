import type { EntityField } from "../../model/index.js";
import type { Candidate } from "../contract/candidate.js";
import type { AddedColumn } from "../contract/column-history.js";
import type { RankContext } from "../contract/ranked.js";
import { mostSimilar } from "../names/similar-name.js";

/** The measures that all candidates are compared with, computed once per column. */
export interface Measures {
  /** The columns with the most similar names. */
  readonly similar: readonly string[];
  /** The columns of its type. */
  readonly sameType: readonly string[];
  /** The basis for a place's share: the core columns, or all if a model has no others. */
  readonly measured: readonly string[];
  /** The column that was added before the new one. */
  readonly previous: { readonly name: string; readonly isFromGit: boolean } | undefined;
  /** The three newest, the newest first; undefined if there are fewer. */
  readonly lastThree: { readonly names: readonly string[]; readonly isFromGit: boolean } | undefined;
  /** The git history of columns that still exist, the newest first. */
  readonly added: readonly AddedColumn[];
  /** The number of places that list fields of the model. */
  readonly places: number;
  /**
   * The largest number of columns in a place, and the number of such places. Tests contain whole rows and are no measure for other places.
   */
  readonly fullest: Fullest;
  readonly fullestOutsideTests: Fullest;
}

interface Fullest {
  readonly held: number;
  readonly places: number;
}

/** Measures a model and all places that list its fields. */
export function measure(candidates: readonly Candidate[], context: RankContext): Measures {
  const { columns, core, field, history } = context;
  const measured = names(core.length > 0 ? core : columns);
  const current = new Set(names(columns));
  const newest = new Map((history?.added ?? []).toReversed().map((each) => [each.field, each]));
  const added = (history?.added ?? []).filter((each) => current.has(each.field) && newest.get(each.field) === each);
  return {
    similar: mostSimilar(field.name, names(columns.filter((column) => !column.isId))),
    sameType: names(columns.filter((column) => !column.isId && typeOf(column) === typeOf(field))),
    measured,
    previous: previousOf(added, context),
    lastThree: lastThreeOf(added, columns),
    added,
    places: candidates.length,
    fullest: fullestOf(candidates, measured),
    fullestOutsideTests: fullestOf(
      candidates.filter(({ isTest }) => !isTest),
      measured,
    ),
  };
}

/** How many of some columns a place names. */
export function heldOf(candidate: Candidate, columns: readonly string[]): number {
  const held = new Set(candidate.names);
  return columns.filter((name) => held.has(name)).length;
}

/** If one commit added several columns, git does not define the order. The declaration does. */
function previousOf(
  [newest, second]: readonly AddedColumn[],
  { model, columns, field }: RankContext,
): Measures["previous"] {
  if (newest !== undefined && newest.commit !== second?.commit) return { name: newest.field, isFromGit: true };
  const position = model.fields.findIndex(({ name }) => name === field.name);
  const before = new Set(names(position < 0 ? model.fields : model.fields.slice(0, position)));
  const name = columns.findLast((column) => before.has(column.name))?.name;
  return name === undefined ? undefined : { name, isFromGit: false };
}

function lastThreeOf(added: readonly AddedColumn[], columns: readonly EntityField[]): Measures["lastThree"] {
  const newest = added.slice(0, 3).map((each) => each.field);
  if (newest.length === 3) return { names: newest, isFromGit: true };
  return columns.length < 3 ? undefined : { names: names(columns.slice(-3)).toReversed(), isFromGit: false };
}

function fullestOf(candidates: readonly Candidate[], measured: readonly string[]): Fullest {
  const counts = candidates.map((candidate) => heldOf(candidate, measured));
  const held = counts.reduce((most, count) => Math.max(most, count), 0);
  return { held, places: counts.filter((count) => count === held).length };
}

/** Foreign keys are only compared with foreign keys, whatever their stored type. */
function typeOf({ type, enumName, isList, isForeignKey }: EntityField): string {
  return isForeignKey ? "key" : [type, enumName ?? "", isList].join();
}

function names(fields: readonly EntityField[]): readonly string[] {
  return fields.map(({ name }) => name);
}
