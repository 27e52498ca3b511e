import type { Owner, PlannedEdit } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import { type PlaceNode, type SourceFile, textOf } from "../ast/source-file.js";
import { earlierOf, type Finding, type TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";
import { withCurrentEdits } from "./current-edits.js";
import { isOfPattern } from "./destructuring.js";
import { matchWritten } from "./match-written.js";
import { takeItem } from "./property-edit.js";

/** A node that a transform may have written. */
export interface WrittenNode<N extends PlaceNode = ts.Node> {
  readonly node: N;
  readonly file: SourceFile;
  /** The description of its place. */
  readonly what: string;
  readonly owner?: Owner;
}

/**
 * Finds the nodes that a transform wrote in an earlier phase, one for each edit: in the original position if possible, otherwise anywhere
 * with the same text.
 *
 * @param candidates all of the project
 */
export function findWritten<T extends WrittenNode<PlaceNode>>(
  transform: string,
  candidates: readonly T[],
  context: TransformContext,
): readonly T[] {
  return [...matchWritten(earlierOf(transform, context), candidates).keys()];
}

/** A literal or a list that items are added to. */
export interface Container {
  readonly node: ts.ObjectLiteralExpression | ts.ArrayLiteralExpression | ts.UnionTypeNode;
  /** The description of the place. */
  readonly what: string;
}

/**
 * The items of literals and lists in a file that a transform wrote, at their current positions.
 *
 * @param containersIn all containers of a file that may have one
 */
export function findWrittenItems(
  transform: string,
  containersIn: (file: SourceFile) => Iterable<Container>,
  file: SourceFile,
  context: TransformContext,
): readonly WrittenNode[] {
  if (earlierOf(transform, context).length === 0) return [];
  const names = keyStyles.map((keyOf) => keyOf(context.field.name));
  const written = context.memo(findWrittenItems, transform, () => {
    const items = context.project.files.flatMap((each) =>
      [...containersIn(each)].flatMap(({ node, what }) =>
        itemsOf(node).map((item) => ({ node: item, file: each, what })),
      ),
    );
    const isOfField = (item: WrittenNode) => names.some((name) => textOf(item.node, item.file).includes(name));
    const edits = earlierOf(transform, context);
    const found = matchWritten(edits, items.filter(isOfField));
    // Rows are identified by type. Without installed types, items are only found in their original positions.
    const known = new Set(found.values());
    const isUntyped = context.project.types === undefined;
    const open = isUntyped ? edits.filter((edit) => !known.has(edit) && !isOfPattern(edit)) : [];
    const others = open.length === 0 ? [] : propertiesNamed(names, open, context);
    return [...found.keys(), ...matchWritten(open, others, true).keys()];
  });
  return written.filter((each) => each.file === file);
}

/** All properties with these names in the files of edits. */
function propertiesNamed(
  names: readonly string[],
  edits: readonly PlannedEdit[],
  { project, model }: TransformContext,
): readonly WrittenNode[] {
  const paths = new Set(edits.map(({ file }) => file));
  return project.files.flatMap((file) =>
    paths.has(file.file)
      ? file
          .nodes(ts.SyntaxKind.ObjectLiteralExpression)
          .flatMap(({ properties }) => properties.filter((each) => names.includes(nameOf(each.name) ?? "")))
          .map((node) => ({ node, file, what: `row of ${model.name}` }))
      : [],
  );
}

/** Removes the items that a transform wrote. */
export function* removeWritten(
  transform: string,
  containersIn: (file: SourceFile) => Iterable<Container>,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  for (const { node, what } of findWrittenItems(transform, containersIn, file, withCurrentEdits(transform, context))) {
    const edit = takeItem(node, what, file);
    if (edit !== undefined) yield edit;
  }
}

function itemsOf(node: Container["node"]): readonly ts.Node[] {
  if (ts.isObjectLiteralExpression(node)) return node.properties;
  return ts.isUnionTypeNode(node) ? node.types : node.elements;
}
