import type { IntentPhase, PlannedEdit } from "../../../model/index.js";
import { counted } from "../../counted.js";
import { declinedText, fileRow, perFile, placeGroups, whyText } from "../../places.js";
import type { Block, DiffLine } from "../blocks.js";
import { heading, list, text } from "../blocks.js";
import { defineSection, type ReportInput } from "../section.js";

/** Maximum number of edits shown with their lines, and of places in a list. */
const mostEdits = 150;
const mostPlaces = 100;
/** Lines of the file above and below an edit. */
const around = 2;

/** The code edits, and the places that wait for a person. */
export default defineSection({
  id: "code",
  title: "Code edits",

  data({ plan, source }: ReportInput) {
    const { edits, silent = 0 } = plan.state;
    const { required, asked, likely, possible, tests, declined } = placeGroups(plan.state);
    return {
      edits: edits.map((edit, at) => ({
        phase: edit.phase,
        file: edit.file,
        line: edit.line,
        what: edit.what,
        ...(at < mostEdits && { diff: diffOf(edit, source(edit.file)) }),
      })),
      open: [...required, ...asked].map((place) => ({
        file: place.file,
        line: place.line,
        what: place.what,
        why: whyText(place),
        isRequired: place.kind === "required",
      })),
      likely: likely.map((place) => ({ file: place.file, line: place.line, what: place.what, why: whyText(place) })),
      declined: declined.map((place) => ({ file: place.file, line: place.line, what: declinedText(place) })),
      tests: perFile(tests).map((its) => fileRow(its, ({ what }) => what, "place")),
      more: { possible: possible.length, silent },
    };
  },

  view({ edits, open, likely, tests, declined, more }, { plan, command }) {
    const { released } = plan.state;
    const blocks: Block[] = [];
    for (const phase of ["expand", "switch", "contract"] as const) {
      const own = edits.filter((edit) => edit.phase === phase);
      if (own.length === 0) {
        if (plan.intents[phase].length > 0 && released !== "undone" && isAhead(phase, released))
          blocks.push(
            heading(`Of ${phase}`),
            text(
              `Lockstep makes these edits when it releases ${phase}. To preview them, once ${phase} is next: \`${command("next")} --dry-run\`.`,
            ),
          );
        continue;
      }
      blocks.push(heading(`Of ${phase}: ${counted(own.length, "edit")}`));
      for (const { file, line, what, diff } of own)
        if (diff !== undefined) blocks.push({ kind: "diff", title: `\`${file}:${line}\` ${what}`, lines: diff });
      const rest = own.filter(({ diff }) => diff === undefined);
      if (rest.length > 0)
        blocks.push(list(rest.map(({ file, line, what }) => [{ code: `${file}:${line}` }, ` ${what}`])));
    }
    if (blocks.length === 0) blocks.push(text("No code was edited."));
    if (open.length > 0)
      blocks.push(heading("For you to edit"), {
        kind: "checklist",
        items: open.map(({ file, line, what, why }) => ({
          isDone: false,
          text: [{ code: `${file}:${line}` }, ` ${what} – ${why}`],
        })),
      });
    if (likely.length > 0)
      blocks.push(
        heading("Likely, not edited"),
        list(
          likely
            .slice(0, mostPlaces)
            .map(({ file, line, what, why }) => [{ code: `${file}:${line}` }, ` ${what} – ${why}`]),
        ),
      );
    if (tests.length > 0)
      blocks.push(
        heading("In tests (optional)"),
        list(tests.slice(0, mostPlaces).map(([where, what]) => [{ code: where }, ` ${what}`])),
      );
    if (declined.length > 0)
      blocks.push(
        heading("Left out by choice"),
        list(declined.slice(0, mostPlaces).map(({ file, line, what }) => [{ code: `${file}:${line}` }, ` ${what}`])),
      );
    const cut = Math.max(0, likely.length - mostPlaces) + Math.max(0, declined.length - mostPlaces);
    const rest = cut + more.possible + more.silent;
    if (rest > 0)
      blocks.push(text(`${counted(rest, "more place")} with less evidence: \`${command("code")} --all\` lists them.`));
    if (open.length === 0) blocks.push(text("There is nothing for you to edit.", "good"));
    return blocks;
  },
});

const order = ["expand", "switch", "contract"] as const;

function isAhead(phase: IntentPhase, released: IntentPhase): boolean {
  return order.indexOf(phase) > order.indexOf(released);
}

/** The lines around an edit in the current file; if it is not found there, the inserted and removed text. */
function diffOf({ text: given, replaces = "", line }: PlannedEdit, file: string | undefined): readonly DiffLine[] {
  const signed = (sign: DiffLine["sign"], lines: readonly string[]) =>
    lines.map((each): DiffLine => ({ sign, text: each }));
  const said = (text: string) => text.split("\n").filter((each) => each.trim() !== "");
  const lines = file?.split(/\r?\n/) ?? [];
  const put = said(given);
  const at = put.length === 0 ? undefined : nearest(lines, put, line - 1);
  if (at === undefined) return [...signed("-", said(replaces)), ...signed("+", put)];
  const after = lines.slice(at, at + put.length);
  const [only = "", ...more] = after;
  // A part of a line: the former line is shown above it.
  const isPart = more.length === 0 && only.trim().replace(/[,;]$/, "") !== given.trim().replace(/[,;]$/, "");
  const gone = isPart ? [without(only, given.trim(), replaces.trim())] : said(replaces);
  return [
    ...signed(" ", lines.slice(Math.max(0, at - around), at)),
    ...signed("-", gone),
    ...signed("+", after),
    ...signed(" ", lines.slice(at + put.length, at + put.length + around)),
  ].filter(({ text }, index, all) => text.trim() !== "" || (index > 0 && index < all.length - 1));
}

/** A line before a part of it was inserted: in a list, without the comma. */
function without(line: string, part: string, replaces: string): string {
  const [from, to] = [line.indexOf(part), line.indexOf(part) + part.length];
  const [head, tail] = [line.slice(0, from), line.slice(to)];
  if (replaces !== "") return `${head}${replaces}${tail}`;
  if (/^,\s*/.test(tail)) return `${head}${tail.replace(/^,\s*/, "")}`;
  return `${head.replace(/,\s*$/, "")}${tail}`;
}

/** The line, from 0, that contains its text and is nearest to the edit. */
function nearest(lines: readonly string[], given: readonly string[], line: number): number | undefined {
  const wanted = given.map((each) => each.trim());
  const found = lines.flatMap((_, at) =>
    wanted.every((each, offset) => lines[at + offset]?.includes(each) === true) ? [at] : [],
  );
  return found.sort((a, b) => Math.abs(a - line) - Math.abs(b - line))[0];
}
