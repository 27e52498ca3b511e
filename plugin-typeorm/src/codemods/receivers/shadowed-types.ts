import { ts } from "@lockstep/core/codemods";

/** Whether a type's name means something declared nearer than the top of its file: a type parameter, a type of a function's own. */
export function isShadowedType(name: ts.Identifier): boolean {
  for (let at: ts.Node = name.parent; at !== undefined && !ts.isSourceFile(at); at = at.parent) {
    const { typeParameters } = at as { readonly typeParameters?: ts.NodeArray<ts.Node> };
    if (typeParameters?.some((each) => ts.isTypeParameterDeclaration(each) && each.name.text === name.text))
      return true;
    if ((ts.isBlock(at) || ts.isModuleBlock(at)) && at.statements.some((each) => declares(each, name.text)))
      return true;
  }
  return false;
}

function declares(statement: ts.Statement, name: string): boolean {
  const isType =
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return isType && statement.name?.text === name;
}
