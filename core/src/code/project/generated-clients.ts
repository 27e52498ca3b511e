import type { EntityModel } from "../../model/index.js";

/** A client that a command generates from a schema. */
export interface GeneratedClient {
  /** The schema's display name: `prisma/analytics.prisma`. */
  readonly schema: string;
  /** The output folders, from the root; empty if the client is generated into its package in node_modules. */
  readonly folders: readonly string[];
  /** Module names that import it from any folder: `@prisma/client`. */
  readonly modules: readonly string[];
  /** The package that contains the schema: its folder from the root, and its name. */
  readonly home: { readonly folder: string; readonly name: string | undefined };
}

/** The clients of a repository that generates several. Model names are no evidence there for the client that code uses. */
export interface GeneratedClients {
  /** The client of the planned models. */
  readonly own: GeneratedClient;
  readonly others: readonly OtherClient[];
}

/** A client of another schema than the changed one. */
export interface OtherClient extends GeneratedClient {
  /** The models of its schema. */
  readonly models: readonly EntityModel[];
  /** Only its own package uses it: an example, a test app. */
  readonly isLocal: boolean;
}

/** The code that may use clients. */
export interface CodeOfClients {
  /** Additional code folders, from the root. */
  readonly roots: readonly string[];
  /** Candidates, see `readSourceFiles`. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
}
