import type { Prisma } from "@prisma/client";
import type { AuthorRepository } from "./repositories/author-repository";

export async function importAuthors(authors: AuthorRepository, lines: readonly string[][]) {
  const anonymous = { name: "Anonymous", email: "anonymous@example.com", country: "" };
  await authors.insert(anonymous);
  await authors.insertAll(lines.map(([name, email, country]) => ({ name, email, country })));
  await authors.insertWithout({ name: "Nobody", email: "nobody@example.com" });
  await authors.insertWithout({ name: next(), email: "next@example.com" });
}

export function importOne(authors: AuthorRepository, author: Prisma.AuthorCreateInput) {
  return authors.insert(author);
}

let count = 0;
function next(): string {
  count += 1;
  return `Author ${count}`;
}
