import { z } from "zod";

export const venueResponse = z.object({
  id: z.number(),
  title: z.string(),
  city: z.string(),
  capacity: z.number().int(),
});

export const venueCard = venueResponse.pick({ id: true, title: true, city: true });
