import { type ModelEdit, patternOf, type TableName } from "@lockstep/core";
import { optionsOf } from "../columns.js";
import type { Entities } from "../entities.js";
import { declarationBehind } from "../field-type.js";
import { findPlace } from "../place.js";
import { changed } from "./changes.js";
import { cutOut } from "./cut.js";
import { statementOf } from "./originals.js";

/** An enum in the code for a type of the database. */
export interface CodeEnum {
  readonly type: TableName;
  readonly name: string;
  /** Path of the file that declares it. */
  readonly file: string;
}

/** The enums whose types the edits remove, found while their columns still exist. */
export function enumsBehind(entities: Entities, edits: readonly ModelEdit[]): readonly CodeEnum[] {
  return edits.flatMap((edit): CodeEnum[] => {
    if (edit.kind !== "removeType") return [];
    for (const other of edits) {
      if (!("column" in other) || !isOfType(other.column.type, edit.type)) continue;
      const member = findPlace(entities, other.column)?.member;
      const values = member?.kind === "column" ? optionsOf(member, entities).get("enum") : undefined;
      const found = values && declarationBehind(values.node, values.file, entities.project);
      if (found !== undefined) return [{ type: edit.type, name: found.name, file: found.file.file }];
    }
    return [];
  });
}

/** Removes an unused enum; if it was the only declaration, the file becomes empty. */
export function removeEnum(entities: Entities, { name, file: path }: CodeEnum): Entities {
  const { project } = entities;
  const file = project.files.find((each) => each.file === path);
  const uses = project.files.flatMap((each) => each.identifiers(name));
  const [own, ...others] = uses;
  if (file === undefined || own === undefined || others.length > 0 || own.getSourceFile() !== file.ast) return entities;
  const statement = statementOf(own);
  const isAlone = file.ast.statements.length === 1;
  // A file that others re-export cannot be deleted, and without a declaration it is no module.
  const isNamed = project.files.some((each) => each !== file && namesFile(each.text, path));
  if (isAlone && isNamed) return entities;
  return changed(entities, [{ file, splices: cutOut(statement, file) }]);
}

/** `role_enum`, `"Role"` and `app."Role"[]` as `format_type` prints them. */
function isOfType(printed: string, { name }: TableName): boolean {
  const bare = printed.replace(/(?:\[\])+$/, "").replace(/^.*?\.(?=(?:"[^"]*"|[^."]*)$)/, "");
  return bare.replace(/^"|"$/g, "").replaceAll('""', '"') === name;
}

function namesFile(text: string, path: string): boolean {
  const stem =
    path
      .split("/")
      .at(-1)
      ?.replace(/\.[cm]?[jt]sx?$/, "") ?? path;
  return new RegExp(`["'][^"'\\n]*/${patternOf(stem)}(?:\\.[cm]?[jt]sx?)?["']`).test(text);
}
