import { type Transform, whatOfClass } from "@lockstep/core/codemods";
import { requestPlans } from "./request-dtos.js";

/** DTO classes that rows are created from, if a person decides whether callers choose the value. The core edits the others. */
export const requestDto: Transform = {
  id: "request-dto",
  intents: ["acceptInRequests"],

  *find(file, context) {
    for (const { node, file: its, reason: why } of requestPlans(context)) {
      if (its !== file || why === undefined || context.takes(node, "dto")) continue;
      const { name } = context.field;
      const reason = `rows of ${context.model.name} are made of it; ${why}: add ${name} as optional if callers may choose it`;
      yield { kind: "place", certainty: "likely", offset: node.getStart(file.ast), what: whatOfClass(node), reason };
    }
  },
};
