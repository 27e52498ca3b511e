import { type Choose, choiceId } from "../../core/src/codemods/candidates/choose.js";

/** Everything that is offered, however little speaks for it. */
export const chooseAll: Choose = async (questions) =>
  new Set(questions.flatMap(({ intent, ranked }) => ranked.map(({ candidate }) => choiceId(intent, candidate.key))));
