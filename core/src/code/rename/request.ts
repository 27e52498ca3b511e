/** Requests and results of a rename in code: plain data, sent between processes. Paths are from the root and may lead out of it. */

/** A property with a new name, and the types that declare it. */
export interface RenamedName {
  readonly name: string;
  readonly newName: string;
  /** Pattern of the names of these types. */
  readonly types: string;
  /** The file that declares them. Absent: generated code does. */
  readonly file?: string;
  /** The folders of that code, from the root. */
  readonly folders?: readonly string[];
}

/** A place that a person has to decide. */
export interface OpenPlace {
  readonly file: string;
  /** From 1, in the text before the rename. */
  readonly line: number;
  readonly reason: string;
}

export interface RenamedCode {
  /** The texts after the rename, of files that changed. */
  readonly after: ReadonlyMap<string, string>;
  /** Generated code as it will be generated: for the type check, never written. */
  readonly generated: ReadonlyMap<string, string>;
  /** Number of renamed uses, without the declaration. */
  readonly uses: number;
  readonly places: readonly OpenPlace[];
  /** Accesses of the name on values without a type. */
  readonly untyped: number;
  /** Whether a type declares the field. Otherwise no use can be found. */
  readonly isDeclared: boolean;
}
