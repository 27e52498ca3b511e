import type { Venue } from "@prisma/client";
import { expect, test } from "vitest";
import { findVenue, venueView } from "../src/venues";

const hall: Venue = { id: 1, title: "Town Hall", city: "Oslo", capacity: 400 };

test("a venue", async () => {
  expect(await findVenue(1)).toEqual({ id: 1, title: "Town Hall", city: "Oslo", capacity: 400 });
  expect(await findVenue(1)).toMatchObject({ id: 1, title: "Town Hall", city: "Oslo", capacity: 400 });
});

test("its view", () => {
  expect(venueView(hall)).toStrictEqual({ id: 1, title: "Town Hall", city: "Oslo", capacity: 400 });
});
