/** Why names alone said what values are: the ORM is not installed where the code is, or the compiler took too long. */
export type MissingTypes = { readonly why: "absent"; readonly packageName: string } | { readonly why: "limit" };
