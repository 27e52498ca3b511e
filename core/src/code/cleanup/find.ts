import type { PlannedEdit } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { declarationOf } from "../ast/scope.js";
import { siteAt } from "../ast/site.js";
import { lineAt, type SourceFile } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import { isRowPattern } from "../flow/copied-columns.js";
import { rowShapeOfValue } from "../flow/rows-in-expression.js";
import { bare } from "../write/property-edit.js";
import { flagNamesIn, toggledBy } from "./flag-tests.js";
import { isOfWrite } from "./leftover-fallbacks.js";
import { withoutReplaced } from "./open-edits.js";
import { type Removal, removalOf, removalOfIf } from "./removal.js";
import { boundColumn, chainOf, withoutParentheses } from "./tree.js";
import { fallbackTree, readWritten, rowOf, shownBy, type WrittenRead } from "./written-read.js";

/** A piece of scaffolding, and the edit of switch that added it. */
export interface FoundScaffolding {
  readonly file: SourceFile;
  readonly removal: Removal;
  readonly edit: PlannedEdit;
  /** There are more of them than Lockstep wrote, so people have copied it. */
  readonly isCopy: boolean;
}

/** The transforms whose edits add scaffolding to a read. */
const readers: ReadonlySet<string> = new Set(["mapper", "assigned-mapper"]);

interface Open extends WrittenRead {
  readonly edit: PlannedEdit;
}

interface CleanupPlace {
  readonly file: SourceFile;
  readonly removal: Removal;
  readonly text: string;
  readonly owner: string | undefined;
}

/** A fallback of the field. */
interface FallbackPlace extends CleanupPlace {
  readonly row: string | undefined;
  readonly tree: string;
  /** The receiver of the read is known to be a row of the model. */
  readonly isRow: boolean;
}

/**
 * The scaffolding that switch added to reads and contract removes, even if the code has moved. It is found behind a flag by the flag's
 * name. Fallbacks are matched with the written ones, regardless of the row's name: one for each written fallback, in the same file or
 * function.
 */
export const foundScaffolding = memoized((context): readonly FoundScaffolding[] => {
  const open = openReads(context);
  if (open.length === 0) return [];
  const toggled = behindFlags(open, context);
  // If the flag is checked in a different way now, a person must review it.
  const rest = open.filter(
    ({ edit }) => !toggled.some((each) => each.edit === edit && !each.isCopy) && !isNamed(edit.flag, toggled, context),
  );
  const fallbacks = rest.some(({ fallback }) => fallback !== undefined) ? fallbacksIn(context, toggled) : [];
  return [...toggled, ...assign(rest, fallbacks, fallbackRules(rest, fallbacks)).found];
});

function openReads(context: TransformContext): readonly Open[] {
  const edits = [...readers].flatMap((id) =>
    withoutReplaced(context.earlier.filter(({ transform }) => transform === id)),
  );
  return edits.flatMap((edit) => {
    const written = edit.phase === "switch" ? readWritten(edit.text, context) : undefined;
    return written === undefined ? [] : [{ edit, ...written }];
  });
}

function isNamed(
  flag: string | undefined,
  toggled: readonly FoundScaffolding[],
  { project }: TransformContext,
): boolean {
  if (flag === undefined) return false;
  return project.files.some((file) => {
    const its = toggled.filter((each) => each.file === file);
    return [...flagNamesIn(file, flag)].some((name) => !its.some(({ removal }) => isIn(name, removal.node)));
  });
}

