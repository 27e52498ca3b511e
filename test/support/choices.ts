import { type Choose, choiceId } from "../../core/src/code/candidates/choose.js";
import { neededBy } from "../../core/src/code/candidates/dependencies.js";

/** Everything that is offered, however little speaks for it. */
export const chooseAll: Choose = async (questions) =>
  new Set(questions.flatMap(({ intent, ranked }) => ranked.map(({ candidate }) => choiceId(intent, candidate.key))));

/** What is offered under these names, `class UserDto`, and what that needs. */
export function choosing(...names: readonly string[]): Choose {
  return async (questions) =>
    new Set(
      questions.flatMap(({ intent, ranked }) => {
        const named = ranked.filter(({ candidate }) => names.includes(candidate.what));
        const keys = named.map(({ candidate }) => candidate.key);
        return [...keys, ...neededBy(ranked, keys).keys()].map((key) => choiceId(intent, key));
      }),
    );
}
