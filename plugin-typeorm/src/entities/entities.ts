import {
  createProject,
  declarationOf,
  lookUp,
  type Declaration as Named,
  type Project,
  parseSourceFile,
  returnedBy,
  type SourceFile,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import type { ClassDeclaration, Declaration, EntityFile, SchemaDeclaration, Value } from "./model.js";
import { readClass } from "./read-class.js";
import { readSchema } from "./read-schema.js";

/** The declarations in a project's files: classes and schemas, and their references. Nothing is loaded or run. */
export class Entities {
  readonly project: Project;
  /** Every class and schema that uses TypeORM, in the order of the files. */
  readonly declarations: readonly Declaration[];
  readonly #classes = new Map<ts.ClassDeclaration, ClassDeclaration>();
  readonly #schemas = new Map<ts.NewExpression, SchemaDeclaration>();

  /** @param former a state of the same files: unchanged ones are not parsed again */
  constructor(files: readonly EntityFile[], former?: Entities) {
    const parsed = new Map(former?.project.files.map((file) => [file.file, file]));
    this.project = createProject(
      files.map(({ path, content }) => {
        const known = parsed.get(path);
        return known?.text === content ? known : parseSourceFile(path, content);
      }),
    );
    const known = former === undefined ? new Map<ts.ClassDeclaration, ClassDeclaration>() : former.#classes;
    for (const file of this.project.files) {
      // All edited parts of a class are in its own file; a schema may have columns of another one.
      for (const node of file.nodes(ts.SyntaxKind.ClassDeclaration))
        this.#classes.set(node, known.get(node) ?? readClass(node, file, this.project));
      for (const node of file.nodes(ts.SyntaxKind.NewExpression)) {
        const schema = readSchema(node, file, this.project);
        if (schema !== undefined) this.#schemas.set(node, schema);
      }
    }
    this.declarations = [...this.#classes.values(), ...this.#schemas.values()];
  }

  /** The tables by their names in code. The class of a schema is represented by the schema. */
  get entities(): readonly Declaration[] {
    return this.declarations.filter(({ entity }) => entity !== undefined);
  }

  get files(): readonly EntityFile[] {
    return this.project.files.map(({ file, text }) => ({ path: file, content: text }));
  }

  /** The base classes of a class, nearest first; a mixin stands for the class that it creates. */
  basesOf(declaration: Declaration): readonly ClassDeclaration[] {
    const chain: ClassDeclaration[] = [];
    let queue = declaration.kind === "class" ? this.#extendedBy(declaration) : [];
    while (queue.length > 0 && chain.length < 32) {
      const [next, ...rest] = queue;
      if (next === undefined || chain.includes(next)) return chain;
      chain.push(next);
      queue = [...this.#extendedBy(next), ...rest];
    }
    return chain;
  }

  /** The class or schema that an expression names. */
  resolve({ node, file }: Value): Declaration | undefined {
    if (ts.isStringLiteralLike(node)) return this.entities.find(({ name }) => name === node.text);
    if (ts.isNewExpression(node)) return this.#schemas.get(node);
    if (!ts.isIdentifier(node)) return undefined;
    const local = declarationOf(node);
    if (local !== undefined && ts.isClassDeclaration(local)) return this.#classes.get(local);
    if (isLocal(local)) return undefined;
    const found = lookUp(this.project, file, node.text, "value");
    if (found?.kind === "declaration") {
      if (ts.isClassDeclaration(found.node)) return this.#classes.get(found.node);
      const value = ts.isVariableDeclaration(found.node) ? found.node.initializer : undefined;
      return value === undefined ? undefined : this.resolve({ node: unwrap(value), file: found.file });
    }
    // Imported from a package of the same repository: by its name, if that is unique.
    const name = found?.kind === "external" && found.name !== "default" ? found.name : node.text;
    const named = this.declarations.filter((each) => each.name === name);
    return named.length === 1 ? named[0] : undefined;
  }

  #extendedBy({ node, file }: ClassDeclaration): readonly ClassDeclaration[] {
    const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
    const extended = clause?.types[0]?.expression;
    return extended === undefined ? [] : this.#classesBehind(unwrap(extended), file);
  }

  #classesBehind(node: ts.Expression, file: SourceFile): readonly ClassDeclaration[] {
    if (!ts.isCallExpression(node)) {
      const found = this.resolve({ node, file });
      return found?.kind === "class" ? [found] : [];
    }
    // `WithTimestamps(Base)`: the class that the function creates, which extends its argument.
    const made = ts.isIdentifier(node.expression) ? this.#madeBy(node.expression, file) : undefined;
    return [
      ...(made === undefined ? [] : [made]),
      ...node.arguments.flatMap((each) => this.#classesBehind(unwrap(each), file)),
    ];
  }

  #madeBy(callee: ts.Identifier, file: SourceFile): ClassDeclaration | undefined {
    const found = lookUp(this.project, file, callee.text, "value");
    if (found?.kind !== "declaration") return undefined;
    const maker =
      ts.isVariableDeclaration(found.node) && found.node.initializer ? unwrap(found.node.initializer) : found.node;
    if (!ts.isFunctionDeclaration(maker) && !ts.isArrowFunction(maker) && !ts.isFunctionExpression(maker))
      return undefined;
    return returnedBy(maker)
      .map((each) => this.resolve({ node: unwrap(each), file: found.file }))
      .find((each) => each?.kind === "class");
  }
}

/** A parameter or a constant of a function: the text does not show its value. */
function isLocal(declaration: Named | undefined): boolean {
  return (
    declaration !== undefined &&
    (ts.isParameter(declaration) || (ts.isVariableDeclaration(declaration) && !isTopLevel(declaration)))
  );
}

function isTopLevel(declaration: ts.VariableDeclaration): boolean {
  return ts.isSourceFile(declaration.parent.parent.parent);
}
