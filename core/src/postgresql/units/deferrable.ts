/** The clause for when a constraint is checked. */
export const deferrableWords = {
  no: "",
  immediate: " DEFERRABLE",
  deferred: " DEFERRABLE INITIALLY DEFERRED",
} as const;
