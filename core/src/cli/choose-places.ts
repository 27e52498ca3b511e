import type { AskedPlaces, AskPerson } from "../change/release/choices.js";
import { choiceId } from "../code/candidates/choose.js";
import { purposeOf } from "../code/candidates/purpose.js";
import { type Cluster, clustersOf } from "../code/ranking/similar-candidates.js";
import type { Purpose } from "../model/index.js";
import { counted } from "../review/counted.js";
import { byPurpose } from "../review/places.js";
import { nextText } from "../review/terminal.js";
import { exposureQuestion, likeQuestion } from "./column-questions.js";
import type { CommandResult } from "./command.js";
import type { Answer, AnswerGroup, Io } from "./io.js";

/** The user pressed Ctrl-C or Esc at a question about code. Nothing is written. */
export class Cancelled extends Error {}

/**
 * Prompts on the terminal. Groups places of the same shape in one file into one line with one checkbox.
 *
 * @param command the command that lists the places
 */
export function askPerson(io: Io, command: string): AskPerson {
  return {
    async exposure(model, field, effect) {
      const { question, options } = exposureQuestion(model, field, effect);
      const answer = await io.pick(question, options);
      if (answer === undefined) throw new Cancelled();
      return answer;
    },
    async like(model, field, similar) {
      const { question, options } = likeQuestion(model, field, similar);
      const answer = await io.pick(question, options);
      if (answer === undefined) throw new Cancelled();
      return answer === "none" ? [] : [answer];
    },
    async places(asked) {
      const lines = inChains(asked.flatMap(linesOf));
      const ticked = await io.tick(questionText(asked, command), groupsOf(lines));
      if (ticked === undefined) throw new Cancelled();
      const values = new Set(ticked);
      return new Set(lines.filter(({ answer }) => values.has(answer.value)).flatMap(({ ids }) => ids));
    },
    async unchecked(why, count) {
      const answer = await io.pick(`The types of ${counted(count, "chosen place")} could not be checked (${why}).`, [
        { value: "leave", label: "leave them out", hint: "they stay chosen: the next run tries them again" },
        { value: "write", label: "edit them", hint: "compile before you commit" },
      ] as const);
      if (answer === undefined) throw new Cancelled();
      return answer === "write";
    },
    async reason({ file, line, what }) {
      const words = await io.text(`${file}:${line} is a required edit (${what}). Why is it not needed?`);
      if (words === undefined) throw new Cancelled();
      return words;
    },
  };
}

/**
 * Returns the result of a command, or a result for a cancelled prompt.
 *
 * @param again the command that shows the prompt again
 */
export async function unlessCancelled(
  run: () => Promise<CommandResult>,
  { io, again }: { readonly io: Io; readonly again: string },
): Promise<CommandResult> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Cancelled) && error !== io.signal.reason) throw error;
    return {
      text: `Cancelled: no file was written.\n${nextText(again, io.colors)}`,
      json: { cancelled: true, written: false },
      exitCode: 130,
    };
  }
}

interface Line {
  readonly answer: Answer;
  readonly isTicked: boolean;
  readonly column: string;
  readonly purpose: Purpose;
  /** All places in this line. */
  readonly ids: readonly string[];
  readonly chains: readonly string[];
}

function linesOf({ question: { intent, about }, places, ticked }: AskedPlaces): readonly Line[] {
  return clustersOf(places, about).flatMap((cluster) => {
    // Places of one shape can differ in ticks, for example in tests.
    const parts = [true, false].map((isTicked) => ({
      isTicked,
      members: cluster.members.filter(({ candidate }) => ticked.has(candidate.key) === isTicked),
    }));
    return parts
      .filter(({ members }) => members.length > 0)
      .map(({ isTicked, members }) => {
        const ids = members.map(({ candidate }) => choiceId(intent, candidate.key));
        const answer = { ...answerOf(ids[0] ?? "", { ...cluster, members }), isTicked };
        const [first] = members;
        const purpose = first === undefined ? "show" : purposeOf(first.candidate, intent.kind);
        const chains = members.flatMap(({ chain }) => chain ?? []);
        return { answer, isTicked, column: `${intent.model}.${intent.field}`, purpose, ids, chains };
      });
  });
}

/** Joins the places of a chain into one checkbox, whatever they do with the column. */
function inChains(lines: readonly Line[]): readonly Line[] {
  const joined: Line[] = [];
  for (const line of lines) {
    const at = joined.findIndex(
      ({ column, isTicked, chains }) =>
        column === line.column && isTicked === line.isTicked && chains.some((chain) => line.chains.includes(chain)),
    );
    const first = joined[at];
    if (first === undefined) joined.push(line);
    else {
      const label = `${first.answer.label}; with it: ${line.answer.label}`;
      const chains = [...first.chains, ...line.chains];
      joined[at] = { ...first, answer: { ...first.answer, label }, ids: [...first.ids, ...line.ids], chains };
    }
  }
  return joined;
}

function answerOf(value: string, { members }: Cluster): Answer {
  const [first] = members;
  if (first === undefined) return { value, label: value };
  const { file, line, what, family, text } = first.candidate;
  const asked = family === "require" ? ", required" : "";
  const more = members.length === 1 ? "" : ` (and ${members.length - 1} like it)`;
  const reasons = first.reasons.slice(0, 3).map(({ text }) => text);
  return {
    value,
    label: `${file}:${line}  ${what}${asked}${more}${text === undefined ? "" : `  + ${text}`}`,
    hint: [first.candidate.because, ...reasons].filter(isSaid).join(", "),
  };
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined;
}

/** Groups by what the places do with the column, most certain first. */
function groupsOf(lines: readonly Line[]): readonly AnswerGroup[] {
  const columns = [...new Set(lines.map(({ column }) => column))];
  return columns.flatMap((column) =>
    byPurpose(lines.filter((line) => line.column === column)).map(({ name = "", places }) => ({
      name: columns.length > 1 ? `${column}: ${name}` : name,
      answers: [true, false].flatMap((isTicked) =>
        places.filter((line) => line.isTicked === isTicked).map(({ answer }) => answer),
      ),
    })),
  );
}

function questionText(asked: readonly AskedPlaces[], command: string): string {
  const columns = [...new Set(asked.map(({ question: { intent } }) => `${intent.model}.${intent.field}`))].join(", ");
  const silent = asked.reduce(
    (sum, { question }) => sum + question.ranked.filter(({ kind }) => kind === "silent").length,
    0,
  );
  const rest = silent === 0 ? "" : ` ${counted(silent, "more place")} with little evidence: ${command} --all`;
  return `Which of these places also need ${columns}?${rest}`;
}
