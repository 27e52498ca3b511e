import { patternOf } from "../../base/pattern-of.js";
import { ts } from "../ast/compiler.js";
import { declarationFrom } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import { wordsOf } from "./similar-name.js";

type Spelling = (words: readonly string[]) => string;

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
const pascal: Spelling = (words) => words.map(capital).join("");
const camel: Spelling = (words) => words.map((word, index) => (index === 0 ? word : capital(word))).join("");

/** Spellings of a name in code and in display text. The first match counts. */
const spellings: readonly Spelling[] = [
  camel,
  pascal,
  (words) => words.join("_"),
  (words) => words.join("_").toUpperCase(),
  (words) => words.join("-"),
  (words) => words.join(" "),
  (words) => capital(words.join(" ")),
  (words) => words.map(capital).join(" "),
];

/**
 * Renames one column in a text to another: its name in any spelling, including within a longer name.
 *
 * @example renamed('displayName: z.string().max(80, "Display name too long")', "displayName", "locale")
 * // 'locale: z.string().max(80, "Locale too long")'
 */
export function renamed(text: string, from: string, to: string): string {
  const [before, after] = [wordsOf(from), wordsOf(to)];
  const texts = new Map([[from, to]]);
  for (const spell of spellings) if (!texts.has(spell(before))) texts.set(spell(before), spell(after));
  // The longest first, because one spelling may be a prefix of another.
  const forms = [...texts.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(forms.map(inText).join("|"), "gu");
  return text.replaceAll(pattern, (found) => texts.get(found) ?? found);
}

/**
 * Renames a column in the text of a schema or decorator. Names that it calls, and declared names, stay: `email()` of
 * `z.string().email("Wrong email")` and `Status` of `@IsEnum(Status)`, unless the new name is declared too.
 */
export function renamedIn(node: ts.Node, file: SourceFile, from: string, to: string): string {
  let [text, at] = ["", node.getStart(file.ast)];
  const visit = (each: ts.Node): void => {
    if (ts.isIdentifier(each) && isFixed(each, renamed(each.text, from, to))) {
      text += renamed(file.text.slice(at, each.getStart(file.ast)), from, to) + each.text;
      at = each.end;
    }
    ts.forEachChild(each, visit);
  };
  visit(node);
  return text + renamed(file.text.slice(at, node.end), from, to);
}

function isFixed(name: ts.Identifier, after: string): boolean {
  const { parent } = name;
  const callee = ts.isPropertyAccessExpression(parent) && parent.name === name ? parent : name;
  if (ts.isCallExpression(callee.parent) && callee.parent.expression === callee) return true;
  return (
    callee === name && declarationFrom(name, name.text) !== undefined && declarationFrom(name, after) === undefined
  );
}

/** `email` of `emailSchema` and `email_hash`, but not of `emails` and `voicemail`; `Email` of `userEmail`. */
function inText(form: string): string {
  const isLower = /^[\p{Ll}\p{N}]/u.test(form);
  const isUpper = form.length > 1 && form === form.toUpperCase();
  const start = isUpper ? "(?<!\\p{Lu})" : isLower ? "(?<![\\p{L}\\p{N}$])" : "";
  return `${start}${patternOf(form)}${isUpper ? "(?!\\p{L})" : "(?!\\p{Ll})"}`;
}
