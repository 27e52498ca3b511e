import type { DialectId } from "@lockstep/core";

type Files = readonly { readonly content: string }[];

/** The system of a provider; MariaDB uses the one of MySQL. */
export function dialectOf(provider: string | undefined): DialectId {
  return provider === "mysql" ? "mysql" : "postgresql";
}

/** Whether Lockstep supports the system of a provider; a schema without a datasource has none. */
export function isSupported(provider: string | undefined): boolean {
  return !isOfOtherEngine(provider) || provider === "mysql";
}

/** Whether our WebAssembly engine can connect to it: only PostgreSQL. */
export function isOfOtherEngine(provider: string | undefined): boolean {
  return provider !== undefined && provider !== "postgresql" && provider !== "postgres";
}

/** The system of schema files. */
export function dialectIn(files: Files): DialectId {
  return dialectOf(providerIn(files));
}

/** The provider of the datasource, by a text search in its files: Prisma's parser would cost more. */
export function providerIn(files: Files): string | undefined {
  for (const { content } of files) {
    const [, provider] = /^[ \t]*datasource\b[^}]*?\bprovider\s*=\s*"([^"]*)"/m.exec(content) ?? [];
    if (provider !== undefined) return provider;
  }
  return undefined;
}
