import type { DialectId } from "@lockstep/core";

/** The system that a provider stands for; MariaDB goes by the one of MySQL. */
export function dialectOf(provider: string | undefined): DialectId {
  return provider === "mysql" ? "mysql" : "postgresql";
}

/** The same of schema files, by a look at their text: Prisma's parser would cost more. */
export function dialectIn(files: readonly { readonly content: string }[]): DialectId {
  for (const { content } of files) {
    const [, provider] = /^[ \t]*datasource\b[^}]*?\bprovider\s*=\s*"([^"]*)"/m.exec(content) ?? [];
    if (provider !== undefined) return dialectOf(provider);
  }
  return "postgresql";
}
