import type { EntityModel } from "../../model/index.js";

/** A client that a command generates from a schema. */
export interface GeneratedClient {
  /** How people name the schema: `prisma/analytics.prisma`. */
  readonly schema: string;
  /** The folders that it is generated to, from the root; none where its package keeps it among its dependencies. */
  readonly folders: readonly string[];
  /** What it is imported by wherever its folder is: `@prisma/client`. */
  readonly modules: readonly string[];
  /** The package that has the schema: its folder from the root, and its name. */
  readonly home: { readonly folder: string; readonly name: string | undefined };
}

/** The clients of a repository that generates several: names of models say nothing there about whose code it is. */
export interface GeneratedClients {
  /** Of the models that are planned with. */
  readonly own: GeneratedClient;
  readonly others: readonly OtherClient[];
}

/** A client of another schema than the one that is changed. */
export interface OtherClient extends GeneratedClient {
  /** The models of its schema. */
  readonly models: readonly EntityModel[];
  /** Only code of its own package uses it: an example, the app of a test. */
  readonly isLocal: boolean;
}

/** The code that may use clients. */
export interface CodeOfClients {
  /** Further folders of it, from the root. */
  readonly roots: readonly string[];
  /** Candidates, see `readSourceFiles`. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
}
