import type { Vehicle } from "@prisma/client";
import { prisma } from "./prisma";

export function register(plate: string, maker: string, model: string, ownerId: number) {
  return prisma.vehicle.create({ data: { plate, maker, model, ownerId } });
}

export function buy(name: string, plate: string) {
  return prisma.owner.create({
    data: { name, vehicles: { create: { plate, maker: "?", model: "?" } } },
    include: { vehicles: { select: { id: true, plate: true, maker: true, model: true } } },
  });
}

export const describe = (vehicle: Vehicle) => `${vehicle.maker} ${vehicle.model} (${vehicle.plate})`;
