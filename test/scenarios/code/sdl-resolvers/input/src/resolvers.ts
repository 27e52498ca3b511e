import type { PrismaClient } from "@prisma/client";

interface Context {
  prisma: PrismaClient;
}

export const resolvers = {
  Query: {
    courses: (_parent: unknown, _args: unknown, { prisma }: Context) => prisma.course.findMany(),
  },
  Mutation: {
    addCourse: (_parent: unknown, { title, teacher }: { title: string; teacher: string }, { prisma }: Context) =>
      prisma.course.create({ data: { title, teacher, hours: 0 } }),
  },
};
