import type { DialectId } from "@lockstep/core";

type Files = readonly { readonly content: string }[];

/** The system that a provider stands for; MariaDB goes by the one of MySQL. */
export function dialectOf(provider: string | undefined): DialectId {
  return provider === "mysql" ? "mysql" : "postgresql";
}

/** Whether Lockstep knows the system of a provider; a schema without a datasource has none. */
export function isSupported(provider: string | undefined): boolean {
  return !isOfOtherEngine(provider) || provider === "mysql";
}

/** Whether our engine over WebAssembly is connected to it: to PostgreSQL alone. */
export function isOfOtherEngine(provider: string | undefined): boolean {
  return provider !== undefined && provider !== "postgresql" && provider !== "postgres";
}

/** The system of schema files. */
export function dialectIn(files: Files): DialectId {
  return dialectOf(providerIn(files));
}

/** The provider of the datasource, by a look at the text of its files: Prisma's parser would cost more. */
export function providerIn(files: Files): string | undefined {
  for (const { content } of files) {
    const [, provider] = /^[ \t]*datasource\b[^}]*?\bprovider\s*=\s*"([^"]*)"/m.exec(content) ?? [];
    if (provider !== undefined) return provider;
  }
  return undefined;
}
