import { z } from "zod";
import { publicProcedure, router } from "../trpc";

/** Nothing here says which client the context brings. */
export const visitorRouter = router({
  add: publicProcedure
    .input(z.object({ email: z.string(), name: z.string() }))
    .mutation(({ ctx, input }) => ctx.analytics.user.create({ data: { email: input.email, name: input.name } })),
});