/** Every place that only one of these flags controls: the flag belongs to Lockstep. */
function behindFlags(open: readonly Open[], context: TransformContext): readonly FoundScaffolding[] {
  return [...new Set(open.flatMap(({ edit }) => edit.flag ?? []))].flatMap((flag) => {
    const places = context.project.files.flatMap((file) =>
      [...flagNamesIn(file, flag)].flatMap((name): CleanupPlace[] => {
        const toggled = toggledBy(name);
        const removal =
          toggled === undefined
            ? undefined
            : ts.isIfStatement(toggled)
              ? removalOfIf(toggled, file, context)
              : removalOf(toggled, shownBy(toggled), file, context);
        return removal === undefined ? [] : [placeOf(removal, file)];
      }),
    );
    const its = open.filter(({ edit }) => edit.flag === flag);
    const { found, left } = assign(its, places, [isThere, isSameText, isSameFile, () => true]);
    const [first] = its;
    const copies =
      first === undefined ? [] : left.map(({ file, removal }) => ({ file, removal, edit: first.edit, isCopy: true }));
    return [...found, ...copies];
  });
}

/** The fallbacks of the field in the project, except those that writes keep and those behind flags. */
function fallbacksIn(context: TransformContext, toggled: readonly FoundScaffolding[]): readonly FallbackPlace[] {
  return context.project.files.flatMap((file) =>
    readsOf(file, context).flatMap((name): FallbackPlace[] => {
      const read = readAt(name, context);
      const chain = read && chainAround(read);
      if (read === undefined || chain === undefined || isOfWrite(chain, file, context)) return [];
      const isKnown = toggled.some(({ file: other, removal: { node } }) => {
        return other === file && chain.pos >= node.pos && chain.end <= node.end;
      });
      const [kept, ...fallbacks] = chainOf(chain);
      const removal = kept && !isKnown ? removalOf(chain, kept, file, context) : undefined;
      if (removal === undefined) return [];
      const row = rowOf(read);
      const tree = fallbackTree(fallbacks, row);
      return [{ ...placeOf(removal, file), row, tree, isRow: isRead(read, file, context) }];
    }),
  );
}

/** The occurrences of the field's name, and the names that patterns bind it to: `({ handle: userHandle }: User)`. */
function readsOf(file: SourceFile, { field }: TransformContext): readonly ts.Identifier[] {
  const own = file.identifiers(field.name);
  const others = own.flatMap((name) => {
    const { parent } = name;
    const isRenamed = ts.isBindingElement(parent) && parent.propertyName === name && ts.isIdentifier(parent.name);
    return isRenamed ? [(parent.name as ts.Identifier).text] : [];
  });
  return [...own, ...[...new Set(others)].flatMap((name) => (name === field.name ? [] : file.identifiers(name)))];
}

/** `user.handle`, or `handle` if a pattern destructured it from a row. */
function readAt(name: ts.Identifier, { field }: TransformContext): ts.Expression | undefined {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent) && parent.name === name)
    return name.text === field.name ? parent : undefined;
  const isDeclared = ts.isBindingElement(parent) || ts.isPropertyAssignment(parent);
  return !isDeclared && boundColumn(name) === field.name ? name : undefined;
}

/** The whole `??` chain that starts with a read. */
function chainAround(read: ts.Expression): ts.BinaryExpression | undefined {
  let chain: ts.BinaryExpression | undefined;
  for (let at: ts.Node = read; at.parent !== undefined; at = at.parent) {
    const { parent } = at;
    if (ts.isParenthesizedExpression(parent) || ts.isNonNullExpression(parent)) continue;
    const isChain = ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken;
    if (!isChain || parent.left !== at) break;
    chain = parent;
  }
  return chain;
}

function isRead(read: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  if (ts.isPropertyAccessExpression(read)) return rowShapeOfValue(read.expression, file, context) === "row";
  const bound = ts.isIdentifier(read) ? declarationOf(read) : undefined;
  const pattern = bound !== undefined && ts.isBindingElement(bound) ? bound.parent : undefined;
  return pattern !== undefined && ts.isObjectBindingPattern(pattern) && isRowPattern(pattern, file, context);
}

