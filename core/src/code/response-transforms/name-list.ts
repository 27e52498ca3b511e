import { ts } from "../ast/compiler.js";
import { isAsserted, nameOf, pathOf } from "../ast/expressions.js";
import { quoted, type SourceFile } from "../ast/source-file.js";
import { candidateFor } from "../candidates/candidate-for.js";
import type { EditFinding, Transform } from "../contract/transform.js";
import { responses } from "../responses/responses.js";
import { findWrittenItems } from "../write/find-written.js";
import { addToList, takeItem, takeType } from "../write/property-edit.js";
import { isHeaderOfCells } from "./column-positions.js";
import { isKeptOut } from "./kept-out.js";

const id = "name-list";

/** Lists of column names: `["id", "email", "name"]`, `"email" | "name"` in Pick and Omit. */
export const nameList: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    for (const { node, names, what, anchor } of listsIn(file)) {
      if (isHeaderOfCells(node, context) || isKeptOut(node, file, context)) continue;
      const text = quoted(context.field.name, file.style);
      const plan = responses(context).shapes.find(({ shape }) => shape.node === node);
      const isOpen = plan !== undefined || context.takes(node, "names");
      const edit =
        isOpen && plan?.reason === undefined && !names.includes(context.field.name)
          ? addName(node, text, what, file)
          : undefined;
      if (edit !== undefined) {
        yield edit;
        continue;
      }
      if (plan?.reason !== undefined) {
        const reason = `it names columns of ${context.model.name}; ${plan.reason}: add \`${text}\``;
        yield { kind: "place", certainty: "likely", offset: node.getStart(file.ast), what, reason };
        continue;
      }
      const advice = `add \`${text}\` if it belongs there`;
      const listed = { family: "names", tie: "names", node, what, anchor, names, text, advice } as const;
      const candidate = candidateFor(listed, file, context);
      if (candidate !== undefined) yield candidate;
    }
  },

  *undo(file, context) {
    for (const { node, what } of findWrittenItems(id, listsIn, file, context)) {
      const edit = ts.isUnionTypeNode(node.parent)
        ? takeType(node, node.parent, what, file)
        : takeItem(node, what, file);
      if (edit !== undefined) yield edit;
    }
  },
};

interface NameList {
  readonly node: ts.ArrayLiteralExpression | ts.UnionTypeNode;
  readonly names: readonly string[];
  readonly what: string;
  readonly anchor: string | undefined;
}

function listsIn(file: SourceFile): readonly NameList[] {
  const { ArrayLiteralExpression, UnionType } = ts.SyntaxKind;
  return [...file.nodes(ArrayLiteralExpression), ...file.nodes(UnionType)].flatMap((node) => {
    const items: readonly ts.Node[] = ts.isUnionTypeNode(node) ? node.types : node.elements;
    const names = items.flatMap((item) => nameIn(item) ?? []);
    if (
      names.length < 2 ||
      names.length !== items.length ||
      isAsserted(node) ||
      isRequired(node) ||
      isOverwritten(node)
    )
      return [];
    const anchor = nameOfList(node);
    return [{ node, names, anchor, what: anchor === undefined ? "list of names" : `list of names ${anchor}` }];
  });
}

/** The required properties of a JSON schema: rows reach it before every response has the field. */
function isRequired({ parent }: ts.Node): boolean {
  return ts.isPropertyAssignment(parent) && nameOf(parent.name) === "required";
}

/** `.orUpdate(["name"], ["email"])`: the columns to overwrite on a conflict, and those that conflict. A chosen value must stay. */
function isOverwritten({ parent }: ts.Node): boolean {
  return (
    ts.isCallExpression(parent) && /^(?:orUpdate|orIgnore|onConflict\w*)$/.test(pathOf(parent.expression).at(-1) ?? "")
  );
}

function nameIn(item: ts.Node): string | undefined {
  const literal = ts.isLiteralTypeNode(item) ? item.literal : item;
  return ts.isStringLiteralLike(literal) ? literal.text : undefined;
}

function nameOfList(node: ts.Node): string | undefined {
  for (let at: ts.Node = node.parent; at !== undefined && !ts.isFunctionLike(at); at = at.parent) {
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return at.name.text;
    if (ts.isTypeAliasDeclaration(at)) return at.name.text;
  }
  return undefined;
}

function addName(node: NameList["node"], text: string, what: string, file: SourceFile): EditFinding | undefined {
  if (!ts.isUnionTypeNode(node)) return addToList(node, text, what, file);
  const [before, last] = node.types.slice(-2);
  if (before === undefined || last === undefined) return undefined;
  // `| "email"` on separate lines: the new one is laid out like the last one.
  const gap = file.text.slice(before.end, last.getStart(file.ast));
  return { kind: "edit", splices: [{ start: last.end, end: last.end, text: `${gap}${text}` }], what, text };
}
