/** What Prettier's process is asked for. */
export interface PrettierOrder {
  readonly ignoreFiles: readonly string[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export interface PrettierAnswer {
  /** Null where Prettier has nothing to say of a file; `error`: why it failed for this one. */
  readonly texts: readonly (string | null | { readonly error: string })[];
  /** Why it has none of any. */
  readonly error?: string;
}
