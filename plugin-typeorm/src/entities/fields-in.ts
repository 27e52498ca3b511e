import { patternOf } from "@lockstep/core";
import { nameOf, ts, unwrap } from "@lockstep/core/codemods";
import { Entities } from "./entities.js";
import { isMemberDecorator } from "./read-class.js";

/**
 * Names of the properties that one version of one file declares for an entity, relations and embedded ones among them, in the order of
 * the text; empty where it is not in the file. The file alone is read: what the entity inherits is not among them.
 *
 * @example fieldsIn('import { Column, Entity } from "typeorm";\n@Entity() class User { @Column() name: string }', "User") // ["name"]
 */
export function fieldsIn(text: string, model: string): readonly string[] {
  if (!mayDeclare(text, model)) return [];
  const entities = new Entities([{ path: "entity.ts", content: text }]);
  const own = entities.declarations.filter(({ name }) => name === model);
  const known = own.flatMap(({ members }) => members.map(({ name }) => name));
  if (known.length > 0) return [...new Set(known)];
  // Decorators that a file of the project exports again: their names have to do.
  return own
    .flatMap((each) => (each.kind === "class" ? each.node.members.filter(isColumn) : []))
    .flatMap(({ name }) => (name && nameOf(name)) ?? []);
}

/** Before anything is parsed; a class without a name is `default`. */
function mayDeclare(text: string, model: string): boolean {
  if (text.includes("EntitySchema") && text.includes(model)) return true;
  return new RegExp(model === "default" ? "\\bexport\\s+default\\b" : `\\bclass\\s+${patternOf(model)}(?![\\w$])`).test(text);
}

function isColumn(node: ts.ClassElement): boolean {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  return decorators.some(({ expression }) => {
    const call = unwrap(expression);
    if (!ts.isCallExpression(call)) return false;
    const callee = unwrap(call.expression);
    return isMemberDecorator(ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText());
  });
}
