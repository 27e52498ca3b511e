/** A request to Prettier's process. */
export interface PrettierOrder {
  readonly ignoreFiles: readonly string[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export interface PrettierAnswer {
  /** Null if Prettier does not format the file; `error`: why it failed for this one. */
  readonly texts: readonly (string | null | { readonly error: string })[];
  /** Why all files failed. */
  readonly error?: string;
}
