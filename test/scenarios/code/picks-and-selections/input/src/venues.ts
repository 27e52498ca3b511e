import type { Venue } from "@prisma/client";
import type { z } from "zod";
import { prisma } from "./db";
import { venueCard, type venueResponse } from "./venue.schemas";

export function venueView(venue: Venue): z.infer<typeof venueResponse> {
  return { id: venue.id, title: venue.title, city: venue.city, capacity: venue.capacity };
}

export async function listVenues() {
  const venues = await prisma.venue.findMany();
  return venues.map(venueView);
}

export async function venueCards(): Promise<z.infer<typeof venueCard>[]> {
  const venues = await prisma.venue.findMany();
  return venueCard.array().parse(venues);
}

export function findVenue(id: number) {
  return prisma.venue.findUniqueOrThrow({ where: { id } });
}
