import { z } from "zod";
import { publicProcedure, router } from "../trpc";

export const taskRouter = router({
  create: publicProcedure
    .input(z.object({ name: z.string(), projectId: z.string() }))
    .mutation(({ ctx, input }) =>
      ctx.prisma.task.create({ data: { name: input.name, projectId: input.projectId } }),
    ),
});
