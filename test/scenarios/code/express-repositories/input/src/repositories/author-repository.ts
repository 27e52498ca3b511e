import type { Author, Prisma, PrismaClient } from "@prisma/client";

export interface NewAuthor {
  name: string;
  email: string;
  country: string;
}

export class AuthorRepository {
  constructor(private readonly prisma: PrismaClient) {}

  findByEmail(email: string): Promise<Author | null> {
    return this.prisma.author.findUnique({ where: { email } });
  }

  list() {
    return this.prisma.author.findMany({ select: { id: true, name: true, email: true, country: true } });
  }

  create(author: NewAuthor): Promise<Author> {
    return this.prisma.author.create({
      data: {
        name: author.name,
        email: author.email.trim(),
        country: author.country,
      },
    });
  }

  insert(data: Prisma.AuthorCreateInput): Promise<Author> {
    return this.prisma.author.create({ data });
  }

  insertAll(rows: Prisma.AuthorCreateManyInput[]) {
    return this.prisma.author.createMany({ data: rows });
  }

  insertWithout(data: Omit<Prisma.AuthorCreateInput, "country">) {
    return this.prisma.author.create({ data: { ...data, country: "" } });
  }
}
