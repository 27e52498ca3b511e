/** When a constraint is checked, as its clause says it. */
export const deferrableWords = {
  no: "",
  immediate: " DEFERRABLE",
  deferred: " DEFERRABLE INITIALLY DEFERRED",
} as const;
