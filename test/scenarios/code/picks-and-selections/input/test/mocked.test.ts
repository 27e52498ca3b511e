import { expect, test, vi } from "vitest";
import { prisma } from "../src/db";
import { findVenue } from "../src/venues";

test("a venue that a mock gives", async () => {
  vi.spyOn(prisma.venue, "findUniqueOrThrow").mockResolvedValue({ id: 1, title: "Barn", city: "Oslo" } as never);
  expect(await findVenue(1)).toEqual({ id: 1, title: "Barn", city: "Oslo", capacity: 80 });
});
