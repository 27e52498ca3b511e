/**
 * Why values were identified by names alone: the ORM is not installed beside the code (`absent`), nothing was generated from the model
 * (`not-generated`; `command` does that), or the compiler took too long or too much memory (`limit`).
 */
export type MissingTypes =
  | { readonly why: "absent"; readonly packageName: string }
  | { readonly why: "not-generated"; readonly model: string; readonly command: string }
  | { readonly why: "limit" };
