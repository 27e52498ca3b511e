import { ts } from "../ast/compiler.js";
import { describe, enclosingName, initializerOf, nameOf, propertiesOf } from "../ast/expressions.js";
import { quoted, type SourceFile } from "../ast/source-file.js";
import { candidateFor } from "../candidates/candidate-for.js";
import type { EditFinding, Finding, Transform, TransformContext } from "../contract/transform.js";
import type { Type } from "../project/type-facts.js";
import { keyStyles } from "../shapes/shape-types.js";
import { expectedTypeOf } from "../types/expected-type.js";
import { type Container, findWrittenItems } from "../write/find-written.js";
import { addProperty, takeItem } from "../write/property-edit.js";
import { takeType } from "./name-list.js";

const id = "kept-out";

/** What keeps out the column that the new one is like keeps out the new one: `omit: { … }`, `.omit({ … })`, `Omit<User, "…">`. */
export const keptOut: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    const { like = [] } = context.intent;
    if (like.length === 0) return;
    for (const list of listsIn(file)) {
      if (!like.every((name) => list.names.includes(name)) || !isOfModel(list, file, context)) continue;
      yield* offered(list, file, context);
    }
  },

  *undo(file, context) {
    for (const { node, what } of findWrittenItems(id, containersIn, file, context)) {
      const edit = ts.isUnionTypeNode(node.parent)
        ? takeType(node, node.parent, what, file)
        : takeItem(node, what, file);
      if (edit !== undefined) yield edit;
    }
  },
};

type OmitList = { readonly names: readonly string[]; readonly what: string } & (
  | { readonly kind: "mask"; readonly node: ts.ObjectLiteralExpression }
  | { readonly kind: "names"; readonly node: ts.TypeNode; readonly from: ts.TypeNode }
);

function* offered(list: OmitList, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { node, what, names } = list;
  const { name } = context.field;
  const text = list.kind === "mask" ? `${name}: true` : quoted(name, file.style);
  const family = list.kind === "mask" ? "select" : "names";
  const edit = context.takes(node, family) && !names.includes(name) ? editOf(list, text, file) : undefined;
  if (edit !== undefined) {
    yield edit;
    return;
  }
  const because = `keeps ${context.intent.like?.join(" and ")} out`;
  const about = { because, text, advice: `add \`${text}\` to keep it out as well`, keepsOut: true } as const;
  const listed = { family, tie: "type", node, what, anchor: enclosingName(node), names, ...about } as const;
  const candidate = candidateFor(listed, file, context);
  if (candidate !== undefined) yield candidate;
}

function editOf(list: OmitList, text: string, file: SourceFile): EditFinding | undefined {
  const { node, what } = list;
  if (list.kind === "mask") return addProperty(list.node, text, what, file);
  return { kind: "edit", splices: [{ start: node.end, end: node.end, text: ` | ${text}` }], what, text };
}

/** Only the types say whose columns a name is left out of. */
function isOfModel(list: OmitList, file: SourceFile, context: TransformContext): boolean {
  const { types } = context.project;
  const type: Type | undefined = list.kind === "mask" ? expectedTypeOf(list.node, file, context) : types?.of(list.from);
  const held = context.columns.filter(({ name }) => keyStyles.some((keyOf) => type?.getProperty(keyOf(name))));
  const isEnough = held.length * 2 > context.columns.length;
  return isEnough || (list.kind === "mask" && isOfRead(list.node, file, context));
}

/** `prisma.user.findMany({ omit: { … } })`: what a generic call takes has no type of its own. */
function isOfRead(mask: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): boolean {
  const call = mask.parent.parent.parent;
  if (!ts.isPropertyAssignment(mask.parent) || !ts.isCallExpression(call)) return false;
  return context.orm.rowsRead?.(call, file, context)?.some(({ path }) => path.length === 0) === true;
}

function listsIn(file: SourceFile): readonly OmitList[] {
  return [
    ...file.nodes(ts.SyntaxKind.ObjectLiteralExpression).flatMap((node): OmitList[] => {
      const isMask = node.properties.every((each) => initializerOf(each)?.kind === ts.SyntaxKind.TrueKeyword);
      if (node.properties.length === 0 || !isMask || !isOmitted(node)) return [];
      return [{ kind: "mask", node, names: [...propertiesOf(node).keys()], what: describe(node, "omit") }];
    }),
    ...file.nodes(ts.SyntaxKind.TypeReference).flatMap((reference): OmitList[] => {
      const [from, node] = reference.typeArguments ?? [];
      if (reference.typeName.getText(file.ast) !== "Omit" || from === undefined || node === undefined) return [];
      const parts = ts.isUnionTypeNode(node) ? node.types : [node];
      const names = parts.flatMap((each) =>
        ts.isLiteralTypeNode(each) && ts.isStringLiteral(each.literal) ? each.literal.text : [],
      );
      return names.length === parts.length ? [{ kind: "names", node, from, names, what: "Omit" }] : [];
    }),
  ];
}

/** In `omit: { … }`, or in `omit: { user: { … } }` of a client. */
function isOmitted({ parent }: ts.ObjectLiteralExpression): boolean {
  const outer = parent.parent?.parent;
  if (ts.isPropertyAssignment(parent))
    return [parent, outer].some((each) => each && ts.isPropertyAssignment(each) && nameOf(each.name) === "omit");
  return (
    ts.isCallExpression(parent) &&
    ts.isPropertyAccessExpression(parent.expression) &&
    parent.expression.name.text === "omit"
  );
}

function* containersIn(file: SourceFile): Iterable<Container> {
  for (const { node, what } of listsIn(file))
    if (ts.isObjectLiteralExpression(node) || ts.isUnionTypeNode(node)) yield { node, what };
}
