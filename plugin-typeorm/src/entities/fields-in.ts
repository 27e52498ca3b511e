import { patternOf } from "@lockstep/core";
import { nameOf, ts, unwrap } from "@lockstep/core/codemods";
import { Entities } from "./entities.js";
import type { Declaration } from "./model.js";
import { isMemberDecorator } from "./read-class.js";

/**
 * Names of the properties that one version of one file declares for an entity, including relations and embedded ones, in the order of the
 * text. Empty if the file does not declare it. Only this file is read, so inherited properties are not included.
 *
 * @example fieldsIn('import { Column, Entity } from "typeorm";\n@Entity() class User { @Column() name: string }', "User") // ["name"]
 */
export function fieldsIn(text: string, model: string): readonly string[] {
  if (!mayDeclare(text, model)) return [];
  const entities = new Entities([{ path: "entity.ts", content: text }]);
  const own = entities.declarations.filter(({ name }) => name === model);
  return [...new Set(own.flatMap(namesIn))];
}

function namesIn(declaration: Declaration): readonly string[] {
  const known = declaration.members.map(({ name }) => name);
  if (declaration.kind === "schema") return known;
  // For decorators that a file of the project re-exports, only their names are checked.
  return declaration.node.members.flatMap((member) => {
    const name = member.name && nameOf(member.name);
    return name !== undefined && (known.includes(name) || isColumn(member)) ? [name] : [];
  });
}

/** Before anything is parsed; a class without a name is `default`. */
function mayDeclare(text: string, model: string): boolean {
  if (text.includes("EntitySchema") && text.includes(model)) return true;
  return new RegExp(model === "default" ? "\\bexport\\s+default\\b" : `\\bclass\\s+${patternOf(model)}(?![\\w$])`).test(
    text,
  );
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
