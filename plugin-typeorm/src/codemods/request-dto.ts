import {
  addFields,
  dtoField,
  type FieldAddition,
  type Finding,
  isImportEdit,
  type Transform,
  takeFieldsBack,
  whatOfClass,
} from "@lockstep/core/codemods";
import { requestPlans } from "./request-dtos.js";

const id = "request-dto";

/** The DTO class that rows are made of lets callers choose the value: optional, validated as its other fields are. */
export const requestDto: Transform = {
  id,
  intents: ["acceptInRequests"],

  *find(file, context): Iterable<Finding> {
    const { name } = context.field;
    const additions: FieldAddition[] = [];
    for (const plan of requestPlans(context)) {
      if (plan.file !== file) continue;
      const field = dtoField(plan.node, name, "request", false, file, context);
      if (plan.reason === undefined && typeof field === "object") {
        additions.push({ node: plan.node, field });
        continue;
      }
      const reason = `rows of ${context.model.name} are made of it; ${plan.reason}: add ${name} as optional if callers may choose it`;
      const offset = plan.node.getStart(file.ast);
      yield { kind: "place", certainty: "likely", offset, what: whatOfClass(plan.node), reason };
    }
    yield* addFields(additions, file) ?? [];
  },

  undo: (file, context) => takeFieldsBack(id, file, context),
  mayStay: isImportEdit,
};
