import type { PrismaClient } from "@prisma/client";

export class BookRepository {
  constructor(private readonly prisma: PrismaClient) {}

  list() {
    return this.prisma.book.findMany({ include: { author: { select: { name: true } } } });
  }

  create(title: string, authorId: number) {
    return this.prisma.book.create({ data: { title, authorId } });
  }
}
