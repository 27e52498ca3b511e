/** What Prettier's process is asked for. */
export interface PrettierOrder {
  readonly ignoreFiles: readonly string[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export interface PrettierAnswer {
  /** Null where Prettier has nothing to say of a file. */
  readonly texts: readonly (string | null)[];
  /** Why it has none of any. */
  readonly error?: string;
}