function fallbackRules(
  open: readonly Open[],
  places: readonly FallbackPlace[],
): readonly ((open: Open, place: FallbackPlace) => boolean)[] {
  const isAlike = ({ fallback, row }: Open, place: FallbackPlace) =>
    fallback === place.tree && (place.isRow || (row !== undefined && row === place.row)) && !leavesUnused(place);
  const isNear = (each: Open, place: FallbackPlace) => isAlike(each, place) && isSameOwner(each, place);
  const isOnly = (each: Open, place: FallbackPlace) => {
    const isThis = (other: FallbackPlace) => other.file === place.file && other.tree === place.tree;
    const its = open.filter(({ edit, fallback }) => edit.file === place.file.file && fallback === place.tree);
    return isAlike(each, place) && isSameFile(each, place) && places.filter(isThis).length <= its.length;
  };
  return [
    isThere,
    (each, place) => isSameText(each, place) && isSameFile(each, place),
    (each, place) => isNear(each, place) && isSameFile(each, place),
    isOnly,
    isNear,
    isSameText,
  ];
}

function isThere(open: Open, place: CleanupPlace): boolean {
  return isSameText(open, place) && isSameFile(open, place) && open.edit.owner?.name === place.owner;
}

function isSameText({ edit }: Open, { text }: CleanupPlace): boolean {
  return bare(edit.text) === text;
}

function isSameFile({ edit }: Open, { file }: CleanupPlace): boolean {
  return edit.file === file.file;
}

function isSameOwner({ edit }: Open, { owner }: CleanupPlace): boolean {
  return owner !== undefined && edit.owner?.name === owner;
}

/** Assigns one place to each edit: by the first matching rule, and the nearest one of several. */
function assign<P extends CleanupPlace>(
  open: readonly Open[],
  places: readonly P[],
  rules: readonly ((open: Open, place: P) => boolean)[],
): { readonly found: readonly FoundScaffolding[]; readonly left: readonly P[] } {
  const left = new Set(places);
  const waiting = new Set(open);
  const found: FoundScaffolding[] = [];
  for (const fits of rules) {
    for (const each of waiting) {
      const { edit } = each;
      const distance = ({ file, removal }: P) =>
        Math.abs(lineAt(file.text, removal.node.getStart(file.ast)) - edit.line);
      const [nearest] = [...left].filter((place) => fits(each, place)).sort((a, b) => distance(a) - distance(b));
      if (nearest === undefined) continue;
      left.delete(nearest);
      waiting.delete(each);
      found.push({ file: nearest.file, removal: nearest.removal, edit, isCopy: false });
    }
  }
  return { found, left: [...left] };
}

/** Whether the removal leaves a name of the function unused, which the compiler may report. */
function leavesUnused({ file, removal: { node, kept } }: CleanupPlace): boolean {
  const isGone = (each: ts.Node) => isIn(each, node) && !isIn(each, kept);
  let isFound = false;
  const visit = (each: ts.Node): void => {
    const declaration = ts.isIdentifier(each) && isGone(each) ? declarationOf(each) : undefined;
    if (declaration !== undefined && (ts.isBindingElement(declaration) || ts.isVariableDeclaration(declaration))) {
      const name = declaration.name;
      const uses = file
        .identifiers((each as ts.Identifier).text)
        .filter((use) => use !== name && !isMember(use) && declarationOf(use) === declaration);
      if (uses.every(isGone)) isFound = true;
    }
    ts.forEachChild(each, visit);
  };
  visit(node);
  return isFound;
}

/** `email` of `user.email` and `{ email: … }` */
function isMember(name: ts.Identifier): boolean {
  const { parent } = name;
  return (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === name;
}

function isIn(inner: ts.Node, outer: ts.Node): boolean {
  return inner.pos >= outer.pos && inner.end <= outer.end;
}

function placeOf(removal: Removal, file: SourceFile): CleanupPlace {
  const node = withoutParentheses(removal.kept as ts.Expression);
  return { file, removal, text: bare(removal.replaces), owner: siteAt(node.getStart(file.ast), file).owner?.name };
}
