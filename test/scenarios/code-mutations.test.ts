import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, describe, expect, test } from "vitest";
import type { Place } from "../../core/src/model/index.js";
import { type Case, type Files, readCases } from "../support/gallery/case.js";
import { mutations } from "../support/gallery/mutations.js";
import { GalleryProject } from "../support/gallery/project.js";

const folder = mkdtempSync(join(tmpdir(), "lockstep-mutations-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The projects of the gallery, changed by people and tools between two phases. */
describe.each(readCases().map((about) => [about.name, about] as const))("%s", (name, about) => {
  test("contract ends clean, or lists exactly what is left", async () => {
    const root = join(folder, name);
    mkdirSync(root);
    const project = new GalleryProject(about, root);
    await project.start();
    await project.release("expand");
    const expanded = project.mark();
    await project.release("switch");
    const switched = project.mark();
    await project.release("contract");
    // What is the user's own for good: `dto.handle ?? …` of a request.
    const own = scaffolding(project.files, about).length;
    const unlisted: Record<string, readonly Left[]> = {};
    for (const [mutation, mutate] of Object.entries(mutations)) {
      for (const [phase, restore] of Object.entries({ expand: expanded, switch: switched })) {
        restore();
        project.write(mutate(project.files, about.field));
        const places = phase === "expand" ? [...(await project.release("switch")).places] : [];
        const contracted = await project.release("contract");
        places.push(...contracted.places);
        const left = scaffolding(contracted.files, about).filter((each) => !places.some((place) => isOf(place, each)));
        if (left.length > own) unlisted[`${mutation} after ${phase}`] = left;
      }
    }
    expect(unlisted).toEqual({});
  });
});

interface Left {
  readonly file: string;
  readonly text: string;
  /** Lines of what it stands in. */
  readonly first: number;
  readonly last: number;
}

/** A place where it stands, or the record of what Lockstep wrote and does not find: it quotes the fallback. */
function isOf({ file, line, reason }: Place, left: Left): boolean {
  const bare = (text: string) => text.replaceAll(/["'`\s]/g, "");
  const isQuoted = bare(reason).includes(bare(left.text));
  return file === left.file && (isQuoted || (line >= left.first && line <= left.last));
}

/** Fallbacks of the field, types in which it may still be null, and options that keep reads away from it. */
function scaffolding(files: Files, { field }: Case): readonly Left[] {
  return files.flatMap(({ file, text }) => {
    if (!/\.[cm]?[jt]sx?$/.test(file) || /@Entity\(|new EntitySchema/.test(text)) return [];
    const ast = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const found: Left[] = [];
    const add = (node: ts.Node) => {
      const line = (offset: number) => ast.getLineAndCharacterOfPosition(offset).line + 1;
      const { parent } = node.parent;
      found.push({ file, text: node.getText(), first: line(parent.getStart()), last: line(parent.end) });
    };
    const ofField = new RegExp(`(?:^|[.?])${field}$`, "i");
    const visit = (node: ts.Node): void => {
      const isFallback =
        ts.isBinaryExpression(node) &&
        node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken &&
        ofField.test(node.left.getText());
      const isNullable =
        (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) || ts.isPropertyAssignment(node)) &&
        node.name.getText().replaceAll("_", "").toLowerCase() === field.toLowerCase() &&
        /\| null$|\.nullable\(\)/.test((ts.isPropertyAssignment(node) ? node.initializer : node.type)?.getText() ?? "");
      const isOmit = ts.isPropertyAssignment(node) && node.name.getText() === "omit" && node.getText().includes(field);
      if (isFallback || isNullable || isOmit) add(node);
      ts.forEachChild(node, visit);
    };
    visit(ast);
    return found;
  });
}
