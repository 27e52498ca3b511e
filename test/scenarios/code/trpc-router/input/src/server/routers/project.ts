import { z } from "zod";
import { publicProcedure, router } from "../trpc";

const projectOutput = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  archived: z.boolean(),
  createdAt: z.date(),
});

export const projectRouter = router({
  byId: publicProcedure
    .input(z.object({ id: z.string() }))
    .output(projectOutput)
    .query(async ({ ctx, input }) => {
      const project = await ctx.prisma.project.findUniqueOrThrow({ where: { id: input.id } });
      return {
        id: project.id,
        name: project.name,
        description: project.description,
        archived: project.archived,
        createdAt: project.createdAt,
      };
    }),

  create: publicProcedure
    .input(z.object({ name: z.string().min(1), description: z.string().default("") }))
    .mutation(({ ctx, input }) =>
      ctx.prisma.project.create({
        data: { name: input.name, description: input.description },
        select: { id: true },
      }),
    ),

  duplicate: publicProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }) => {
    const { name, description } = await ctx.prisma.project.findUniqueOrThrow({ where: { id: input.id } });
    return ctx.prisma.project.create({
      data: { name: `${name} (copy)`, description, tasks: { create: [{ name: "Review" }] } },
    });
  }),
});
